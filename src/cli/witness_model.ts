/** The model's cells for those that a real kernel made, and how far the two agree. */
import { against, type AgainstResult } from '../compare/matrix/against.ts';
import type { Cell } from '../compare/matrix/cell.ts';
import type { Observed } from '../witness/index.ts';
import type { Backend } from './backend.ts';
import type { CommandContext } from './context.ts';

type ObservedCells = NonNullable<Observed['cells']>;

/** The release to compare with: the one that was asked for, else that of the kernel if the model has it, else null. */
export function modelRelease(asked: string | undefined, kernel: string, backend: Backend): string | null {
  if (asked === 'none') return null;
  const release = asked ?? kernel;
  return backend.list('kernels').some(({ name }) => name === release) ? release : null;
}

export async function heldAgainstModel(
  { release: observedRelease }: Observed,
  observed: ObservedCells,
  kernel: string,
  context: CommandContext,
): Promise<AgainstResult> {
  const backend = await context.loadBackend();
  const both = (names: readonly string[], kind: 'memory' | 'drivers'): string[] => {
    const known = backend.list(kind).map(({ name }) => name);
    return [...new Set(names)].filter((name) => known.includes(name));
  };
  const operations = [...new Set(observed.map(({ op }) => op))];
  const { signal, onProgress } = context;
  const model: Cell[] = [];
  for (const memory of both(
    observed.map((cell) => cell.memory),
    'memory',
  )) {
    for (const driver of both(
      observed.map((cell) => cell.driver),
      'drivers',
    )) {
      const request = { kernel, memories: [memory], drivers: [driver], operations, signal, onProgress };
      model.push(...(await backend.matrix(request)).cells);
      await turnOfOthers();
    }
  }
  return against({ kernel, complete: !signal.aborted, model, observed, observedRelease });
}

/** The model computes without a pause: between two parts of it a signal of the user is heard. */
function turnOfOthers(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

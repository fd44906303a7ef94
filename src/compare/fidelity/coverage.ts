/**
 * Which paths of the model the cells run through: found out by making every cell and asking the machine what was entered.
 */
import { BUILTIN_2026 } from '../../costs/index.ts';
import { DRIVERS } from '../../drivers/drivers.ts';
import { MEMORY_KINDS } from '../../run/setup.ts';
import { openSession } from '../replay.ts';
import {
  CELL_OPERATION_IDS,
  type CellPlace,
  matrix,
  type MatrixRequest,
  type MatrixResult,
} from '../matrix/index.ts';
import { CELL_OPERATIONS } from '../matrix/operations.ts';
import { stageOf } from '../matrix/stage.ts';

export interface Coverage {
  readonly result: MatrixResult;
  /** By name of the path: the cells that entered it, in the order in which they were made. */
  readonly cellsOf: ReadonlyMap<string, readonly CellPlace[]>;
}

export type Attention = Pick<MatrixRequest, 'signal' | 'onProgress'>;

const ALONE: Attention = { signal: { aborted: false }, onProgress: () => undefined };

/** Makes every cell of one release: all kinds of memory, all drivers, all operations. A few seconds. */
export function coverage(kernel: string, attention: Attention = ALONE): Coverage {
  const cellsOf = new Map<string, CellPlace[]>();
  const result = matrix({
    ...{ ...attention, kernel, operations: CELL_OPERATION_IDS, costTable: BUILTIN_2026, seed: 1 },
    memories: MEMORY_KINDS.map(({ name }) => name),
    drivers: DRIVERS,
    onTrial(place, { system }) {
      for (const path of system.m.paths) {
        if (!system.m.entered(path)) continue;
        const cells = cellsOf.get(path.name) ?? [];
        // A cell has up to three trials.
        if (cells.at(-1) !== place) cells.push(place);
        cellsOf.set(path.name, cells);
      }
    },
  });
  return { result, cellsOf };
}

/** A path of the model, and the facts that its labels cite. */
export interface ModelPath {
  readonly name: string;
  readonly facts: readonly string[];
}

/** Every path that any driver can run on any kind of memory, by name. */
export function modelPaths(kernel: string): ModelPath[] {
  const facts = new Map<string, Set<string>>();
  const [operation] = CELL_OPERATIONS;
  if (operation === undefined) return [];
  const { workload } = stageOf(operation, 'observe');
  for (const { name: memory } of MEMORY_KINDS) {
    for (const driver of DRIVERS) {
      const { system } = openSession(workload, driver, {
        ...ALONE,
        kernel,
        memory,
        costTable: BUILTIN_2026,
        seed: 1,
      });
      for (const { name, path } of system.m.paths) {
        const known = facts.get(name) ?? new Set();
        for (const entry of path.entries) if (entry.op === 'label') known.add(entry.fact);
        facts.set(name, known);
      }
    }
  }
  return [...facts]
    .map(([name, cited]) => ({ name, facts: [...cited].sort(byNumber) }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

const byNumber = (a: string, b: string): number => Number(a.slice(1)) - Number(b.slice(1));

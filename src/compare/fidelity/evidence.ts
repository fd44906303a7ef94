/**
 * What real kernels say of the model, in one document: cells that were seen, how far the model agrees, and what holds each
 * mechanism.
 *
 *     observations + model -> agreement by kernel, memory and driver; waits; fidelity table
 */
import { against, type AgainstResult, type Cell, type ObservedCell } from '../matrix/index.ts';
import { MODEL_REVISION } from '../model_revision.ts';
import { type Attention, coverage, type Coverage } from './coverage.ts';
import { fidelityRows, type FidelityRow } from './fidelity.ts';

/** One kernel that was observed: its cells, and what is needed to do it again. */
export interface ObservedKernel {
  /** In the project: linux-6.1. */
  readonly name: string;
  readonly release: string;
  readonly packages: readonly string[];
  readonly command_line: string;
  readonly probe_sha256: string;
  readonly memories: readonly {
    readonly name: string;
    readonly dax: boolean;
    readonly map_sync: string;
    readonly mount: string;
  }[];
  /** Warnings and worse in its log. */
  readonly kernel_alarms: readonly string[];
}

/** A cell with what was only recorded of it, as far as it is summed up here. */
export type ObservedCellRecord = ObservedCell &
  Pick<Cell, 'kernel' | 'sleeps_in' | 'interruptible' | 'killable'> & {
    readonly recorded: { readonly state: string | null };
  };

export interface ObservationInput {
  readonly kernel: ObservedKernel;
  readonly cells: readonly ObservedCellRecord[];
}

/** How far the model agrees on one kind of memory under one driver. */
export interface Agreement {
  readonly memory: string;
  readonly driver: string;
  /** Cells that were seen, and those of them that the model has as well. */
  readonly observed: number;
  readonly cells: number;
  readonly fields: number;
  readonly agree: number;
  readonly tolerated: number;
  readonly disagree: number;
}

/** Blocked cells that wait in the same way. */
export interface WaitKind {
  readonly memory: string;
  /** Null: it does not sleep, it spins. */
  readonly sleeps_in: string | null;
  /** State of the waiting task, as /proc has it. */
  readonly state: string | null;
  readonly interruptible: boolean | null;
  readonly killable: boolean | null;
  readonly drivers: readonly string[];
  readonly operations: readonly string[];
  readonly cells: number;
}

export interface KernelEvidence extends ObservedKernel {
  readonly agreement: readonly Agreement[];
  readonly tolerated: AgainstResult['tolerated'];
  readonly disagree: AgainstResult['disagree'];
  readonly waits: readonly WaitKind[];
}

export interface Evidence {
  readonly schema: 'gup-vs-hmm/evidence/1';
  readonly model_revision: number;
  readonly reproduce: string;
  readonly complete: boolean;
  readonly kernels: readonly KernelEvidence[];
  readonly fidelity: readonly FidelityRow[];
}

/** Makes the model's cells of each kernel that was observed, and compares. Half a minute at most. */
export function evidence(
  inputs: readonly ObservationInput[],
  reproduce: string,
  attention: Attention,
): Evidence {
  const covered = inputs.map(({ kernel }) => coverage(kernel.name, attention));
  const seen = new Set(inputs.flatMap(({ cells }) => cells.map(placeOf)));
  return {
    schema: 'gup-vs-hmm/evidence/1',
    model_revision: MODEL_REVISION,
    reproduce,
    complete: covered.every(({ result }) => result.complete),
    kernels: inputs.map((input, index) => kernelEvidence(input, covered[index]?.result.cells ?? [])),
    fidelity: fidelityRows(covered, (place) => seen.has(placeOf(place))),
  };
}

type Place = Pick<Cell, 'kernel' | 'memory' | 'driver' | 'op'>;

const placeOf = ({ kernel, memory, driver, op }: Place): string => `${kernel} ${memory} ${driver} ${op}`;

function kernelEvidence(
  { kernel, cells }: ObservationInput,
  model: Coverage['result']['cells'],
): KernelEvidence {
  const sides = { kernel: kernel.name, complete: true, observedRelease: kernel.release };
  const { tolerated, disagree } = against({ ...sides, model, observed: cells });
  return {
    ...kernel,
    agreement: pairsOf(cells).map(({ memory, driver }) => {
      const its = <T extends Place>(all: readonly T[]): T[] =>
        all.filter((cell) => cell.memory === memory && cell.driver === driver);
      const observed = its(cells);
      const result = against({ ...sides, model: its(model), observed });
      return {
        ...{ memory, driver, observed: observed.length, cells: result.cells },
        ...{ fields: result.fields, agree: result.agree },
        ...{ tolerated: result.tolerated.length, disagree: result.disagree.length },
      };
    }),
    tolerated,
    disagree,
    waits: waitsOf(cells),
  };
}

function pairsOf(cells: readonly Place[]): Pick<Place, 'memory' | 'driver'>[] {
  return [...new Map(cells.map((cell) => [`${cell.memory} ${cell.driver}`, cell])).values()];
}

function waitsOf(cells: readonly ObservedCellRecord[]): WaitKind[] {
  const kinds = new Map<string, ObservedCellRecord[]>();
  for (const cell of cells) {
    if (cell.outcome !== 'blocked') continue;
    const { memory, sleeps_in, interruptible, killable, recorded } = cell;
    const key = JSON.stringify([memory, sleeps_in, recorded.state, interruptible, killable]);
    kinds.set(key, [...(kinds.get(key) ?? []), cell]);
  }
  return [...kinds.values()].flatMap((alike) => {
    const [first] = alike;
    if (first === undefined) return [];
    const { memory, sleeps_in, interruptible, killable, recorded } = first;
    return [
      {
        ...{ memory, sleeps_in, state: recorded.state, interruptible, killable },
        drivers: [...new Set(alike.map(({ driver }) => driver))],
        operations: [...new Set(alike.map(({ op }) => op))],
        cells: alike.length,
      },
    ];
  });
}

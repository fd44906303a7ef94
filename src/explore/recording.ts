/** What is recorded of who uses which part of the state, as plain data, and where in the state stacks and locks are. */
import type { RecordedUses } from './local_uses.ts';
import type { RecordedLockSets } from './lock_sets.ts';

/** A frame of a task in the kernel, as LocalUses asks for it (src/machine/machine.ts). */
export type FrameVisit = (
  path: { readonly path: { readonly locals: readonly string[] } },
  firstLocal: number,
  goesOnAt: number,
) => void;

/** Where stacks are kept, and what is on them. */
export interface Stacks {
  readonly firstCell: number;
  readonly tasks: number;
  readonly cellsEach: number;
  readonly visitFrames: (task: number, visit: FrameVisit) => void;
  /** Cells that hold what blocks hold: from this one, as many. */
  readonly contents: { readonly firstCell: number; readonly cells: number };
}

/**
 * Where the locks of each task are kept: a cell with their number, then one for each. Others write there only when they hand a lock
 * over, while the task sleeps: nobody does so before its next step, so that these cells count as its own.
 */
export interface HeldLocks {
  readonly firstCell: (task: number) => number;
  readonly cells: number;
}

/** What a FootprintStore (footprints.ts) has recorded. Lists of cells and numbers that alternate. */
export interface Recording {
  readonly readers: readonly number[];
  readonly writers: readonly number[];
  readonly writeLocked: readonly (RecordedLockSets | null)[];
  readonly useLocked: readonly (RecordedLockSets | null)[];
  readonly steps: readonly {
    readonly task: number;
    readonly position: number;
    readonly held: number;
    readonly heldForWrite: number;
    readonly eventful: boolean;
    readonly uses: readonly number[];
  }[];
  /** Per cell: read or written by anybody at all, invariants too. */
  readonly touched: readonly number[];
  readonly locals: RecordedUses;
  readonly forgottenRead: boolean;
}

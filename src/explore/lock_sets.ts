/** Which locks a task held whenever it did something to a cell, as Eraser keeps them (Savage et al., TOCS 1997). */

/** Locks beyond this number protect nothing as far as the recording knows. */
export const LOCKS_MAX = 31;

/** Per cell: locks that a task held, at all or for write, whenever it did something to it. */
export interface LockSets {
  readonly any: Int32Array;
  readonly forWrite: Int32Array;
}

/** Lists of cells and sets that alternate. */
export interface RecordedLockSets {
  readonly any: readonly number[];
  readonly forWrite: readonly number[];
}

/** Locks held, for write and at all. */
export interface LocksHeld {
  readonly heldForWrite: number;
  readonly held: number;
}

/** Nothing was done to any cell: every lock was held whenever it was. */
export const noLockSets = (cells: number): LockSets => ({
  any: new Int32Array(cells).fill(-1),
  forWrite: new Int32Array(cells).fill(-1),
});

export function recordedLockSets(sets: readonly (LockSets | undefined)[]): (RecordedLockSets | null)[] {
  return Array.from(sets, (set) =>
    set === undefined ? null : { any: sparse(set.any, -1), forWrite: sparse(set.forWrite, -1) },
  );
}

export function lockSetsOf(cells: number, recorded: RecordedLockSets | null): LockSets {
  const set = noLockSets(cells);
  fill(set.any, recorded?.any ?? []);
  fill(set.forWrite, recorded?.forWrite ?? []);
  return set;
}

/** Places and values of what differs from `usual`. */
export function sparse(values: Int32Array | Uint8Array, usual: number): number[] {
  const pairs: number[] = [];
  values.forEach((value, place) => {
    if (value !== usual) pairs.push(place, value);
  });
  return pairs;
}

export function fill(values: Int32Array | Uint8Array, pairs: readonly number[]): void {
  for (let at = 0; at < pairs.length; at += 2) values[pairs[at] as number] = pairs[at + 1] as number;
}

/** None of these tasks can do it now: it holds a lock whenever it does that the step's task has, and one of the two for write. */
export function excludesAll(
  step: LocksHeld,
  tasks: number,
  sets: readonly LockSets[],
  cell: number,
): boolean {
  for (let left = tasks; left !== 0; left &= left - 1) {
    const { any, forWrite } = sets[31 - Math.clz32(left & -left)] as LockSets;
    const excluded = ((any[cell] as number) & step.heldForWrite) | ((forWrite[cell] as number) & step.held);
    if (excluded === 0) return false;
  }
  return true;
}

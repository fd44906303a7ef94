/**
 * The state of the machine: everything that grows goes through this interface.
 *
 * Two kinds of state: tables of fixed-width records (tasks, locks, VMAs) and page maps (one number per page
 * of a file, an address space or a device). Two stores implement them with the same meaning: `DenseStore` (one
 * typed vector with declared capacities, undo and a fingerprint) for exploration and properties, and
 * `RunsStore` (runs of equal pages, no capacities) for the replay of big files.
 */

/** Records of `width` numbers each. A record never written reads as zeros. */
export interface Table {
  readonly name: string;
  get(row: number, column: number): number;
  set(row: number, column: number, value: number): void;
}

/**
 * A number per page, for each row (a file, an address space, a device range); 0 means nothing there.
 *
 * A value of at least `step` advances by `step` from page to page along a run, so that consecutive physical
 * pages form one run; smaller values are constant along a run. `step` 0: every value is constant.
 */
export interface PageMap {
  readonly name: string;
  readonly step: number;
  get(row: number, page: number): number;
  /** Sets [from, to): `value` at `from`, advancing as the map's step says. */
  setRange(row: number, from: number, to: number, value: number): void;
  /** The end (at most `limit`) of the longest run, possibly of zeros, that starts at `page`. */
  runEnd(row: number, page: number, limit: number): number;
  /** The first page in [page, limit) with a non-zero value, or `limit`. */
  nextNonZero(row: number, page: number, limit: number): number;
}

export interface TableSpec {
  readonly name: string;
  readonly width: number;
  /** Records the dense store makes room for. */
  readonly rows: number;
}

export interface PageMapSpec {
  readonly name: string;
  readonly rows: number;
  /** Pages per row the dense store makes room for. */
  readonly pages: number;
  readonly step: number;
}

export interface Store {
  table(spec: TableSpec): Table;
  pageMap(spec: PageMapSpec): PageMap;
  /** Ends the declarations; the state is all zeros from here on. */
  seal(): void;
  /** A copy of the whole state, to go back to with {@link restore}. */
  snapshot(): StoreSnapshot;
  restore(snapshot: StoreSnapshot): void;
}

/** Opaque: only the store that made it can read it. */
export interface StoreSnapshot {
  readonly store: 'dense' | 'runs';
}

/** A dense store was asked to hold more than was declared: a configuration error, never a silent truncation. */
export class CapacityError extends Error {
  override readonly name = 'CapacityError';
}

/** Applies `change` to each run of [from, to), zeros included, and writes back what differs. */
export function changeRuns(
  map: PageMap,
  row: number,
  from: number,
  to: number,
  change: (value: number, page: number) => number,
): void {
  for (let page = from; page < to;) {
    const end = map.runEnd(row, page, to);
    const value = map.get(row, page);
    const next = change(value, page);
    if (next !== value) map.setRange(row, page, end, next);
    page = end;
  }
}

/** Calls `visit` for each non-zero run that intersects [from, to), clipped to it, in page order. */
export function visitRuns(
  map: PageMap,
  row: number,
  from: number,
  to: number,
  visit: (page: number, end: number, value: number) => void,
): void {
  for (let page = map.nextNonZero(row, from, to); page < to; page = map.nextNonZero(row, page, to)) {
    const end = map.runEnd(row, page, to);
    visit(page, end, map.get(row, page));
    page = end;
  }
}

/** Makes `targetRow` of `target` equal to `row` of `map` (same step) within [0, limit). */
export function copyRow(map: PageMap, row: number, target: PageMap, targetRow: number, limit: number): void {
  target.setRange(targetRow, 0, limit, 0);
  visitRuns(map, row, 0, limit, (page, end, value) => {
    target.setRange(targetRow, page, end, value);
  });
}

/** Names for the columns of a table: `columns('a', 'b')` is `{ a: 0, b: 1 }`. */
export function columns<const N extends string>(...names: readonly N[]): Record<N, number> {
  return Object.fromEntries(names.map((name, index) => [name, index])) as Record<N, number>;
}

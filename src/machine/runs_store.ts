/**
 * Runs of equal (or evenly advancing) pages in sorted arrays: cost follows the number of runs, not of pages.
 *
 * No capacities and no undo; numbers are doubles, so page numbers up to 2^51 are exact.
 */
import type { PageMap, PageMapSpec, Store, StoreSnapshot, Table, TableSpec } from './store.ts';

interface RunsSnapshot extends StoreSnapshot {
  readonly store: 'runs';
  readonly tables: number[][];
  readonly maps: RunList[][];
}

export class RunsStore implements Store {
  private readonly tables: RunsTable[] = [];
  private readonly maps: RunsPageMap[] = [];

  table(spec: TableSpec): Table {
    const table = new RunsTable(spec);
    this.tables.push(table);
    return table;
  }

  pageMap(spec: PageMapSpec): PageMap {
    const map = new RunsPageMap(spec);
    this.maps.push(map);
    return map;
  }

  seal(): void {
    // Nothing to lay out: rows appear when they are first written.
  }

  snapshot(): StoreSnapshot {
    const snapshot: RunsSnapshot = {
      store: 'runs',
      tables: this.tables.map((table) => table.cells.slice()),
      maps: this.maps.map((map) => map.rows.map((list) => list.copy())),
    };
    return snapshot;
  }

  restore(snapshot: StoreSnapshot): void {
    const runs = snapshot as RunsSnapshot;
    this.tables.forEach((table, index) => {
      table.cells = (runs.tables[index] as number[]).slice();
    });
    this.maps.forEach((map, index) => {
      map.rows = (runs.maps[index] as RunList[]).map((list) => list.copy());
    });
  }
}

class RunsTable implements Table {
  readonly name: string;
  cells: number[] = [];
  private readonly width: number;

  constructor(spec: TableSpec) {
    this.name = spec.name;
    this.width = spec.width;
  }

  get(row: number, column: number): number {
    return this.cells[row * this.width + column] ?? 0;
  }

  set(row: number, column: number, value: number): void {
    const cell = row * this.width + column;
    while (this.cells.length <= cell) this.cells.push(0);
    this.cells[cell] = value;
  }
}

class RunsPageMap implements PageMap {
  readonly name: string;
  readonly step: number;
  rows: RunList[] = [];

  constructor(spec: PageMapSpec) {
    this.name = spec.name;
    this.step = spec.step;
  }

  get(row: number, page: number): number {
    return this.rows[row]?.get(page) ?? 0;
  }

  setRange(row: number, from: number, to: number, value: number): void {
    if (from >= to) return;
    while (this.rows.length <= row) this.rows.push(new RunList(this.step));
    (this.rows[row] as RunList).setRange(from, to, value);
  }

  runEnd(row: number, page: number, limit: number): number {
    return this.rows[row]?.runEnd(page, limit) ?? limit;
  }

  nextNonZero(row: number, page: number, limit: number): number {
    return this.rows[row]?.nextNonZero(page, limit) ?? limit;
  }
}

/** Non-zero runs in page order, each as long as it can be. */
class RunList {
  private readonly step: number;
  private starts: number[] = [];
  private ends: number[] = [];
  private values: number[] = [];

  constructor(step: number) {
    this.step = step;
  }

  copy(): RunList {
    const list = new RunList(this.step);
    list.starts = this.starts.slice();
    list.ends = this.ends.slice();
    list.values = this.values.slice();
    return list;
  }

  get(page: number): number {
    const index = this.firstEndingAfter(page);
    if (index === this.starts.length || (this.starts[index] as number) > page) return 0;
    return this.valueAt(index, page);
  }

  runEnd(page: number, limit: number): number {
    const index = this.firstEndingAfter(page);
    if (index === this.starts.length) return limit;
    const start = this.starts[index] as number;
    return Math.min(limit, start > page ? start : (this.ends[index] as number));
  }

  nextNonZero(page: number, limit: number): number {
    const index = this.firstEndingAfter(page);
    if (index === this.starts.length) return limit;
    return Math.min(limit, Math.max(page, this.starts[index] as number));
  }

  setRange(from: number, to: number, value: number): void {
    const first = this.firstEndingAfter(from);
    let last = first;
    while (last < this.starts.length && (this.starts[last] as number) < to) last++;
    if (this.isAlready(first, last, from, to, value)) return;
    const pieces: [number, number, number][] = [];
    if (first < last && (this.starts[first] as number) < from) {
      pieces.push([this.starts[first] as number, from, this.values[first] as number]);
    }
    if (value !== 0) pieces.push([from, to, value]);
    if (first < last && (this.ends[last - 1] as number) > to) {
      pieces.push([to, this.ends[last - 1] as number, this.valueAt(last - 1, to)]);
    }
    this.replace(first, last, pieces);
  }

  /** Puts `pieces` in the place of runs [first, last) and joins what can be joined with the neighbours. */
  private replace(first: number, last: number, pieces: [number, number, number][]): void {
    let from = first;
    let to = last;
    if (from > 0) pieces.unshift(this.run(--from));
    if (to < this.starts.length) pieces.push(this.run(to++));
    const joined: [number, number, number][] = [];
    for (const piece of pieces) {
      const before = joined.at(-1);
      if (before !== undefined && this.continues(before, piece)) before[1] = piece[1];
      else joined.push(piece);
    }
    this.makeRoom(from, to - from, joined.length);
    joined.forEach(([start, end, value], index) => {
      this.starts[from + index] = start;
      this.ends[from + index] = end;
      this.values[from + index] = value;
    });
  }

  /** True when [from, to), which runs [first, last) touch, holds `value` already. */
  private isAlready(first: number, last: number, from: number, to: number, value: number): boolean {
    if (first === last) return value === 0;
    const covered = (this.starts[first] as number) <= from && (this.ends[first] as number) >= to;
    return covered && this.valueAt(first, from) === value;
  }

  /** `count` runs from `at` on become as many as are wanted, whose contents are for the caller to fill in. */
  private makeRoom(at: number, count: number, wanted: number): void {
    if (count === wanted) return;
    for (const column of [this.starts, this.ends, this.values]) {
      if (wanted < count) column.splice(at, count - wanted);
      else for (let more = wanted - count; more > 0; more--) column.splice(at, 0, 0);
    }
  }

  private run(index: number): [number, number, number] {
    return [this.starts[index] as number, this.ends[index] as number, this.values[index] as number];
  }

  private continues(left: [number, number, number], right: [number, number, number]): boolean {
    return left[1] === right[0] && left[2] + this.advance(left[2]) * (right[0] - left[0]) === right[2];
  }

  private valueAt(index: number, page: number): number {
    const value = this.values[index] as number;
    return value + this.advance(value) * (page - (this.starts[index] as number));
  }

  private advance(value: number): number {
    return this.step > 0 && value >= this.step ? this.step : 0;
  }

  private firstEndingAfter(page: number): number {
    let low = 0;
    let high = this.ends.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.ends[middle] as number) > page) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

/**
 * One Int32 vector for the whole state, with an undo log and an incremental 64-bit fingerprint.
 *
 * Made for exploration and for short generated runs: copying is a `slice`, undo costs what was written, and the
 * fingerprint is kept up to date by each write (two 32-bit lanes; a cell of value 0 contributes nothing).
 */
import {
  CapacityError,
  type PageMap,
  type PageMapSpec,
  type Store,
  type StoreSnapshot,
  type Table,
  type TableSpec,
} from './store.ts';

interface DenseSnapshot extends StoreSnapshot {
  readonly store: 'dense';
  readonly vector: Int32Array;
  readonly high: number;
  readonly low: number;
}

/** murmur3's finaliser over a cell and its value, with a lane constant. */
function mix(cell: number, value: number, lane: number): number {
  let h = Math.imul(cell + 1, 0x9e3779b1) ^ Math.imul(value, lane);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

const LANE_HIGH = 0x2c1b3c6d;
const LANE_LOW = 0x297a2d39;

export class DenseStore implements Store {
  private vector = new Int32Array(0);
  private cells = 0;
  private sealed = false;
  private readonly fingerprints: boolean;
  private readonly firstCells = new Map<string, number>();
  private high = 0;
  private low = 0;
  private undoOn = false;
  private undoCells = new Int32Array(1024);
  private undoValues = new Int32Array(1024);
  /** The fingerprint before each write: cheaper to keep than to work out again. */
  private undoHigh = new Int32Array(1024);
  private undoLow = new Int32Array(1024);
  private undoLength = 0;

  /** `fingerprints: false` saves their cost where no one compares states. */
  constructor(options: { readonly fingerprints: boolean }) {
    this.fingerprints = options.fingerprints;
  }

  table(spec: TableSpec): Table {
    const base = this.declare(spec.width * spec.rows);
    this.firstCells.set(spec.name, base);
    return new DenseTable(this, spec, base);
  }

  /** The cell of row 0 and column 0 of a table; the rest follow row by row. Throws for a table that was never declared. */
  firstCellOf(table: string): number {
    const cell = this.firstCells.get(table);
    if (cell === undefined) throw new RangeError(`the store has no table ${table}`);
    return cell;
  }

  /** Where each table and page map begins, in their order. */
  firstCellsOfAll(): number[] {
    return [...this.firstCells.values()].sort((a, b) => a - b);
  }

  pageMap(spec: PageMapSpec): PageMap {
    const base = this.declare(spec.rows * spec.pages);
    this.firstCells.set(spec.name, base);
    return new DensePageMap(this, spec, base);
  }

  seal(): void {
    this.sealed = true;
    this.vector = new Int32Array(this.cells);
  }

  /** All zeros again, as after {@link seal}. */
  clear(): void {
    this.vector.fill(0);
    this.high = 0;
    this.low = 0;
    this.undoLength = 0;
  }

  read(cell: number): number {
    return this.vector[cell] as number;
  }

  write(cell: number, value: number): void {
    const old = this.vector[cell] as number;
    if (old === value) return;
    if ((value | 0) !== value) throw new CapacityError(`value ${value} does not fit the dense store`);
    if (this.undoOn) this.remember(cell, old);
    if (this.fingerprints) {
      this.toggle(cell, old);
      this.toggle(cell, value);
    }
    this.vector[cell] = value;
  }

  /** Number of Int32 cells of the state. */
  get size(): number {
    return this.cells;
  }

  /** 64-bit fingerprint of the state as two unsigned 32-bit numbers. */
  fingerprint(): readonly [number, number] {
    return [this.high >>> 0, this.low >>> 0];
  }

  /** The halves of {@link fingerprint} as signed 32-bit integers, for whoever asks at every step. */
  get fingerprintHigh(): number {
    return this.high;
  }

  get fingerprintLow(): number {
    return this.low;
  }

  /** Starts to remember what is overwritten, and gives the mark to undo to. */
  mark(): number {
    this.undoOn = true;
    return this.undoLength;
  }

  /** Takes back every write since `mark`, the last first. */
  undo(mark: number): void {
    if (this.undoLength <= mark) return;
    for (let i = this.undoLength - 1; i >= mark; i--)
      this.vector[this.undoCells[i] as number] = this.undoValues[i] as number;
    this.high = this.undoHigh[mark] as number;
    this.low = this.undoLow[mark] as number;
    this.undoLength = mark;
  }

  snapshot(): StoreSnapshot {
    const snapshot: DenseSnapshot = {
      store: 'dense',
      vector: this.vector.slice(),
      high: this.high,
      low: this.low,
    };
    return snapshot;
  }

  restore(snapshot: StoreSnapshot): void {
    const dense = snapshot as DenseSnapshot;
    this.vector.set(dense.vector);
    this.high = dense.high;
    this.low = dense.low;
    this.undoLength = 0;
  }

  private declare(cells: number): number {
    if (this.sealed) throw new Error('the store is sealed');
    const base = this.cells;
    this.cells += cells;
    return base;
  }

  private toggle(cell: number, value: number): void {
    if (value === 0) return;
    this.high ^= mix(cell, value, LANE_HIGH);
    this.low ^= mix(cell, value, LANE_LOW);
  }

  private remember(cell: number, old: number): void {
    if (this.undoLength === this.undoCells.length) {
      this.undoCells = doubled(this.undoCells);
      this.undoValues = doubled(this.undoValues);
      this.undoHigh = doubled(this.undoHigh);
      this.undoLow = doubled(this.undoLow);
    }
    this.undoHigh[this.undoLength] = this.high;
    this.undoLow[this.undoLength] = this.low;
    this.undoCells[this.undoLength] = cell;
    this.undoValues[this.undoLength++] = old;
  }
}

function doubled(array: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(array.length * 2);
  larger.set(array);
  return larger;
}

class DenseTable implements Table {
  readonly name: string;
  private readonly store: DenseStore;
  private readonly base: number;
  private readonly width: number;
  private readonly rows: number;

  constructor(store: DenseStore, spec: TableSpec, base: number) {
    this.name = spec.name;
    this.store = store;
    this.base = base;
    this.width = spec.width;
    this.rows = spec.rows;
  }

  get(row: number, column: number): number {
    if (row >= this.rows) return 0;
    return this.store.read(this.base + row * this.width + column);
  }

  set(row: number, column: number, value: number): void {
    if (row >= this.rows || column >= this.width) {
      throw new CapacityError(`${this.name}: [${row}, ${column}] is outside ${this.rows} x ${this.width}`);
    }
    this.store.write(this.base + row * this.width + column, value);
  }
}

class DensePageMap implements PageMap {
  readonly name: string;
  readonly step: number;
  private readonly store: DenseStore;
  private readonly base: number;
  private readonly rows: number;
  private readonly pages: number;

  constructor(store: DenseStore, spec: PageMapSpec, base: number) {
    this.name = spec.name;
    this.step = spec.step;
    this.store = store;
    this.base = base;
    this.rows = spec.rows;
    this.pages = spec.pages;
  }

  get(row: number, page: number): number {
    if (page >= this.pages || row >= this.rows) return 0;
    return this.store.read(this.base + row * this.pages + page);
  }

  setRange(row: number, from: number, to: number, value: number): void {
    // Clearing what was never there is allowed: a truncate clears to the end of the offset space.
    const end = value === 0 ? Math.min(to, this.pages) : to;
    if (end > this.pages || (row >= this.rows && from < end)) {
      if (value === 0) return;
      throw new CapacityError(
        `${this.name}: row ${row} pages [${from}, ${to}) are outside ${this.rows} x ${this.pages}`,
      );
    }
    const advance = this.advance(value);
    const first = this.base + row * this.pages;
    for (let page = from, next = value; page < end; page++, next += advance)
      this.store.write(first + page, next);
  }

  runEnd(row: number, page: number, limit: number): number {
    let value = this.get(row, page);
    const advance = this.advance(value);
    for (let next = page + 1; next < limit; next++) {
      if (next >= this.pages) return value === 0 ? limit : next;
      value += advance;
      if (this.get(row, next) !== value) return next;
    }
    return limit;
  }

  nextNonZero(row: number, page: number, limit: number): number {
    const end = Math.min(limit, this.pages);
    for (let next = page; next < end; next++) {
      if (this.get(row, next) !== 0) return next;
    }
    return limit;
  }

  private advance(value: number): number {
    return this.step > 0 && value >= this.step ? this.step : 0;
  }
}

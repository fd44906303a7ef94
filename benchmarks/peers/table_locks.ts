/**
 * Locks and wait queues of a step table, a cell or two each: what the machine keeps in a dozen cells of a task.
 *
 * Handed on first come first served, as the machine's are. A line is one cell: its entries are five bits each, the first in the
 * lowest bits, each a task + 1 and whether it wants to write. So that six tasks wait in a line at most.
 */
import type { DenseStore } from '../../src/index.ts';

/** Value of a lock's cell: held for write. Otherwise it is the number of readers. */
const WRITER = -1;

const ENTRY_BITS = 5;
const ENTRIES_MAX = 6;
/** So that a task + 1 fits four bits. */
export const TABLE_TASKS_MAX = 15;

const entryOf = (task: number, write: boolean): number => 2 * (task + 1) + (write ? 1 : 0);
const taskOf = (entry: number): number => (entry >> 1) - 1;

/** Where locks, lines and awake tasks lie in the store. */
export interface LockCells {
  /** One cell: bit t for a task that can step. */
  readonly awake: number;
  /** First cell of the locks. */
  readonly locks: number;
  /** First cell of the lines; those of the locks come first, in the locks' order. */
  readonly lines: number;
}

export class TableLocks {
  private readonly store: DenseStore;
  private readonly cells: LockCells;

  constructor(store: DenseStore, cells: LockCells) {
    this.store = store;
    this.cells = cells;
  }

  /** Takes the lock, or puts the task to sleep in its line: it has the lock when it is woken. */
  down(task: number, lock: number, write: boolean): void {
    const { store, cells } = this;
    const held = store.read(cells.locks + lock);
    const isFree = write ? held === 0 : held !== WRITER;
    if (isFree && store.read(cells.lines + lock) === 0)
      store.write(cells.locks + lock, write ? WRITER : held + 1);
    else this.sleep(task, lock, write);
  }

  /** Lets go of the lock and gives it to the first in line: to one writer, or to every reader up to the next writer. */
  up(lock: number): void {
    const { store, cells } = this;
    const before = store.read(cells.locks + lock);
    let held = before === WRITER ? 0 : before - 1;
    let line = store.read(cells.lines + lock);
    let awake = store.read(cells.awake);
    while (line !== 0) {
      const entry = line & ((1 << ENTRY_BITS) - 1);
      const write = (entry & 1) === 1;
      if (write ? held !== 0 : held === WRITER) break;
      held = write ? WRITER : held + 1;
      awake |= 1 << taskOf(entry);
      line >>>= ENTRY_BITS;
    }
    store.write(cells.locks + lock, held);
    store.write(cells.lines + lock, line);
    store.write(cells.awake, awake);
  }

  /** Puts the task to sleep at the end of a line. Throws when the line is full. */
  sleep(task: number, line: number, write = false): void {
    const { store, cells } = this;
    const waiting = store.read(cells.lines + line);
    const length = Math.ceil((32 - Math.clz32(waiting)) / ENTRY_BITS);
    if (length === ENTRIES_MAX) throw new RangeError(`more than ${ENTRIES_MAX} tasks wait in one line`);
    store.write(cells.lines + line, waiting | (entryOf(task, write) << (ENTRY_BITS * length)));
    this.end(task);
  }

  /** Wakes all of a line. */
  wakeAll(line: number): void {
    const { store, cells } = this;
    let awake = store.read(cells.awake);
    for (let left = store.read(cells.lines + line); left !== 0; left >>>= ENTRY_BITS)
      awake |= 1 << taskOf(left & ((1 << ENTRY_BITS) - 1));
    store.write(cells.lines + line, 0);
    store.write(cells.awake, awake);
  }

  /** The task steps no more. */
  end(task: number): void {
    const { store, cells } = this;
    store.write(cells.awake, store.read(cells.awake) & ~(1 << task));
  }
}

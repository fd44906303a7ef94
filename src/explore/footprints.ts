/**
 * Who reads and writes which cell of the state, and with which locks held: recorded by the store itself at every access, never
 * declared by hand (D1).
 *
 * From what was recorded follows which steps no order of other steps can change (`movers`): each cell such a step reads is written by
 * nobody else, or nobody else can write it now, since all who do hold a lock that the task has; each cell it writes is used by
 * nobody else, or nobody else can use it now. That is Lipton's reduction ("Reduction: a method of proving properties of parallel
 * programs", CACM 1975) with the locks found as Eraser finds them (Savage et al., TOCS 1997).
 */
import { DenseStore } from '../machine/dense_store.ts';

/** Locks beyond this number protect nothing as far as the recording knows. */
const LOCKS_MAX = 31;

const READ = 1;
const WRITTEN = 2;

/** The steps that begin at one position of one task. */
interface StepFootprint {
  /** Per cell: READ, WRITTEN or both. */
  readonly cells: Uint8Array;
  /** Cells that are not 0 in `cells`. */
  readonly list: number[];
  /** Locks held, for write and at all, whenever it began. */
  heldForWrite: number;
  held: number;
  /** It puts a task to sleep, or ends an operation: what follows is asked of every such state. */
  eventful: boolean;
}

/**
 * Where the locks of each task are kept: a cell with their number, then one for each. Others write there only when they hand a lock
 * over, while the task sleeps: nobody does so before its next step, so that these cells count as its own.
 */
export interface HeldLocks {
  readonly firstCell: (task: number) => number;
  readonly cells: number;
}

/** Per cell: locks that a task held, at all or for write, whenever it did something to it. */
interface LockSets {
  readonly any: Int32Array;
  readonly forWrite: Int32Array;
}

/** What a {@link FootprintStore} has recorded. Lists of cells and numbers that alternate. */
export interface Recording {
  readonly readers: readonly number[];
  readonly writers: readonly number[];
  readonly writeLocked: readonly ({
    readonly any: readonly number[];
    readonly forWrite: readonly number[];
  } | null)[];
  readonly useLocked: readonly ({
    readonly any: readonly number[];
    readonly forWrite: readonly number[];
  } | null)[];
  readonly steps: readonly {
    readonly task: number;
    readonly position: number;
    readonly held: number;
    readonly heldForWrite: number;
    readonly eventful: boolean;
    readonly uses: readonly number[];
  }[];
}

/** Places and values of what differs from `usual`. */
function sparse(values: Int32Array, usual: number): number[] {
  const pairs: number[] = [];
  values.forEach((value, place) => {
    if (value !== usual) pairs.push(place, value);
  });
  return pairs;
}

function fill(values: Int32Array | Uint8Array, pairs: readonly number[]): void {
  for (let at = 0; at < pairs.length; at += 2) values[pairs[at] as number] = pairs[at + 1] as number;
}

const noLockSets = (cells: number): LockSets => ({
  any: new Int32Array(cells).fill(-1),
  forWrite: new Int32Array(cells).fill(-1),
});

/** None of these tasks can do it now: it holds a lock whenever it does that the step's task has, and one of the two for write. */
function excludesAll(step: StepFootprint, tasks: number, sets: readonly LockSets[], cell: number): boolean {
  for (let left = tasks; left !== 0; left &= left - 1) {
    const { any, forWrite } = sets[31 - Math.clz32(left & -left)] as LockSets;
    const excluded = ((any[cell] as number) & step.heldForWrite) | ((forWrite[cell] as number) & step.held);
    if (excluded === 0) return false;
  }
  return true;
}

/** Position of a step that begins in user space: such a step is never a mover. */
export const IN_USER_SPACE = -1;

export class FootprintStore extends DenseStore {
  /** The recording has changed since {@link movers} was last asked. */
  changed = false;
  private held: HeldLocks | null = null;
  /** Per cell: tasks that have read or written it; and by task the locks it held at every write, and at every use. */
  private readers = new Int32Array(0);
  private writers = new Int32Array(0);
  private readonly writeLocked: LockSets[] = [];
  private readonly useLocked: LockSets[] = [];
  private readonly steps: Map<number, StepFootprint>[] = [];
  private step: StepFootprint | null = null;
  private bit = 0;
  private task = 0;
  private heldNow = 0;
  private heldForWriteNow = 0;

  constructor() {
    super({ fingerprints: true });
  }

  /** To be called once the store is sealed. */
  observe(held: HeldLocks): void {
    this.held = held;
    this.steps.length = 0;
    this.readers = new Int32Array(this.size);
    this.writers = new Int32Array(this.size);
    this.writeLocked.length = 0;
    this.useLocked.length = 0;
  }

  /** A step of the task begins at a position. */
  begin(task: number, position: number): void {
    this.task = task;
    this.bit = 1 << task;
    this.lookAtLocks();
    const steps = (this.steps[task] ??= new Map<number, StepFootprint>());
    let step = steps.get(position);
    if (step === undefined) {
      const cells = new Uint8Array(this.size);
      step = { cells, list: [], heldForWrite: -1, held: -1, eventful: position === IN_USER_SPACE };
      steps.set(position, step);
      this.changed = true;
    }
    const [held, heldForWrite] = [step.held & this.heldNow, step.heldForWrite & this.heldForWriteNow];
    if (held !== step.held || heldForWrite !== step.heldForWrite) this.changed = true;
    step.held = held;
    step.heldForWrite = heldForWrite;
    this.step = step;
  }

  /** The step has ended; `eventful`: a task sleeps, or an operation has ended. */
  end(eventful: boolean): void {
    if (eventful && this.step !== null && !this.step.eventful) {
      this.step.eventful = true;
      this.changed = true;
    }
    this.step = null;
  }

  override read(cell: number): number {
    if (this.step !== null) this.noteRead(cell, this.step);
    return super.read(cell);
  }

  override write(cell: number, value: number): void {
    super.write(cell, value);
    if (this.step !== null) this.noteWrite(cell, this.step);
  }

  /** All that was recorded, as plain data. */
  recording(): Recording {
    const locks = (sets: readonly LockSets[]): Recording['writeLocked'] =>
      Array.from(sets, (set: LockSets | undefined) =>
        set === undefined ? null : { any: sparse(set.any, -1), forWrite: sparse(set.forWrite, -1) },
      );
    return {
      readers: sparse(this.readers, 0),
      writers: sparse(this.writers, 0),
      writeLocked: locks(this.writeLocked),
      useLocked: locks(this.useLocked),
      steps: this.steps.flatMap((steps, task) =>
        [...steps].map(([position, { cells, list, held, heldForWrite, eventful }]) => {
          const uses = list.flatMap((cell) => [cell, cells[cell] as number]);
          return { task, position, held, heldForWrite, eventful, uses };
        }),
      ),
    };
  }

  /** Goes on from an earlier recording of the same model. */
  continueFrom({ readers, writers, writeLocked, useLocked, steps }: Recording): void {
    fill(this.readers, readers);
    fill(this.writers, writers);
    const sets = (pairs: (typeof writeLocked)[number]): LockSets => {
      const set = noLockSets(this.size);
      fill(set.any, pairs?.any ?? []);
      fill(set.forWrite, pairs?.forWrite ?? []);
      return set;
    };
    this.writeLocked.splice(0, Infinity, ...writeLocked.map(sets));
    this.useLocked.splice(0, Infinity, ...useLocked.map(sets));
    this.steps.length = 0;
    for (const { task, position, held, heldForWrite, eventful, uses } of steps) {
      const cells = new Uint8Array(this.size);
      fill(cells, uses);
      const list = uses.filter((_, index) => index % 2 === 0);
      (this.steps[task] ??= new Map<number, StepFootprint>()).set(position, {
        ...{ cells, list, held, heldForWrite, eventful },
      });
    }
    this.changed = true;
  }

  /** By task: the positions at which a step of it begins that no order of other steps can change, as far as is recorded. */
  movers(): ReadonlySet<number>[] {
    this.changed = false;
    return Array.from(
      this.steps,
      (steps: Map<number, StepFootprint> | undefined, task) =>
        new Set(
          [...(steps ?? [])].flatMap(([position, step]) => (this.isMover(step, task) ? [position] : [])),
        ),
    );
  }

  private isMover(step: StepFootprint, task: number): boolean {
    if (step.eventful) return false;
    const others = ~(1 << task);
    return step.list.every((cell) => {
      if (this.isOwnLock(cell, task)) return true;
      const writers = (this.writers[cell] as number) & others;
      if (!excludesAll(step, writers, this.writeLocked, cell)) return false;
      const readers = (this.readers[cell] as number) & others;
      const readsOnly = ((step.cells[cell] as number) & WRITTEN) === 0;
      return readsOnly || excludesAll(step, writers | readers, this.useLocked, cell);
    });
  }

  private isOwnLock(cell: number, task: number): boolean {
    if (this.held === null) return false;
    const place = cell - this.held.firstCell(task);
    return place >= 0 && place < this.held.cells;
  }

  private noteRead(cell: number, step: StepFootprint): void {
    this.noteTask(this.readers, cell);
    this.noteLocks((this.useLocked[this.task] ??= noLockSets(this.size)), cell);
    this.noteUse(cell, step, READ);
  }

  private noteWrite(cell: number, step: StepFootprint): void {
    this.noteTask(this.writers, cell);
    this.noteLocks((this.useLocked[this.task] ??= noLockSets(this.size)), cell);
    this.noteLocks((this.writeLocked[this.task] ??= noLockSets(this.size)), cell);
    this.noteUse(cell, step, WRITTEN);
    // A lock was taken or let go: what follows is done with other locks held.
    if (this.isOwnLock(cell, this.task)) this.lookAtLocks();
  }

  private noteTask(tasks: Int32Array, cell: number): void {
    const now = (tasks[cell] as number) | this.bit;
    if (now === tasks[cell]) return;
    tasks[cell] = now;
    this.changed = true;
  }

  private noteLocks({ any, forWrite }: LockSets, cell: number): void {
    const [nowAny, nowForWrite] = [
      (any[cell] as number) & this.heldNow,
      (forWrite[cell] as number) & this.heldForWriteNow,
    ];
    if (nowAny === any[cell] && nowForWrite === forWrite[cell]) return;
    any[cell] = nowAny;
    forWrite[cell] = nowForWrite;
    this.changed = true;
  }

  private noteUse(cell: number, step: StepFootprint, use: number): void {
    const before = step.cells[cell] as number;
    if ((before & use) !== 0) return;
    if (before === 0) step.list.push(cell);
    step.cells[cell] = before | use;
    this.changed = true;
  }

  /** Locks the task holds now: `2 * lock + 2`, plus 1 for write, in each slot (src/machine/task.ts). */
  private lookAtLocks(): void {
    this.heldNow = 0;
    this.heldForWriteNow = 0;
    if (this.held === null) return;
    const first = this.held.firstCell(this.task);
    const count = super.read(first);
    for (let slot = 1; slot <= count; slot++) {
      const held = super.read(first + slot);
      const lock = (held >> 1) - 1;
      if (lock < 0 || lock >= LOCKS_MAX) continue;
      this.heldNow |= 1 << lock;
      if ((held & 1) === 1) this.heldForWriteNow |= 1 << lock;
    }
  }
}

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
import { AccessContexts } from './access_context.ts';
import { LocalUses } from './local_uses.ts';
import {
  excludesAll,
  fill,
  LOCKS_MAX,
  type LockSets,
  lockSetsOf,
  noLockSets,
  recordedLockSets,
  sparse,
} from './lock_sets.ts';
import type { FrameVisit, HeldLocks, Recording, Stacks } from './recording.ts';

const READ = 1;
const WRITTEN = 2;
/** Of a cell of a stack: that it was read before the step wrote it is known, too. */
const USED = 4;

/** Stands for whatever a freed block held, for as long as nobody reads it: contents are not negative. */
export const FORGOTTEN = -0x2fffffff;

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
  /** Which locals are read later; null: nobody has said where stacks are. */
  locals: LocalUses | null = null;
  private stacks: Stacks | null = null;
  private stacksEnd = 0;
  private contexts = new AccessContexts(0);
  /** What is known of the accesses in the present context; everything, while nothing is recorded. */
  private known = new Uint8Array(0);
  private allKnown = new Uint8Array(0);
  /** Of accesses between steps. */
  private betweenSteps = new Uint8Array(0);
  private touched = new Uint8Array(0);
  /** What freed blocks held was read, so that it matters: see {@link FORGOTTEN}. */
  forgottenRead = false;
  private contents = { first: 0, end: 0 };
  /** Cells that are not written any more: nobody reads them. */
  private ignored = new Uint8Array(0);

  constructor() {
    super({ fingerprints: true });
  }

  override seal(): void {
    super.seal();
    this.ignored = new Uint8Array(this.size);
    this.allKnown = new Uint8Array(this.size).fill(READ | WRITTEN | USED);
    this.known = this.allKnown;
  }

  /** From here on {@link changed} tells of what is learned from now on. */
  expectChanges(): void {
    this.changed = false;
    if (this.locals !== null) this.locals.changed = false;
  }

  /** To be called once the store is sealed: from here on accesses are recorded. */
  observe(held: HeldLocks, stacks: Stacks | null = null): void {
    this.held = held;
    this.stacks = stacks;
    if (stacks !== null) {
      const { tasks, cellsEach, visitFrames, firstCell, contents } = stacks;
      this.locals = new LocalUses(tasks, cellsEach, visitFrames);
      this.stacksEnd = firstCell + tasks * cellsEach;
      this.contents = { first: contents.firstCell, end: contents.firstCell + contents.cells };
    }
    this.touched = new Uint8Array(this.size);
    this.forgetContexts();
    this.steps.length = 0;
    this.readers = new Int32Array(this.size);
    this.writers = new Int32Array(this.size);
    this.writeLocked.length = 0;
    this.useLocked.length = 0;
  }

  /** What `act` reads and writes is not recorded. */
  quietly(act: () => void): void {
    const { known } = this;
    this.known = this.allKnown;
    act();
    this.known = known;
  }

  /** What `act` reads is recorded, within {@link quietly}. */
  loudly<T>(act: () => T): T {
    const { known } = this;
    this.known = this.betweenSteps;
    const result = act();
    this.known = known;
    return result;
  }

  /**
   * Cells that are written, of tables of which nobody has read any, as far as is recorded. Of a table that is read in one place
   * others are likely to be read some day, too late for a search that has gone far.
   */
  unread(): number[] {
    const firsts = this.firstCellsOfAll();
    return firsts.flatMap((first, table) => {
      const uses = this.touched.subarray(first, firsts[table + 1] ?? this.size);
      if (uses.some((use) => (use & READ) !== 0)) return [];
      return [...uses.keys()].filter((cell) => uses[cell] === WRITTEN).map((cell) => first + cell);
    });
  }

  /** Nobody has read this cell, whatever has been written to it. */
  isUnread(cell: number): boolean {
    return ((this.touched[cell] as number) & READ) === 0;
  }

  /** These cells are 0 from now on, and no other ones are. */
  ignore(cells: readonly number[]): void {
    this.ignored.fill(0);
    for (const cell of cells) super.write(cell, 0);
    for (const cell of cells) this.ignored[cell] = 1;
  }

  /** A step of the task begins at a position. */
  begin(task: number, position: number): void {
    if (this.held === null) return;
    this.task = task;
    this.bit = 1 << task;
    this.quietly(() => {
      this.locals?.begin(task);
      this.contexts.enter(task, position, this.visitFrames);
    });
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
    this.known = this.contexts.known(this.heldNow, this.heldForWriteNow);
  }

  /** The step has ended; `eventful`: a task sleeps, or an operation has ended. */
  end(eventful: boolean): void {
    if (this.held === null) return;
    this.known = this.allKnown;
    this.locals?.end();
    this.known = this.betweenSteps;
    if (this.locals?.changed === true) this.changed = true;
    if (eventful && this.step !== null && !this.step.eventful) {
      this.step.eventful = true;
      this.changed = true;
    }
    this.step = null;
  }

  override read(cell: number): number {
    if (((this.known[cell] as number) & (READ | USED)) !== (READ | USED)) this.noteRead(cell);
    const value = super.read(cell);
    if (value === FORGOTTEN) this.noteForgotten(cell);
    return value;
  }

  override write(cell: number, value: number): void {
    const { stacks, known } = this;
    if (this.ignored[cell] === 1) return;
    super.write(cell, value);
    if (known === this.allKnown) return;
    if (stacks !== null && cell >= stacks.firstCell && cell < this.stacksEnd)
      this.locals?.write(cell - stacks.firstCell);
    if (((known[cell] as number) & WRITTEN) === 0) this.noteWrite(cell);
    if (this.step !== null && this.isOwnLock(cell, this.task)) {
      this.lookAtLocks();
      this.known = this.contexts.known(this.heldNow, this.heldForWriteNow);
    }
  }

  /** All that was recorded, as plain data. */
  recording(): Recording {
    return {
      readers: sparse(this.readers, 0),
      writers: sparse(this.writers, 0),
      writeLocked: recordedLockSets(this.writeLocked),
      useLocked: recordedLockSets(this.useLocked),
      steps: this.steps.flatMap((steps, task) =>
        [...steps].map(([position, { cells, list, held, heldForWrite, eventful }]) => {
          const uses = list.flatMap((cell) => [cell, cells[cell] as number]);
          return { task, position, held, heldForWrite, eventful, uses };
        }),
      ),
      touched: sparse(this.touched, 0),
      locals: this.locals?.recording() ?? { uses: [], ways: [] },
      forgottenRead: this.forgottenRead,
    };
  }

  /** Goes on from an earlier recording of the same model. */
  continueFrom(recording: Recording): void {
    const { readers, writers, writeLocked, useLocked, steps, touched, locals } = recording;
    this.forgottenRead = recording.forgottenRead;
    this.forgetContexts();
    fill(this.touched, touched);
    this.locals?.continueFrom(locals);
    fill(this.readers, readers);
    fill(this.writers, writers);
    this.writeLocked.splice(0, Infinity, ...writeLocked.map((set) => lockSetsOf(this.size, set)));
    this.useLocked.splice(0, Infinity, ...useLocked.map((set) => lockSetsOf(this.size, set)));
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

  /** The frames of the task whose step begins. */
  private readonly visitFrames = (visit: FrameVisit): void => {
    this.stacks?.visitFrames(this.task, visit);
  };

  private noteForgotten(cell: number): void {
    if (this.forgottenRead || this.known === this.allKnown) return;
    if (cell < this.contents.first || cell >= this.contents.end) return;
    this.forgottenRead = true;
    this.changed = true;
  }

  private noteRead(cell: number): void {
    const { step, known } = this;
    if (((known[cell] as number) & READ) === 0) {
      this.touch(cell, READ);
      if (step !== null) {
        this.noteTask(this.readers, cell);
        this.noteLocks((this.useLocked[this.task] ??= noLockSets(this.size)), cell);
        this.noteUse(cell, step, READ);
      }
      known[cell] = (known[cell] as number) | READ;
    }
    this.noteLocalRead(cell);
  }

  /** Of a local it matters where its frame rested last, so that a read between steps is never known. */
  private noteLocalRead(cell: number): void {
    const { stacks, locals, known } = this;
    const onStack = stacks !== null && cell >= stacks.firstCell && cell < this.stacksEnd;
    if (onStack && locals !== null) {
      const place = cell - stacks.firstCell;
      if (locals.isNew(place)) return;
      this.quietly(() => {
        locals.read(place);
      });
      if (locals.changed) this.changed = true;
      if (this.step === null || Math.floor(place / stacks.cellsEach) !== this.task) return;
    }
    known[cell] = (known[cell] as number) | USED;
  }

  private noteWrite(cell: number): void {
    const { step, known } = this;
    this.touch(cell, WRITTEN);
    known[cell] = (known[cell] as number) | WRITTEN;
    if (step === null) return;
    this.noteTask(this.writers, cell);
    this.noteLocks((this.useLocked[this.task] ??= noLockSets(this.size)), cell);
    this.noteLocks((this.writeLocked[this.task] ??= noLockSets(this.size)), cell);
    this.noteUse(cell, step, WRITTEN);
  }

  private touch(cell: number, use: number): void {
    const before = this.touched[cell] as number;
    if ((before & use) !== 0) return;
    this.touched[cell] = before | use;
    this.changed = true;
  }

  private forgetContexts(): void {
    this.contexts = new AccessContexts(this.size);
    this.betweenSteps = new Uint8Array(this.size);
    this.known = this.betweenSteps;
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

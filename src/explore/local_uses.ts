/**
 * Which locals of a frame can still be read: recorded at every access, never declared by hand (D1), as footprints are.
 *
 * Between two steps a frame rests at the program counter it goes on at. A local is *live* there if, as far as is recorded, some way
 * on from there reads it before it is written; the others are dead, and two states that differ in them alone can do the same. That
 * is the analysis compilers do (Aho, Lam, Sethi, Ullman, "Compilers", 2006, 9.2.5), on the ways that were taken instead of all
 * that the code could take. What invariants and the wait-for graph read of a frame counts, whoever's it is.
 */
import type { FrameVisit } from './recording.ts';

/** Locals of one frame that are looked at; further ones are always live. */
const LOCALS_MAX = 31;
/** Cells before the first local; the first of them is written when a frame is made, and when it is left. */
const HEADER = 2;
/** Where a frame goes that is left. */
const LEFT = -1;
const ALL = -1;

/** Lists of numbers: `uses` alternates program counters and masks, `ways` is from, to and mask. */
export interface RecordedUses {
  readonly uses: readonly number[];
  readonly ways: readonly number[];
}

export class LocalUses {
  changed = false;
  private readonly visitFrames: (task: number, visit: FrameVisit) => void;
  private readonly stackCells: number;
  /** By program counter: bit l for local l, read before it was written. */
  private readonly uses = new Map<number, number>();
  /** By program counter of a frame before and after a step that ran in it: locals that every such step has written. */
  private readonly ways = new Map<number, Map<number, number>>();
  /** By cell of the stacks: the number of the step that wrote it last. */
  private readonly writtenIn: Int32Array;
  private now = 0;
  private task = -1;
  /** The frames of the task at the beginning of its step, innermost first: first local, how many locals, program counter. */
  private readonly frames: number[] = [];
  private readonly framesAfter: number[] = [];

  constructor(tasks: number, stackCells: number, visitFrames: LocalUses['visitFrames']) {
    this.stackCells = stackCells;
    this.visitFrames = visitFrames;
    this.writtenIn = new Int32Array(tasks * stackCells);
  }

  begin(task: number): void {
    this.task = task;
    this.now++;
    this.listFrames(task, this.frames);
  }

  /** `place` of a cell counts from the first cell of the first stack. */
  write(place: number): void {
    this.writtenIn[place] = this.now;
  }

  /** True if a read of the cell says nothing of what was there before the step. */
  isNew(place: number): boolean {
    return this.task >= 0 && this.writtenIn[place] === this.now;
  }

  /** A cell is read that the running step has not written, or between steps. */
  read(place: number): void {
    const task = Math.floor(place / this.stackCells);
    const column = place - task * this.stackCells;
    const frames = task === this.task ? this.frames : this.listFrames(task, []);
    for (let at = 0; at < frames.length; at += 3) {
      const local = column - (frames[at] as number);
      if (local < 0 || local >= (frames[at + 1] as number)) continue;
      this.noteUse(frames[at + 2] as number, local);
    }
  }

  /** The step has ended: frames from the innermost out have gone on, up to the first that still has its callee. */
  end(): void {
    const { frames, framesAfter, task } = this;
    const row = task * this.stackCells;
    this.listFrames(task, framesAfter);
    this.task = -1;
    for (let at = 0; at < frames.length; at += 3) {
      const [first, locals, from] = [frames[at], frames[at + 1], frames[at + 2]] as [number, number, number];
      if (this.writtenIn[row + first - HEADER] !== this.now) {
        this.noteWay(from, this.pcAfter(first), this.written(row + first, locals));
        return;
      }
      this.noteWay(from, LEFT, ALL);
    }
  }

  /** By program counter at which a frame rested and went on: bit l for a local that is dead there. */
  dead(): ReadonlyMap<number, number> {
    this.changed = false;
    const live = this.live();
    return new Map([...this.ways.keys()].map((pc) => [pc, ~(live.get(pc) as number) & ~(1 << LOCALS_MAX)]));
  }

  recording(): RecordedUses {
    const ways = [...this.ways].flatMap(([from, some]) =>
      [...some].flatMap(([to, written]) => [from, to, written]),
    );
    return { uses: [...this.uses].flat(), ways };
  }

  continueFrom({ uses, ways }: RecordedUses): void {
    this.uses.clear();
    this.ways.clear();
    for (let at = 0; at < uses.length; at += 2) this.uses.set(uses[at] as number, uses[at + 1] as number);
    for (let at = 0; at < ways.length; at += 3)
      this.noteWay(ways[at] as number, ways[at + 1] as number, ways[at + 2] as number);
    this.changed = true;
  }

  /** The least solution: what is read at once, and what is live where a way leads and not written on it. */
  private live(): Map<number, number> {
    const live = new Map([...this.ways.keys()].map((pc) => [pc, this.uses.get(pc) ?? 0]));
    for (let changes = true; changes;) {
      changes = false;
      for (const [from, some] of this.ways) {
        let now = live.get(from) as number;
        // Nobody has seen how it goes on from a place that was only come to: everything may be read there.
        for (const [to, written] of some) if (to !== LEFT) now |= (live.get(to) ?? ALL) & ~written;
        if (now === live.get(from)) continue;
        live.set(from, now);
        changes = true;
      }
    }
    return live;
  }

  private listFrames(task: number, into: number[]): number[] {
    into.length = 0;
    this.visitFrames(task, ({ path }, firstLocal, goesOnAt) => {
      into.push(firstLocal, path.locals.length, goesOnAt);
    });
    return into;
  }

  private pcAfter(first: number): number {
    const { framesAfter } = this;
    for (let at = 0; at < framesAfter.length; at += 3)
      if (framesAfter[at] === first) return framesAfter[at + 2] as number;
    return LEFT;
  }

  private written(firstCell: number, locals: number): number {
    let mask = 0;
    for (let local = 0; local < Math.min(locals, LOCALS_MAX); local++)
      if (this.writtenIn[firstCell + local] === this.now) mask |= 1 << local;
    return mask;
  }

  private noteUse(pc: number, local: number): void {
    const before = this.uses.get(pc) ?? 0;
    const now = local < LOCALS_MAX ? before | (1 << local) : before;
    if (now === before) return;
    this.uses.set(pc, now);
    this.changed = true;
  }

  private noteWay(from: number, to: number, written: number): void {
    let some = this.ways.get(from);
    if (some === undefined) this.ways.set(from, (some = new Map<number, number>()));
    const before = some.get(to);
    const now = before === undefined ? written : before & written;
    if (now === before) return;
    some.set(to, now);
    this.changed = true;
  }
}

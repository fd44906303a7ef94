/**
 * trace + marks -> rows of a story: a lane for each task and device, functions as deep as they are called, and what is of no
 * interest left out and counted.
 */
import type { KernelEvent } from '../kernel/event.ts';
import type { Workload } from '../workload/workload.ts';
import type { Mark, MarkKind } from './marks.ts';
import type { Trace, TraceEntry, TraceFrame, TraceStep } from './trace.ts';
import { callText, functionText, resultText } from './words.ts';

export interface StoryLane {
  readonly task: number;
  readonly name: string;
  /** What it is: a process, a thread of it, a device. */
  readonly what: string;
}

export type RowKind = 'call' | 'function' | 'event' | 'gap' | 'switch' | 'result' | MarkKind;

export interface StoryRow {
  readonly kind: RowKind;
  /** Index of a lane. */
  readonly lane: number;
  /** Steps it stands for, from 1. */
  readonly first: number;
  readonly last: number;
  /** Functions it stands in that are shown above it. */
  readonly depth: number;
  readonly text: string;
}

export interface Story {
  readonly lanes: readonly StoryLane[];
  readonly rows: readonly StoryRow[];
  /** Steps after the break, which are not told. */
  readonly rest: number;
}

/** `pfns`: pages that the break is about; what becomes of them after it is told in a few rows. */
export function storyOf(trace: Trace, marks: readonly Mark[], pfns: ReadonlySet<number>): Story {
  const last = trace.breakStep ?? trace.steps.length - 1;
  const lanes = lanesOf(trace, last);
  const teller = new Teller(trace, marks, lanes);
  for (let step = 0; step <= last; step++) teller.tell(step);
  const told = teller.tellAfter(last, pfns);
  return { lanes, rows: teller.rows, rest: trace.steps.length - 1 - told };
}

/** Tasks that do anything worth telling. */
function lanesOf({ steps, session }: Trace, last: number): StoryLane[] {
  const active = new Set(steps.slice(0, last + 1).flatMap(({ task, op }) => (op >= 0 ? [task] : [])));
  return [...active]
    .sort((a, b) => a - b)
    .map((task) => ({
      task,
      name: session.taskName(task),
      what: whatIs(session.workload, session.isUser(task), task),
    }));
}

function whatIs({ tasks }: Workload, user: boolean, task: number): string {
  return user ? `mm${tasks[task]?.mm ?? 0}` : 'device';
}

/** Events worth a row where an operation is told briefly. */
const BRIEF: ReadonlySet<KernelEvent['type']> = new Set<KernelEvent['type']>([
  'pin',
  'get',
  'unpin',
  'put',
  'blocks_freed',
  'private_copy_moved',
  'pmd_mapped',
  'dev_access',
  'device_fault',
  'fork',
  'mm_freed',
  'frozen',
]);

/** Rows that are told after the break. */
const AFTER_MAX = 4;

/** A page that the break is about is freed, given away, or used by a device. */
function isHarm(event: KernelEvent, pfns: ReadonlySet<number>): boolean {
  if (event.type !== 'blocks_freed' && event.type !== 'blocks_allocated' && event.type !== 'dev_access')
    return false;
  return [...pfns].some((pfn) => pfn >= event.pfn && pfn < event.pfn + event.pages);
}

/** A stretch of steps of one task for one operation, with nobody in between. */
interface Visit {
  readonly task: number;
  readonly op: number;
  readonly brief: boolean;
}

class Teller {
  readonly rows: StoryRow[] = [];
  private readonly trace: Trace;
  private readonly marks: readonly Mark[];
  private readonly lanes: readonly StoryLane[];
  /** Functions whose row stands there. */
  private readonly shown = new Set<number>();
  private readonly begun = new Set<number>();
  private visit: Visit | null = null;
  private skipped = 0;

  constructor(trace: Trace, marks: readonly Mark[], lanes: readonly StoryLane[]) {
    this.trace = trace;
    this.marks = marks;
    this.lanes = lanes;
  }

  tell(index: number): void {
    const step = this.trace.steps[index] as TraceStep;
    if (this.visit?.task !== step.task || this.visit.op !== step.op) this.begin(step, index);
    if (this.laneOf(step.task) < 0) return;
    const before = this.rows.length;
    if (this.visit?.brief === true) this.tellBriefly(step, index);
    else this.tellAll(step, index);
    this.skipped = this.rows.length > before ? 0 : this.skipped + 1;
  }

  /** The first events after step `last` by which somebody loses; returns the last step that is told. */
  tellAfter(last: number, pfns: ReadonlySet<number>): number {
    let [told, rows] = [last, 0];
    for (let index = last + 1; index < this.trace.steps.length && rows < AFTER_MAX; index++) {
      const { task, entries } = this.trace.steps[index] as TraceStep;
      if (this.laneOf(task) < 0) continue;
      for (const { event, text } of entries.flatMap(({ events }) => events)) {
        if (text === null || !isHarm(event, pfns)) continue;
        if (index - told > 1) this.push(task, 'gap', told + 1, 0, `... ${index - told - 1} steps`, index - 1);
        this.push(task, 'event', index, 0, text);
        told = index;
        rows++;
      }
    }
    return told;
  }

  private begin(step: TraceStep, index: number): void {
    this.skipped = 0;
    this.visit = { task: step.task, op: step.op, brief: this.isBrief(step, index) };
    const { session } = this.trace;
    const entry = session.workload.ops[step.op];
    if (entry === undefined || this.begun.has(step.op) || !session.isUser(step.task)) return;
    this.begun.add(step.op);
    const end = this.visit.brief ? this.lastOf(step, index) : index;
    const result = this.visit.brief ? ` = ${this.resultOf(step.op)}` : '';
    this.push(step.task, 'call', index, 0, callText(session.workload, entry.op) + result, end);
  }

  /** Done without interruption, from begin to end, without a mark, and while nobody else is half-way through a call. */
  private isBrief(step: TraceStep, index: number): boolean {
    const { steps } = this.trace;
    const last = this.lastOf(step, index);
    const marked = this.marks.some((mark) => mark.step >= index && mark.step <= last);
    if (marked || this.isInWindow(step, index)) return false;
    const own = (other: TraceStep): boolean => other.task === step.task && other.op === step.op;
    const whole = steps.findIndex(own) === index && steps.findLastIndex(own) === last;
    return whole && (steps[last]?.state !== 'asleep' || !this.trace.session.isUser(step.task));
  }

  /** Somebody else was stopped inside a call, or sleeps there, and goes on later. */
  private isInWindow({ task }: TraceStep, index: number): boolean {
    const { steps } = this.trace;
    return this.lanes.some((lane) => {
      if (lane.task === task) return false;
      const before = steps.slice(0, index).findLast((step) => step.task === lane.task);
      const halfWay = before !== undefined && before.op >= 0 && before.state === 'kernel';
      return halfWay && steps.slice(index).some((step) => step.task === lane.task && step.op === before.op);
    });
  }

  /** The last step of the stretch that begins at `index`. */
  private lastOf({ task, op }: TraceStep, index: number): number {
    const { steps } = this.trace;
    let last = index;
    while (steps[last + 1]?.task === task && steps[last + 1]?.op === op) last++;
    return last;
  }

  private resultOf(op: number): string {
    const outcome = this.trace.session.outcomes[op];
    return outcome === undefined || outcome.endTime < 0 ? 'does not return' : resultText(outcome.ret);
  }

  private tellBriefly(step: TraceStep, index: number): void {
    for (const { events } of step.entries) {
      for (const { event, text } of events) {
        if (BRIEF.has(event.type) && text !== null) this.push(step.task, 'event', index, 1, text);
      }
    }
  }

  private tellAll(step: TraceStep, index: number): void {
    step.entries.forEach((entry, at) => {
      const marks = this.marks.filter((mark) => mark.step === index && mark.entry === at);
      for (const mark of marks) if (mark.kind !== 'break') this.say(step, index, entry, mark.kind, mark.text);
      if (entry.note !== null) this.say(step, index, entry, 'event', entry.note);
      for (const { event, text } of entry.events) {
        if (event.type === 'op_end') {
          this.push(step.task, 'result', index, 0, `= ${resultText(event.ret)}`);
          continue;
        }
        if (text !== null) this.say(step, index, entry, 'event', text);
      }
      for (const mark of marks) if (mark.kind === 'break') this.say(step, index, entry, 'break', mark.text);
    });
    this.tellSwitch(step, index);
  }

  /** A task that could go on stops, since another one does. */
  private tellSwitch(step: TraceStep, index: number): void {
    const next = this.trace.steps[index + 1];
    if (step.state !== 'kernel' || next === undefined || next.task === step.task) return;
    const last = step.entries.at(-1);
    if (last === undefined) return;
    const [, ...where] = step.next.split('.');
    this.say(step, index, last, 'switch', `stops before ${where.join('.')}`);
  }

  /** A row, below the functions that it stands in. */
  private say(step: TraceStep, index: number, entry: TraceEntry, kind: RowKind, text: string): void {
    const stack = entry.stack.filter(({ path }) => path !== 'device_engine');
    const { skipped } = this;
    this.skipped = 0;
    // A single step shows in the numbers beside the rows.
    if (skipped > 1) {
      const depth = stack.filter(({ id }) => this.shown.has(id)).length;
      this.push(step.task, 'gap', index - skipped, depth, `... ${skipped} steps`, index - 1);
    }
    stack.forEach((frame, depth) => this.enter(step, index, frame, depth));
    this.push(step.task, kind, index, stack.length, text);
  }

  private enter(step: TraceStep, index: number, { id, path }: TraceFrame, depth: number): void {
    if (this.shown.has(id)) return;
    this.shown.add(id);
    this.push(step.task, 'function', index, depth, functionText(path));
  }

  private push(task: number, kind: RowKind, first: number, depth: number, text: string, last = first): void {
    this.rows.push({ kind, lane: this.laneOf(task), first: first + 1, last: last + 1, depth, text });
  }

  private laneOf(task: number): number {
    return this.lanes.findIndex((lane) => lane.task === task);
  }
}

/**
 * A run step by step: which entries of which kernel functions each atomic step went through, and what happened in them.
 */
import { PATIENCE } from '../check/run_one.ts';
import { strategyOf } from '../check/generated_run.ts';
import type { ExplainedRun } from '../check/shrink.ts';
import { InvariantMonitor, type Invariant } from '../invariants/index.ts';
import type { KernelEvent, StampedEvent } from '../kernel/event.ts';
import { type Instruction, type InstructionKind, positionName } from '../machine/code.ts';
import { TASK_DEAD, TASK_USER } from '../machine/task.ts';
import { WaitLog } from '../observe/waits.ts';
import { runScheduled } from '../run/scheduled.ts';
import { Session, type Setup } from '../run/session.ts';
import { waitOf } from '../run/wait_graph.ts';
import type { Strategy, View } from '../schedule/index.ts';
import { noteOf } from './notes.ts';
import { eventText } from './words.ts';

/** A kernel function that a task is in; another call of it is another frame. */
export interface TraceFrame {
  /** Unique in its trace. */
  readonly id: number;
  readonly path: string;
}

/** One entry of a path as it ran. */
export interface TraceEntry {
  readonly kind: InstructionKind;
  readonly name: string;
  /** The fact it cites, or ''. */
  readonly fact: string;
  /** The instruction, as an index into the program. */
  readonly pc: number;
  /** The functions it stands in, outermost first. */
  readonly stack: readonly TraceFrame[];
  /** What it did, where no event tells it; or null. */
  readonly note: string | null;
  readonly events: readonly TraceEvent[];
}

/** Something that happened, and the words for it at that moment; null: the story has no use for it. */
export interface TraceEvent {
  readonly event: KernelEvent;
  readonly text: string | null;
}

export type TaskState = 'user' | 'kernel' | 'asleep' | 'dead';

export interface TraceStep {
  readonly task: number;
  /** The operation it is a step of; for an engine that of its transfer; -1: none. */
  readonly op: number;
  readonly entries: readonly TraceEntry[];
  /** Where the task stands after it. */
  readonly state: TaskState;
  /** `path.entry` at which it would go on; empty in user space. */
  readonly next: string;
  /** Simulated time of the task after it, in nanoseconds. */
  readonly ns: number;
}

export interface Trace {
  readonly steps: readonly TraceStep[];
  /** The session as the last step has left it. */
  readonly session: Session;
  /** The step in which the property broke; null: it is seen to be broken only when nothing can step any more. */
  readonly breakStep: number | null;
  /** The violation in words; null: the property held. */
  readonly violation: string | null;
  readonly waits: WaitLog;
}

/** Sees the session as each step has left it, and before the first one with step -1. */
export type StepObserver = (step: number, session: Session) => void;

/** Runs once. `onStep` sees the state after each step, `onBreak` that in which the property is first seen to be broken. */
export function traceRun(
  setup: Setup,
  run: ExplainedRun,
  property: Invariant,
  onBreak: (session: Session) => void = () => undefined,
  onStep: StepObserver = () => undefined,
): Trace {
  const session = new Session(setup, run.workload);
  const recorder = new TraceRecorder(session, strategyOf(run.schedule), onStep);
  const waits = new WaitLog(
    (task) => waitOf(session, task),
    (task) => session.currentOp(task),
  );
  const monitor = new InvariantMonitor(session, waits, [property]);
  const broken: { step: number | null } = { step: null };
  session.onEvents = (events) => {
    recorder.take(events);
    waits.observe(events);
    monitor.observe(events);
    if (broken.step !== null || !monitor.violations.has(property.id)) return;
    broken.step = recorder.current;
    onBreak(session);
  };
  const freeze = run.freezeAt === null ? {} : { freezeAt: run.freezeAt };
  onStep(-1, session);
  runScheduled(session, recorder, { ...freeze, patience: PATIENCE });
  recorder.end();
  monitor.end();
  const violation = monitor.violations.get(property.id)?.first ?? null;
  if (broken.step === null && violation !== null) onBreak(session);
  return { steps: recorder.steps, session, breakStep: broken.step, violation, waits };
}

interface OpenEntry {
  readonly instruction: Instruction<unknown>;
  readonly stack: readonly TraceFrame[];
  readonly note: string | null;
  readonly events: TraceEvent[];
}

/** Lets another strategy choose, and notes what each step goes through. */
class TraceRecorder implements Strategy {
  readonly steps: TraceStep[] = [];
  private readonly session: Session;
  private readonly inner: Strategy;
  private readonly onStep: StepObserver;
  private readonly pcs: ReadonlyMap<unknown, number>;
  private readonly stacks = new Map<number, TraceFrame[]>();
  /** Tasks that have called a function and not been seen in it yet. */
  private readonly entering = new Set<number>();
  private frames = 0;
  private task = -1;
  private op = -1;
  private entries: OpenEntry[] = [];
  /** Events of the step that have been given to an entry. */
  private given = 0;

  constructor(session: Session, inner: Strategy, onStep: StepObserver) {
    this.session = session;
    this.inner = inner;
    this.onStep = onStep;
    const { m, options } = session.system;
    this.pcs = new Map(
      (options.code as unknown as { instructions: readonly unknown[] }).instructions.map((one, pc) => [
        one,
        pc,
      ]),
    );
    m.onInstruction = (task, instruction, frame) => {
      this.enter(task, instruction as Instruction<unknown>, noteOf(session, instruction.name, frame));
    };
  }

  /** Number of the step that runs, from 0. */
  get current(): number {
    return this.steps.length;
  }

  pick(view: View): number {
    this.end();
    this.task = this.inner.pick(view);
    this.op = view.opOf(this.task);
    return this.task;
  }

  /** Closes the step that has been taken. */
  end(): void {
    if (this.task < 0) return;
    const { session, task } = this;
    const { m } = session.system;
    const state = this.stateOf(task);
    const behind = session.operationBehind(task);
    this.steps.push({
      task,
      op: this.op >= 0 ? this.op : behind,
      entries: this.entries.map(({ instruction, stack, note, events }) => ({
        kind: instruction.kind,
        name: instruction.name,
        fact: instruction.fact,
        pc: this.pcs.get(instruction) ?? -1,
        stack,
        note,
        events,
      })),
      state,
      next: state === 'kernel' || state === 'asleep' ? positionName(m.position(task)) : '',
      ns: m.clock.of(task),
    });
    this.onStep(this.steps.length - 1, session);
    this.entries = [];
    this.given = 0;
    this.task = -1;
  }

  /** The events of the step, of which the last entry has the rest. */
  take(events: readonly StampedEvent[]): void {
    this.give(events);
  }

  private give(events: readonly StampedEvent[]): void {
    const entry = this.entries.at(-1);
    for (const { event } of events.slice(this.given))
      entry?.events.push({ event, text: eventText(this.session, event) });
    this.given = events.length;
  }

  private stateOf(task: number): TaskState {
    const { m } = this.session.system;
    if (m.state(task) === TASK_USER) return 'user';
    if (m.state(task) === TASK_DEAD) return 'dead';
    return m.asleep(task) ? 'asleep' : 'kernel';
  }

  private enter(task: number, instruction: Instruction<unknown>, note: string | null): void {
    this.give(this.session.system.events);
    const stack = this.stackOf(task);
    if (stack.length === 0 || this.entering.delete(task))
      stack.push({ id: this.frames++, path: instruction.path.name });
    this.entries.push({ instruction, stack: [...stack], note, events: [] });
    if (instruction.kind === 'call') this.entering.add(task);
    if (instruction.kind === 'ret') stack.pop();
  }

  private stackOf(task: number): TraceFrame[] {
    const known = this.stacks.get(task) ?? [];
    this.stacks.set(task, known);
    return known;
  }
}

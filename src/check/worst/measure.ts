/**
 * One run of an ordeal, and what its victim suffered in it.
 */
import type { StampedEvent } from '../../kernel/event.ts';
import { WAIT } from '../../kernel/kernel.ts';
import { WaitLog, type WaitRecord } from '../../observe/waits.ts';
import { JOB_NONE, REGION } from '../../drivers/system.ts';
import { blamingBuild, blamingDriver } from '../../run/blame_driver.ts';
import { runScheduled } from '../../run/scheduled.ts';
import { Session, type Setup } from '../../run/session.ts';
import { waitOf } from '../../run/wait_graph.ts';
import { Recorder, type Schedule, type Strategy, type View } from '../../schedule/index.ts';
import type { Ordeal } from './workloads.ts';

/** What is made as large as possible, each by itself. */
export const FIGURES = ['rounds', 'steps', 'ns'] as const;
export type Figure = (typeof FIGURES)[number];

export interface Suffered extends Readonly<Record<Figure, number>> {
  /** How often it had to wait for a page or begin anew: sleeps of a layout break, retries and faults on behalf of the device. */
  readonly rounds: number;
  /** Atomic steps of its own, its device engine's included. */
  readonly steps: number;
  /** Simulated nanoseconds from its begin to its end; Infinity: it never ended. */
  readonly ns: number;
  /** Its longest wait in words. */
  readonly cause: string;
}

/** Steps that no such run needs. */
const PATIENCE = 20_000;

/** Lets another strategy choose and counts the steps of one operation. */
class StepCounter implements Strategy {
  steps = 0;
  private readonly inner: Strategy;
  private readonly op: number;

  constructor(inner: Strategy, op: number) {
    this.inner = inner;
    this.op = op;
  }

  pick(view: View): number {
    const task = this.inner.pick(view);
    if (view.opOf(task) === this.op) this.steps++;
    return task;
  }
}

/** Runs ordeals one after another on one system. */
export class OrdealRunner {
  readonly setup: Setup;
  private session: Session | null = null;

  constructor(setup: Setup) {
    this.setup = setup;
  }

  /** How many tasks there are in a run, engines and kernel threads included. */
  tasksIn(ordeal: Ordeal): number {
    return this.loaded(ordeal).system.m.count;
  }

  /** Throws when the run does not end. */
  run(ordeal: Ordeal, strategy: Strategy): Suffered {
    const session = this.loaded(ordeal);
    const { victim } = ordeal;
    const waits = new WaitLog(
      (task) => waitOf(session, task),
      (task) => session.operationBehind(task),
    );
    const watch = new VictimWatch(session, victim);
    session.onEvents = (events) => {
      waits.observe(events);
      watch.observe(events);
    };
    const counter = new StepCounter(strategy, victim);
    blamingDriver(session, () => {
      const { ended } = runScheduled(session, counter, { inTime: true, patience: PATIENCE });
      if (!ended) throw new Error(`no end after ${PATIENCE} steps: it goes round in circles`);
    });
    const ns = watch.duration();
    return { rounds: watch.rounds, steps: counter.steps, ns, cause: causeOf(waits, victim) };
  }

  /** The schedule of what a strategy does, as a list of preemptions. */
  record(ordeal: Ordeal, strategy: Strategy): Schedule {
    const tasks = Array.from({ length: this.tasksIn(ordeal) }, (_, task) => task);
    const recorder = new Recorder(strategy, tasks);
    this.run(ordeal, recorder);
    return recorder.schedule();
  }

  private loaded({ workload }: Ordeal): Session {
    const { setup } = this;
    if (this.session === null) this.session = blamingBuild(setup.driver, () => new Session(setup, workload));
    else this.session.reload(workload);
    return this.session;
  }
}

/** Follows the operation that suffers, and the transfer it starts, through the events of a run. */
class VictimWatch {
  rounds = 0;
  private readonly session: Session;
  private readonly victim: number;
  private transferEnd = -1;

  constructor(session: Session, victim: number) {
    this.session = session;
    this.victim = victim;
  }

  observe(events: readonly StampedEvent[]): void {
    for (const { time, task, event } of events) {
      if (this.isRound(event, task)) this.rounds++;
      if (event.type === 'dma_end' && this.session.transferOf(event.region) === this.victim)
        this.transferEnd = time;
    }
  }

  /** Nanoseconds, Infinity when it has not ended. */
  duration(): number {
    const outcome = this.session.outcomes[this.victim];
    if (outcome === undefined || outcome.endTime < 0 || this.isUnderWay()) return Infinity;
    return Math.max(outcome.endTime, this.transferEnd) - outcome.startTime;
  }

  private isRound(event: StampedEvent['event'], task: number): boolean {
    if (this.session.operationBehind(task) !== this.victim) return false;
    if (event.type === 'dax_fault') return event.device;
    if (event.type === 'sleep') return event.kind === WAIT.page_idle;
    return event.type === 'retry';
  }

  private isUnderWay(): boolean {
    const op = this.session.workload.ops[this.victim]?.op;
    if (op === undefined || !('region' in op) || this.session.transferOf(op.region) !== this.victim)
      return false;
    return this.session.system.regions.get(op.region, REGION.job) !== JOB_NONE;
  }
}

const lengthOf = ({ start, end }: WaitRecord): number => (end < 0 ? Infinity : end - start);

function causeOf(waits: WaitLog, victim: number): string {
  const own = waits.waits.filter(({ op }) => op === victim);
  const longest = own.reduce<WaitRecord | null>(
    (best, wait) => (best === null || lengthOf(wait) > lengthOf(best) ? wait : best),
    null,
  );
  if (longest === null) return 'it did not wait';
  const chain = longest.described.chain.map(({ text }) => text).join(', ');
  return `${longest.described.class}: ${chain}`;
}

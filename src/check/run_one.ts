/**
 * One generated run: a session, what waited, which invariants broke and which situations came up.
 */
import type { StampedEvent } from '../kernel/event.ts';
import type { Invariant } from '../invariants/index.ts';
import { InvariantMonitor } from '../invariants/index.ts';
import { WaitLog } from '../observe/waits.ts';
import { blamingBuild, blamingDriver } from '../run/blame_driver.ts';
import { runScheduled } from '../run/scheduled.ts';
import { Session, type Setup } from '../run/session.ts';
import { waitOf } from '../run/wait_graph.ts';
import { Recorder, RunToCompletion, type Schedule, type Strategy } from '../schedule/index.ts';
import { type GeneratedRun, strategyOf } from './generated_run.ts';
import { type Situation, SituationWatch } from './situations.ts';

export interface CheckedRun {
  readonly session: Session;
  readonly waits: WaitLog;
  readonly monitor: InvariantMonitor;
  readonly situations: ReadonlySet<Situation>;
  readonly steps: number;
}

/** Steps that a schedule may take before the tasks take turns: several times what the longest generated runs need. */
export const PATIENCE = 4_000;

/** Sees the events of each step, and the state just after them. */
export type EventObserver = (events: readonly StampedEvent[], session: Session) => void;

/** Runs generated workloads one after another on one system, which saves building it each time. */
export class Runner {
  readonly setup: Setup;
  private readonly invariants: readonly Invariant[];
  private session: Session | null = null;

  constructor(setup: Setup, invariants: readonly Invariant[]) {
    this.setup = setup;
    this.invariants = invariants;
  }

  /**
   * Runs to the point where nothing can step any more. The session is valid until the next run. `onEvents` sees the
   * events of each step after everything else has.
   */
  run(generated: GeneratedRun, onEvents?: EventObserver): CheckedRun {
    return this.follow(generated, strategyOf(generated.schedule), onEvents);
  }

  /** The same workload with another strategy. */
  runWith(generated: GeneratedRun, strategy: Strategy): CheckedRun {
    return this.follow(generated, strategy);
  }

  /** The steps that each task takes when the workload runs to completion, by task number; nothing is checked. */
  trial(generated: GeneratedRun): readonly number[] {
    const session = this.loaded(generated);
    session.onEvents = () => undefined;
    const counting = new RunToCompletion();
    const freeze = generated.freezeAt === null ? {} : { freezeAt: generated.freezeAt };
    runScheduled(session, counting, { ...freeze, patience: PATIENCE });
    return counting.steps;
  }

  /** The same run, with its schedule as a list of preemptions. */
  record(generated: GeneratedRun): { readonly checked: CheckedRun; readonly schedule: Schedule } {
    const tasks = Array.from({ length: this.loaded(generated).system.m.count }, (_, task) => task);
    const recorder = new Recorder(strategyOf(generated.schedule), tasks);
    const checked = this.follow(generated, recorder);
    return { checked, schedule: recorder.schedule() };
  }

  private follow(generated: GeneratedRun, strategy: Strategy, onEvents?: EventObserver): CheckedRun {
    const session = this.loaded(generated);
    const waits = new WaitLog(
      (task) => waitOf(session, task),
      (task) => session.currentOp(task),
    );
    const monitor = new InvariantMonitor(session, waits, this.invariants);
    const watch = new SituationWatch(session);
    session.onEvents = (events) => {
      waits.observe(events);
      monitor.observe(events);
      watch.observe(events);
      onEvents?.(events, session);
    };
    const freeze = generated.freezeAt === null ? {} : { freezeAt: generated.freezeAt };
    const { steps } = blamingDriver(session, () =>
      runScheduled(session, strategy, { ...freeze, patience: PATIENCE }),
    );
    monitor.end();
    watch.end(waits);
    return { session, waits, monitor, situations: watch.seen, steps };
  }

  private loaded({ workload }: GeneratedRun): Session {
    const { setup } = this;
    if (this.session === null) this.session = blamingBuild(setup.driver, () => new Session(setup, workload));
    else this.session.reload(workload);
    return this.session;
  }
}

/**
 * The way of a search to a state as an ordinary run: a workload with its loops written out, and a schedule that every other command
 * can replay.
 */
import { Recorder, type Schedule, type Strategy, unpreempted, type View } from '../schedule/index.ts';
import { runScheduled } from '../run/scheduled.ts';
import { Session, type Setup } from '../run/session.ts';
import type { Workload } from '../workload/workload.ts';
import { type Program, workloadOf } from './program.ts';
import type { SessionModel } from './session_model.ts';

export interface ReplayableRun {
  readonly workload: Workload;
  readonly schedule: Schedule;
  /** User space begins nothing after as many steps: from then on what has begun runs on. */
  readonly freezeAt: number;
}

/** Steps that what has begun is given to end in; some of it never does. */
const STEPS_AFTER = 500;

/** Takes the listed steps, then goes on as a schedule without preemptions does. */
class ListedSteps implements Strategy {
  private readonly tasks: readonly number[];
  private readonly base: readonly number[];
  private taken = 0;

  constructor(tasks: readonly number[], base: readonly number[]) {
    this.tasks = tasks;
    this.base = base;
  }

  pick(view: View): number {
    return this.tasks[this.taken++] ?? unpreempted(view, this.base);
  }
}

/**
 * The run that takes `steps` from the first state of the search on. `model` is one in its first state, and is left there; `setup` is
 * what the run is to be replayed on.
 */
export function replayable(
  model: SessionModel,
  program: Program,
  setup: Setup,
  steps: readonly number[],
): ReplayableRun {
  const { begun, taken } = writtenOut(model, program, steps);
  const workload = workloadOf(program, begun);
  const session = new Session(setup, workload);
  const all = [...model.preamble, ...taken];
  const base = Array.from({ length: session.system.m.count }, (_, task) => task);
  const recorder = new Recorder(new ListedSteps(all, base), base);
  runScheduled(session, recorder, { freezeAt: all.length, patience: all.length + STEPS_AFTER });
  return { workload, schedule: recorder.schedule(), freezeAt: all.length };
}

/** How many operations each task begins in the preamble and in these steps, and all that are taken with the merged ones. */
function writtenOut(
  model: SessionModel,
  { tasks }: Program,
  steps: readonly number[],
): { begun: number[]; taken: number[] } {
  const begun = tasks.map(({ given }) => given);
  const taken: number[] = [];
  const mark = model.store.mark();
  for (const task of steps) {
    // A merged step is never one that begins an operation.
    if (model.session.ready(task)) begun[task] = (begun[task] as number) + 1;
    model.step(task);
    taken.push(...model.taken);
  }
  model.store.undo(mark);
  model.found.clear();
  return { begun, taken };
}

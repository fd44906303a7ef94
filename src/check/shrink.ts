/**
 * The smallest run that still does what a run did: fewer operations, then fewer preemptions, then plainer ones.
 *
 * It works on the preemption list whatever encoding found the run, since that one explains it. Every candidate is run: a
 * smaller run is kept only if it was seen to do the same.
 */
import type { Schedule } from '../schedule/index.ts';
import type { GeneratedRun } from './generated_run.ts';
import type { Runner } from './run_one.ts';
import { smallerWorkloads } from './smaller.ts';

/** A run whose schedule is a list of preemptions. */
export interface ExplainedRun extends GeneratedRun {
  readonly schedule: { readonly kind: 'replay'; readonly schedule: Schedule };
}

/** Runs that one shrinking may spend. */
const TRIES_MAX = 1_500;

/** The same run with its schedule as a list of preemptions. */
export function explainRun(runner: Runner, run: GeneratedRun): ExplainedRun {
  return { ...run, schedule: { kind: 'replay', schedule: runner.record(run).schedule } };
}

/** `fails` runs a candidate and says whether it still does it; it must be true for `run`. */
export function shrinkRun(run: ExplainedRun, fails: (candidate: ExplainedRun) => boolean): ExplainedRun {
  let best = run;
  let tries = 0;
  for (
    let candidate = smallerFailing(best, attempt);
    candidate !== null;
    candidate = smallerFailing(best, attempt)
  ) {
    best = candidate;
  }
  return best;

  function attempt(candidate: ExplainedRun): boolean {
    return tries++ < TRIES_MAX && fails(candidate);
  }
}

function smallerFailing(run: ExplainedRun, fails: (candidate: ExplainedRun) => boolean): ExplainedRun | null {
  for (const candidate of smallerRuns(run)) if (fails(candidate)) return candidate;
  return null;
}

function* smallerRuns(run: ExplainedRun): Generator<ExplainedRun> {
  for (const workload of smallerWorkloads(run.workload)) {
    yield { ...run, workload, schedule: { kind: 'replay', schedule: renumbered(run, workload.ops) } };
  }
  if (run.freezeAt !== null) yield { ...run, freezeAt: null };
  for (const schedule of smallerSchedules(run.schedule.schedule))
    yield { ...run, schedule: { kind: 'replay', schedule } };
}

/** The schedule with the operations' new numbers; preemptions inside operations that are gone go too. */
function renumbered(run: ExplainedRun, ops: GeneratedRun['workload']['ops']): Schedule {
  const { schedule } = run.schedule;
  const before = run.workload.ops;
  if (ops.length === before.length) return schedule;
  const numbers = new Map(before.map((op, number) => [number, ops.indexOf(op)]));
  const preemptions = schedule.preemptions
    .map((preemption) => ({
      ...preemption,
      op: preemption.op < 0 ? preemption.op : (numbers.get(preemption.op) ?? -1),
    }))
    .filter((preemption, index) => preemption.op >= 0 || (schedule.preemptions[index]?.op ?? 0) < 0);
  return { ...schedule, preemptions };
}

function* smallerSchedules(schedule: Schedule): Generator<Schedule> {
  const { preemptions } = schedule;
  for (let length = preemptions.length; length >= 1; length >>= 1) {
    for (let from = preemptions.length - length; from >= 0; from -= length) {
      yield {
        ...schedule,
        preemptions: preemptions.filter((_, index) => index < from || index >= from + length),
      };
    }
  }
}

/**
 * failure -> the smallest failure found that breaks the same property: operations, then preemptions, then numbers.
 *
 * Every smaller run is run, and kept only if the property breaks again. How many may be run is limited, so that the story of
 * a long run comes soon, if not as short as it could be.
 */
import { type ExplainedRun, shrinkRun } from '../check/shrink.ts';
import type { GeneratedRun } from '../check/generated_run.ts';
import type { Setup } from '../run/session.ts';
import { type Failure, Trial } from './failure.ts';
import { simplerSchedules } from './fewer_switches.ts';
import { recordOrder } from './order_of_operations.ts';
import {
  lowestAddress,
  plainFiles,
  plainRegions,
  plainTasks,
  reorderedOperations,
  shiftedAddresses,
} from './renumber.ts';
import { tighterWorkloads } from './tighter.ts';

export interface Shortened {
  readonly run: ExplainedRun;
  /** Runs made to find it. */
  readonly tries: number;
  /** False: the limit was reached while smaller runs were still left to try. */
  readonly exhausted: boolean;
}

/** Runs that shortening may spend when nothing else is said: a few seconds. */
export const TRIES_MAX = 4_000;

export function shorten({ setup, run, property }: Failure, triesMax: number = TRIES_MAX): Shortened {
  const shortener = new Shortener(new Trial(setup, property), triesMax);
  let best = shortener.shrunk(run);
  best = shortener.withFewerOperations(best);
  best = shortener.tightened(best);
  best = shortener.withFewerSwitches(shortener.shrunk(best));
  best = shortener.renumbered(best, setup);
  return { run: best, tries: shortener.trial.runs, exhausted: shortener.trial.runs < triesMax };
}

class Shortener {
  readonly trial: Trial;
  private readonly triesMax: number;

  constructor(trial: Trial, triesMax: number) {
    this.trial = trial;
    this.triesMax = triesMax;
  }

  /** Fewer operations, then fewer preemptions of the same schedule. */
  shrunk(run: ExplainedRun): ExplainedRun {
    return shrinkRun(run, (candidate) => this.fails(candidate));
  }

  /** One operation less, with any schedule that still fails, until there is none. */
  withFewerOperations(run: ExplainedRun): ExplainedRun {
    for (let index = run.workload.ops.length - 1; index >= 0; index--) {
      const ops = run.workload.ops.toSpliced(index, 1);
      const found = this.rescheduled({ ...run, workload: { ...run.workload, ops } }, PREEMPTIONS_TRIED);
      if (found !== null) return this.withFewerOperations(this.shrunk(found));
    }
    return run;
  }

  /** Fewer preemptions, at other places. */
  withFewerSwitches(run: ExplainedRun): ExplainedRun {
    const { length } = run.schedule.schedule.preemptions;
    const found = length === 0 ? null : this.rescheduled(run, length - 1);
    return found === null ? run : this.withFewerSwitches(this.shrunk(found));
  }

  /** Shorter ranges and files, until nothing can be made smaller any more. */
  tightened(run: ExplainedRun): ExplainedRun {
    for (const workload of tighterWorkloads(run.workload)) {
      const candidate = { ...run, workload };
      if (this.fails(candidate)) return this.tightened(candidate);
    }
    return run;
  }

  /** Everything counted from 0, in the order in which it comes up. */
  renumbered(run: ExplainedRun, setup: Setup): ExplainedRun {
    let best = this.kept(run, plainOrder(run));
    best = this.kept(best, reorderedOperations(best, recordOrder(setup, best)));
    best = this.kept(best, plainTasks(best));
    best = this.kept(best, plainFiles(best));
    best = this.kept(best, plainRegions(best, setup.devices));
    const lowest = lowestAddress(best.workload);
    best = this.kept(best, shiftedAddresses(best, lowest - (lowest % setup.pmd_pages)));
    return this.kept(best, shiftedAddresses(best, lowestAddress(best.workload)));
  }

  /** The first schedule of the operations that fails with at most so many preemptions; null: none of those tried does. */
  private rescheduled(run: ExplainedRun, most: number): ExplainedRun | null {
    for (const candidate of simplerSchedules(run, most, (one) => this.trial.choices(one))) {
      if (!this.fails(candidate)) continue;
      const found = this.trial.explained(candidate);
      if (found.schedule.schedule.preemptions.length <= most) return found;
    }
    return null;
  }

  private kept(best: ExplainedRun, candidate: ExplainedRun | null): ExplainedRun {
    return candidate !== null && this.fails(candidate) ? candidate : best;
  }

  private fails(candidate: GeneratedRun): boolean {
    return this.trial.runs < this.triesMax && this.trial.fails(candidate);
  }
}

/** Preemptions of the schedules that are tried when an operation is left out. */
const PREEMPTIONS_TRIED = 4;

/** Tasks go on in the order of their numbers, the first as it was. */
function plainOrder(run: ExplainedRun): ExplainedRun {
  const { schedule } = run.schedule;
  const [first = 0, ...rest] = schedule.base;
  const base = [first, ...rest.toSorted((a, b) => a - b)];
  return { ...run, schedule: { kind: 'replay', schedule: { ...schedule, base } } };
}

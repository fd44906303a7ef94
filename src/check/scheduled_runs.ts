/**
 * Generated runs with the schedules of one strategy: the same workloads whatever the strategy, so that strategies can be
 * compared.
 */
import { pctBound, type PctBound, type StrategyKind } from '../schedule/index.ts';
import { drawRuns } from './draw_runs.ts';
import type { GeneratedRun } from './generated_run.ts';
import type { Profile } from './profile.ts';
import type { Runner } from './run_one.ts';

/** Seeds of consecutive runs lie far apart. */
const SEED_STEP = 0x9e3779b1;

/** Gives runs their schedules, and remembers the largest that it has met. */
export class Scheduler {
  private readonly runner: Runner;
  private readonly kind: StrategyKind;
  private readonly seed: number;
  private run = 0;
  private tasks = 0;
  private steps = 0;

  constructor(runner: Runner, kind: StrategyKind, seed: number) {
    this.runner = runner;
    this.kind = kind;
    this.seed = seed;
  }

  /** The workload of `generated` under the strategy; to be asked once for each run of a campaign, in order. */
  schedule(generated: GeneratedRun): GeneratedRun {
    const steps = this.kind.needsTrial ? this.runner.trial(generated) : [];
    this.tasks = Math.max(this.tasks, steps.filter((taken) => taken > 0).length);
    this.steps = Math.max(
      this.steps,
      steps.reduce((sum, taken) => sum + taken, 0),
    );
    const run = this.run++;
    const seed = (this.seed + Math.imul(run + 1, SEED_STEP)) | 0;
    return {
      ...generated,
      schedule: { kind: 'strategy', strategy: this.kind, hints: { seed, run, steps } },
    };
  }

  /** PCT's bound for a workload as large as the largest trial run so far, which ran to completion; null for other strategies. */
  get bound(): PctBound | null {
    const { depth } = this.kind;
    return depth === undefined ? null : pctBound(depth, this.tasks, this.steps);
  }
}

/** The first `count` runs of a seed, under the strategy; those of the generator where that is null. */
export function* strategyRuns(
  runner: Runner,
  kind: StrategyKind | null,
  seed: number,
  count: number,
  profile: Profile,
): Generator<GeneratedRun> {
  const scheduler = kind === null ? null : new Scheduler(runner, kind, seed);
  for (const run of drawRuns(seed, count, profile)) yield scheduler?.schedule(run) ?? run;
}

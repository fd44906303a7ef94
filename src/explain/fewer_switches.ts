/**
 * Other schedules of the same operations: none or one preemption, each that there is, then sampled ones with a few.
 *
 * A run that was found by chance has preemptions that merely fit together: leaving one out lets all others pass. The failure
 * often needs one or two (Musuvathi and Qadeer, PLDI 2007, iterative context bounding), and those few can be tried afresh.
 */
import { type GeneratedRun, TASKS_MAX } from '../check/generated_run.ts';
import { Prng } from '../machine/prng.ts';
import type { Gap, Strategy, View } from '../schedule/index.ts';
import type { ExplainedRun } from '../check/shrink.ts';

/** Moments with a choice that a preemption is tried at. */
const MOMENTS_MAX = 40;
/** Sampled schedules, and preemptions of one. */
const SAMPLES = 30;
const SAMPLED_GAPS_MAX = 4;

/** How many tasks there are to choose from at each moment with a choice, when nobody is preempted. */
export type Choices = (run: GeneratedRun) => readonly number[];

/** Schedules for the run's operations, those with fewest preemptions first. */
export function* simplerSchedules(
  run: ExplainedRun,
  most: number,
  choices: Choices,
): Generator<GeneratedRun> {
  const bases = basesOf(run);
  for (const base of bases) yield withGaps(run, base, []);
  if (most >= 1) {
    for (const base of bases) {
      const moments = choices(withGaps(run, base, [])).slice(0, MOMENTS_MAX);
      for (const [gap, tasks] of moments.entries())
        for (let target = 0; target < tasks - 1; target++) yield withGaps(run, base, [{ gap, target }]);
    }
  }
  if (most >= 2) yield* sampledSchedules(run, Math.min(most, SAMPLED_GAPS_MAX));
}

/** Schedules with at most so many preemptions, drawn from a fixed seed. */
function* sampledSchedules(run: ExplainedRun, most: number): Generator<GeneratedRun> {
  const prng = new Prng(1);
  const bases = basesOf(run);
  for (let sample = 0; sample < SAMPLES; sample++) {
    const count = 1 + prng.below(most);
    const gaps = Array.from({ length: count }, () => ({
      gap: prng.below(Math.ceil(MOMENTS_MAX / count)),
      target: prng.below(TASKS_MAX),
    }));
    yield withGaps(run, bases[prng.below(bases.length)] ?? [], gaps);
  }
}

/** Each task that does something goes first once; then the device goes on as soon as it can, or only when no call can. */
function basesOf({ workload, schedule }: ExplainedRun): number[][] {
  const all = schedule.schedule.base.toSorted((a, b) => a - b);
  const users = all.filter((task) => task < workload.tasks.length);
  const others = all.filter((task) => task >= workload.tasks.length);
  const active = [...new Set(workload.ops.map(({ task }) => task))];
  return active.flatMap((first) => {
    const rest = users.filter((task) => task !== first);
    return [
      [first, ...rest, ...others],
      [first, ...others, ...rest],
    ];
  });
}

function withGaps(run: ExplainedRun, base: readonly number[], gaps: readonly Gap[]): GeneratedRun {
  return { ...run, schedule: { kind: 'gaps', base, gaps } };
}

/** Lets another strategy choose, and notes among how many, at each moment with a choice. */
export class ChoiceCounter implements Strategy {
  readonly choices: number[] = [];
  private readonly inner: Strategy;

  constructor(inner: Strategy) {
    this.inner = inner;
  }

  pick(view: View): number {
    if (view.enabled.length > 1) this.choices.push(view.enabled.length);
    return this.inner.pick(view);
  }
}

/**
 * Probabilistic concurrency testing: Burckhardt, Kothari, Musuvathi, Nagarakatte, "A Randomized Scheduler with Probabilistic
 * Guarantees of Finding Bugs", ASPLOS 2010.
 *
 * Tasks have distinct random priorities, and the highest that can step does. At d - 1 steps, drawn beforehand among k, the
 * task that would go on gets a priority below all of those: the i-th that was drawn gives i, whichever comes first. A bug of
 * depth d (one that d ordering constraints are enough for) is found by one run of its workload with a probability of at least
 * 1 / (n k^(d - 1)), for n tasks and at most k steps.
 *
 * The strategy is not fair: a task that spins keeps others from stepping for ever, which is ended by the patience of who runs
 * it. So it says nothing of liveness.
 */
import { Prng } from '../machine/prng.ts';
import type { Strategy, View } from './strategy.ts';

export class PctStrategy implements Strategy {
  private readonly prng: Prng;
  /** Tasks that have never dropped, the highest priority first. */
  private readonly order: number[] = [];
  /** Priorities of those that have, from 1 to d - 1; below all others. */
  private readonly low = new Map<number, number>();
  /** Steps before which the highest drops, each once, and the priority that it gets then. */
  private readonly changes: ReadonlyMap<number, number>;
  private step = 0;

  /** `depth` d from 1; `steps` k: an estimate, since a change after the end of the run changes nothing. */
  constructor(seed: number, depth: number, steps: number) {
    this.prng = new Prng(seed);
    const changes = new Map<number, number>();
    // There is nothing to change before the first step.
    const places = Math.max(1, steps - 1);
    while (changes.size < Math.min(depth - 1, places)) {
      const at = 1 + this.prng.below(places);
      if (!changes.has(at)) changes.set(at, changes.size + 1);
    }
    this.changes = changes;
  }

  pick(view: View): number {
    for (const task of view.enabled) if (!this.order.includes(task) && !this.low.has(task)) this.enter(task);
    const highest = this.highest(view);
    const priority = this.changes.get(this.step++);
    if (priority === undefined) return highest;
    const at = this.order.indexOf(highest);
    if (at >= 0) this.order.splice(at, 1);
    this.low.set(highest, priority);
    return this.highest(view);
  }

  /** A task that is seen for the first time gets a random place among those that have not dropped. */
  private enter(task: number): void {
    this.order.splice(this.prng.below(this.order.length + 1), 0, task);
  }

  private highest({ enabled }: View): number {
    const first = this.order.find((task) => enabled.includes(task));
    if (first !== undefined) return first;
    return enabled.reduce((best, task) =>
      (this.low.get(task) ?? 0) > (this.low.get(best) ?? 0) ? task : best,
    );
  }
}

/** What the paper promises of one run: tasks n, steps k, depth d, and the least probability of finding a bug so deep. */
export interface PctBound {
  readonly depth: number;
  readonly tasks: number;
  readonly steps: number;
  readonly probability: number;
  /** Runs of the same workload after which such a bug has been found with a confidence of 99 percent. */
  readonly runs_for_99_percent: number;
}

export function pctBound(depth: number, tasks: number, steps: number): PctBound {
  const probability = 1 / (Math.max(1, tasks) * Math.max(1, steps) ** (depth - 1));
  const runs = probability >= 1 ? 1 : Math.ceil(Math.log(0.01) / Math.log1p(-probability));
  return { depth, tasks, steps, probability, runs_for_99_percent: runs };
}

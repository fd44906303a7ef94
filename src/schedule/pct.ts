/**
 * Probabilistic concurrency testing: Burckhardt, Kothari, Musuvathi, Nagarakatte, "A Randomized Scheduler with Probabilistic
 * Guarantees of Finding Bugs", ASPLOS 2010.
 *
 * Tasks have distinct random priorities, and the highest that can step does. At d - 1 steps, drawn beforehand among k, the
 * task that would go on drops below all others. A bug of depth d (one that d ordering constraints are enough for) is found
 * by one run of its workload with a probability of at least 1 / (n k^(d - 1)), for n tasks and at most k steps.
 *
 * The strategy is not fair: a task that spins keeps others from stepping for ever, which is ended by the patience of who runs
 * it. So it says nothing of liveness.
 */
import { Prng } from '../machine/prng.ts';
import type { Strategy, View } from './strategy.ts';

export class PctStrategy implements Strategy {
  private readonly prng: Prng;
  /** Tasks, the highest priority first; those that have dropped stand behind all others, the first to drop last of all. */
  private readonly order: number[] = [];
  private dropped = 0;
  /** Steps before which the highest drops, ascending, each once. */
  private readonly changes: ReadonlySet<number>;
  private step = 0;

  /** `depth` d from 1; `steps` k: an estimate, since a change after the end of the run changes nothing. */
  constructor(seed: number, depth: number, steps: number) {
    this.prng = new Prng(seed);
    const changes = new Set<number>();
    // There is nothing to change before the first step.
    const places = Math.max(1, steps - 1);
    while (changes.size < Math.min(depth - 1, places)) changes.add(1 + this.prng.below(places));
    this.changes = changes;
  }

  pick(view: View): number {
    for (const task of view.enabled) if (!this.order.includes(task)) this.enter(task);
    let highest = this.highest(view);
    if (this.changes.has(this.step++)) {
      this.order.splice(this.order.indexOf(highest), 1);
      // Later changes give higher priorities than earlier ones: d - 1 to 1 in the paper.
      this.order.splice(this.order.length - this.dropped, 0, highest);
      this.dropped++;
      highest = this.highest(view);
    }
    return highest;
  }

  /** A task that is seen for the first time gets a random place among those that have not dropped. */
  private enter(task: number): void {
    const undropped = this.order.length - this.dropped;
    this.order.splice(this.prng.below(undropped + 1), 0, task);
  }

  private highest({ enabled }: View): number {
    return this.order.find((task) => enabled.includes(task)) as number;
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

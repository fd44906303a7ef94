/**
 * Uniform random walk: Zhao, Wolff, Mathur, Roychoudhury, "Selectively Uniform Concurrency Testing", ASPLOS 2025, without the
 * selection.
 *
 * A task goes on with a probability in proportion to the steps it has still to take. With exact numbers every interleaving
 * is equally likely, where a choice among tasks favours those in which short tasks end early. The numbers are estimates: what
 * each task took in a trial run. A task that takes more counts as having one left.
 */
import { Prng } from '../machine/prng.ts';
import type { Strategy, View } from './strategy.ts';

export class UniformRandomWalk implements Strategy {
  private readonly prng: Prng;
  private readonly left: number[];

  /** `steps`: by task number, what each task takes as far as is known. */
  constructor(seed: number, steps: readonly number[]) {
    this.prng = new Prng(seed);
    this.left = [...steps];
  }

  pick({ enabled }: View): number {
    const total = enabled.reduce((sum, task) => sum + this.weight(task), 0);
    let place = this.prng.below(total);
    const picked = enabled.find((task) => (place -= this.weight(task)) < 0) as number;
    this.left[picked] = this.weight(picked) - 1;
    return picked;
  }

  private weight(task: number): number {
    return Math.max(1, this.left[task] ?? 1);
  }
}

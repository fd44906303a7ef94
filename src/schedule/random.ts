/**
 * A dense schedule: at each step every task that can step is equally likely. Finds easy faults soonest.
 */
import { Prng } from '../machine/prng.ts';
import type { Strategy, View } from './strategy.ts';

export class RandomStrategy implements Strategy {
  private readonly prng: Prng;

  constructor(seed: number) {
    this.prng = new Prng(seed);
  }

  pick(view: View): number {
    const { enabled } = view;
    return enabled[enabled.length === 1 ? 0 : this.prng.below(enabled.length)] as number;
  }
}

/**
 * No interference at all: each task goes on until it cannot, then the first of a base order that can. What every other
 * strategy is measured against, and the trial run that some of them need.
 */
import { type Strategy, unpreempted, type View } from './strategy.ts';

export class RunToCompletion implements Strategy {
  private readonly base: readonly number[];
  private readonly counted: number[] = [];

  /** `base`: the order in which tasks go on when the current one cannot; absent: that of their numbers. */
  constructor(base: readonly number[] = []) {
    this.base = base;
  }

  pick(view: View): number {
    const picked = unpreempted(view, this.base);
    while (this.counted.length <= picked) this.counted.push(0);
    this.counted[picked] = (this.counted[picked] ?? 0) + 1;
    return picked;
  }

  /** Steps that each task has taken so far, by task number. */
  get steps(): readonly number[] {
    return this.counted;
  }
}

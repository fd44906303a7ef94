/**
 * Turns what any strategy does into a schedule: lets it choose, and notes each choice that is not the usual one.
 */
import { AnchorCounter } from './anchor.ts';
import type { Preemption, Schedule } from './schedule.ts';
import { type Strategy, unpreempted, type View } from './strategy.ts';

export class Recorder implements Strategy {
  private readonly inner: Strategy;
  private readonly counter = new AnchorCounter();
  private base: number[];
  private readonly preemptions: Preemption[] = [];

  /** `tasks`: every task of the run, in the order in which one goes on when the current one cannot. */
  constructor(inner: Strategy, tasks: readonly number[]) {
    this.inner = inner;
    this.base = [...tasks];
  }

  pick(view: View): number {
    const picked = this.inner.pick(view);
    const anchor = this.counter.next(view);
    // Who goes first is said by the base order: there is no place yet to say it at.
    if (anchor === undefined) this.base = [picked, ...this.base.filter((task) => task !== picked)];
    else if (picked !== unpreempted(view, this.base)) this.preemptions.push({ ...anchor, to: picked });
    return picked;
  }

  /** What has been done so far. */
  schedule(): Schedule {
    return { base: [...this.base], preemptions: [...this.preemptions] };
  }
}

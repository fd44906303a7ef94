/**
 * Follows a schedule. A preemption whose place does not come up, or whose target cannot step there, is passed over: the
 * same schedule can be given to a driver that takes other steps.
 */
import { AnchorCounter, anchorName } from './anchor.ts';
import type { Schedule } from './schedule.ts';
import { type Strategy, unpreempted, type View } from './strategy.ts';

export class ReplayStrategy implements Strategy {
  private readonly base: readonly number[];
  private readonly targets = new Map<string, number>();
  private readonly counter = new AnchorCounter();

  constructor(schedule: Schedule) {
    this.base = schedule.base;
    for (const preemption of schedule.preemptions) this.targets.set(anchorName(preemption), preemption.to);
  }

  pick(view: View): number {
    const anchor = this.counter.next(view);
    const target = anchor === undefined ? undefined : this.targets.get(anchorName(anchor));
    return target !== undefined && view.enabled.includes(target) ? target : unpreempted(view, this.base);
  }
}

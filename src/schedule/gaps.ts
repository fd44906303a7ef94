/**
 * A sparse schedule: so many steps without interference, then a switch, and so on. The encoding that finds deep faults
 * and shrinks best.
 */
import { type Strategy, unpreempted, type View } from './strategy.ts';

export interface Gap {
  /** Moments with a choice that pass before the switch. */
  readonly gap: number;
  /** Which of the other tasks that can step goes on, modulo their number. */
  readonly target: number;
}

export class GapStrategy implements Strategy {
  private readonly base: readonly number[];
  private readonly gaps: readonly Gap[];
  private next = 0;
  private passed = 0;

  /** `base`: the order in which tasks go on when the current one cannot. */
  constructor(base: readonly number[], gaps: readonly Gap[]) {
    this.base = base;
    this.gaps = gaps;
  }

  pick(view: View): number {
    const usual = unpreempted(view, this.base);
    const gap = this.gaps[this.next];
    if (gap === undefined || view.enabled.length < 2) return usual;
    if (this.passed++ < gap.gap) return usual;
    this.next++;
    this.passed = 0;
    const place = gap.target % (view.enabled.length - 1);
    const own = view.enabled.indexOf(usual);
    return view.enabled[place < own ? place : place + 1] as number;
  }
}

/**
 * Depth-first search of the labelled steps: each state is left by a step and come back to, and known by its fingerprint.
 */
import { FingerprintSet } from './fingerprint_set.ts';
import { canStep, isDamaged, type Protocol, takeStep } from './labelled_steps.ts';
import { PROGRAMS, type SearchCounts } from './protocol.ts';

/** How a step is taken back: what it overwrote is written back, or a copy of the whole state is. */
export type TakeBack = 'undo' | 'snapshot';

/** Walks every state that can be reached from the protocol's state, which is as before at the end. */
export function searchLabelledSteps(k: Protocol, takeBack: TakeBack): SearchCounts {
  const search = new Search(k);
  if (takeBack === 'undo') search.walkWithUndo();
  else search.walkWithSnapshots();
  return search.counts();
}

class Search {
  private readonly k: Protocol;
  private readonly seen = new FingerprintSet();
  private transitions = 0;
  private damaged = 0;

  constructor(k: Protocol) {
    this.k = k;
    this.isNew();
  }

  counts(): SearchCounts {
    return { states: this.seen.size, transitions: this.transitions, damaged: this.damaged };
  }

  walkWithUndo(): void {
    const { k } = this;
    for (let task = 0; task < PROGRAMS.length; task++) {
      if (!canStep(k, task)) continue;
      const mark = k.store.mark();
      takeStep(k, task);
      this.transitions++;
      if (this.isNew()) this.walkWithUndo();
      k.store.undo(mark);
    }
  }

  walkWithSnapshots(): void {
    const { k } = this;
    const before = k.m.snapshot();
    for (let task = 0; task < PROGRAMS.length; task++) {
      if (!canStep(k, task)) continue;
      takeStep(k, task);
      this.transitions++;
      if (this.isNew()) this.walkWithSnapshots();
      k.m.restore(before);
    }
  }

  private isNew(): boolean {
    const [high, low] = this.k.store.fingerprint();
    if (!this.seen.add(high, low)) return false;
    if (isDamaged(this.k)) this.damaged++;
    return true;
  }
}

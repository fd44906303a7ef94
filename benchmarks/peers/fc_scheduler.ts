/**
 * The protocol as asynchronous tasks that fast-check's scheduler orders: what one would write to test it, and how much it reaches.
 *
 * A task is an async function that waits at each label for its turn. The steps are those of the table, so that a state that a
 * run is in is one of the states that the search finds, and can be counted.
 */
import fc from 'fast-check';
import { type Model, VisitedSet } from '../../src/index.ts';

/** Steps after which a run is left off: devices and short pins go on for ever. */
export const STEPS_MAX = 150;

/** The same runs every time. */
const SEED = 20_260_101;

export interface Sampled {
  readonly runs: number;
  /** Steps of all runs. */
  readonly steps: number;
  /** Distinct states that some run was in, the first one among them. */
  readonly states: number;
  readonly seconds: number;
  /** Runs until the first in which the invariant did not hold; null when it always did. */
  readonly failedAfter: number | null;
}

/** Runs the model from its first state, to which it comes back after each run. */
export async function sampleWithScheduler(model: Model, runs: number): Promise<Sampled> {
  const seen = new VisitedSet();
  const first = model.store.mark();
  seen.add(model.store.fingerprintHigh, model.store.fingerprintLow);
  let steps = 0;
  const start = performance.now();
  const property = fc.asyncProperty(fc.scheduler(), async (scheduler) => {
    model.found.clear();
    try {
      steps += await runOnce(model, scheduler, seen);
    } finally {
      model.store.undo(first);
    }
  });
  const checked = await fc.check(property, { numRuns: runs, seed: SEED, endOnFailure: true });
  const { failed, numRuns, errorInstance } = checked;
  if (failed && !(errorInstance instanceof Damage)) throw errorInstance;
  return {
    runs: numRuns,
    steps,
    states: seen.size,
    seconds: (performance.now() - start) / 1000,
    failedAfter: failed ? numRuns : null,
  };
}

/** The invariant does not hold. */
class Damage extends Error {
  override readonly name = 'Damage';
}

/** One run; gives its steps. Throws {@link Damage}. */
async function runOnce(model: Model, scheduler: fc.Scheduler, seen: VisitedSet): Promise<number> {
  const run = new Run(model, scheduler);
  for (let task = 0; task < model.tasks; task++) void run.task(task);
  let steps = 0;
  for (; steps < STEPS_MAX && model.enabled() !== 0; steps++) {
    await scheduler.waitNext(1);
    seen.add(model.store.fingerprintHigh, model.store.fingerprintLow);
    model.look();
    if (model.found.size > 0) throw new Damage([...model.found.values()].join('; '));
  }
  return steps;
}

class Run {
  private readonly model: Model;
  private readonly scheduler: fc.Scheduler;
  /** What wakes a task that sleeps, by task. */
  private readonly wake = new Map<number, () => void>();

  constructor(model: Model, scheduler: fc.Scheduler) {
    this.model = model;
    this.scheduler = scheduler;
  }

  /** Steps until the run is left off; a task that has ended sleeps for ever. */
  async task(task: number): Promise<never> {
    for (;;) {
      await this.untilAwake(task);
      await this.scheduler.schedule(Promise.resolve(), `task ${task}`);
      this.model.step(task);
      this.wakeSleepers();
    }
  }

  private isAwake(task: number): boolean {
    return ((this.model.enabled() >> task) & 1) === 1;
  }

  private async untilAwake(task: number): Promise<void> {
    if (this.isAwake(task)) return;
    await new Promise<void>((resolve) => this.wake.set(task, resolve));
  }

  private wakeSleepers(): void {
    for (const [task, wake] of this.wake) {
      if (!this.isAwake(task)) continue;
      this.wake.delete(task);
      wake();
    }
  }
}

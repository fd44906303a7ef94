/** The same seed gives the same events: again, in another order, on a fresh system, through every strategy. */
import { describe, expect, test } from 'vitest';
import { drawRuns, type GeneratedRun, Runner, type StampedEvent } from '../src/index.ts';
import { MEMORY, setupOf } from './holds.ts';

const SEEDS = [1, 42];
const COUNT = 60;

function eventsOf(runner: Runner, run: GeneratedRun): string {
  const seen: StampedEvent[] = [];
  runner.run(run, (events) => seen.push(...events));
  return JSON.stringify(seen);
}

describe.each(MEMORY)('on %s', (memory) => {
  test.each(SEEDS)('seed %i', (seed) => {
    for (const driver of ['gup', 'hmm_mirror']) {
      const runs = [...drawRuns(seed, COUNT)];
      const first = new Runner(setupOf(memory, driver), []);
      const once = runs.map((run) => eventsOf(first, run));
      // Drawn again, run backwards on another system: nothing of a run is left for the next.
      const second = new Runner(setupOf(memory, driver), []);
      const again = [...drawRuns(seed, COUNT)].reverse().map((run) => eventsOf(second, run));
      expect(again.reverse()).toEqual(once);
      const fresh = runs.slice(0, 10).map((run) => eventsOf(new Runner(setupOf(memory, driver), []), run));
      expect(fresh).toEqual(once.slice(0, 10));
      // The test could not fail if all runs were alike.
      expect(new Set(once).size).toBeGreaterThan(COUNT / 2);
    }
  });

  test('a longer campaign begins with the runs of a shorter one', () => {
    const few = [...drawRuns(7, 300)].slice(0, 20);
    const many = [...drawRuns(7, 600)].slice(0, 20);
    expect(many).toEqual(few);
    expect([...drawRuns(8, 20)]).not.toEqual(few);
  });
});

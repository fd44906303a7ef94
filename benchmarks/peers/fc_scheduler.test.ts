import { describe, expect, test } from 'vitest';
import { Graph, type Model, Search } from '../../src/index.ts';
import { sampleWithScheduler, STEPS_MAX } from './fc_scheduler.ts';
import { tableProtocol } from './table_protocol.ts';

const model = (): Model => tableProtocol({ pages: 1, mirrors: 1, shortPins: 1, longPins: 0, truncates: 1 });

describe('the protocol under the scheduler of fast-check', () => {
  test('takes every step that it may, sees some of the states, and the same ones every time', async () => {
    const search = new Search(model(), new Graph(), { stopped: () => false, statesMax: Infinity });
    search.run();
    const sampled = await sampleWithScheduler(model(), 30);
    expect(sampled.steps).toBe(30 * STEPS_MAX);
    expect(sampled.states).toBeGreaterThan(100);
    expect(sampled.states).toBeLessThan(search.state.visited.size);
    expect((await sampleWithScheduler(model(), 30)).states).toBe(sampled.states);
  });

  test('sees no state that the search does not see, and leaves the model in its first state', async () => {
    const one = model();
    const before = one.store.fingerprint();
    const search = new Search(model(), new Graph(), { stopped: () => false, statesMax: Infinity });
    search.run();
    const known = search.state.visited.size;
    one.look = () => {
      search.state.visited.add(one.store.fingerprintHigh, one.store.fingerprintLow);
    };
    await sampleWithScheduler(one, 30);
    expect(search.state.visited.size).toBe(known);
    expect(one.store.fingerprint()).toEqual(before);
  });

  test('stops at the first run in which something is wrong', async () => {
    const one = model();
    one.look = () => {
      // A truncate is asleep: it does not come to that in every run.
      if (one.unfinished() > 0 && (one.enabled() & 1) === 0) one.found.set('wrong', 'a truncate sleeps');
    };
    const { failedAfter, runs } = await sampleWithScheduler(one, 1000);
    expect(failedAfter).toBe(runs);
    expect(runs).toBeLessThan(1000);
  });
});

/** Two stores, one meaning: the same run gives the same events on both (D2). */
import { describe, expect, test } from 'vitest';
import {
  drawRuns,
  type GeneratedRun,
  runScheduled,
  Session,
  type StampedEvent,
  strategyOf,
} from '../src/index.ts';
import { MEMORY, setupOf } from './holds.ts';

/** The end of the offset space is another number in each store. */
const END = 2 ** 30;

function eventsOf(
  memory: string,
  driver: string,
  store: 'dense' | 'runs',
  { workload, schedule, freezeAt }: GeneratedRun,
): string {
  const session = new Session(setupOf(memory, driver, { store }), workload);
  const seen: StampedEvent[] = [];
  session.onEvents = (events) => seen.push(...events);
  runScheduled(session, strategyOf(schedule), freezeAt === null ? {} : { freezeAt });
  return JSON.stringify(seen, (_, value: unknown) =>
    typeof value === 'number' && value >= END ? 'end' : value,
  );
}

describe.each(MEMORY)('on %s', (memory) => {
  test.each(['gup', 'hmm_mirror'])('under %s', (driver) => {
    const lengths = new Set<number>();
    for (const run of drawRuns(3, 120)) {
      const dense = eventsOf(memory, driver, 'dense', run);
      expect(eventsOf(memory, driver, 'runs', run)).toEqual(dense);
      lengths.add(dense.length);
    }
    expect(lengths.size).toBeGreaterThan(60);
  });
});

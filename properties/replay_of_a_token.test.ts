/** A token is the whole run: decoded, it gives the same events. */
import { describe, expect, test } from 'vitest';
import {
  decodeRun,
  decodeSchedule,
  drawRuns,
  encodeRun,
  encodeSchedule,
  explainRun,
  type GeneratedRun,
  Runner,
  type StampedEvent,
} from '../src/index.ts';
import { KERNEL, MEMORY, setupOf } from './holds.ts';

function eventsOf(runner: Runner, run: GeneratedRun): StampedEvent[] {
  const seen: StampedEvent[] = [];
  runner.run(run, (events) => seen.push(...events));
  return seen;
}

describe.each(MEMORY)('on %s', (memory) => {
  test.each(['gup', 'hmm_mirror'])('runs under %s', (driver) => {
    const runner = new Runner(setupOf(memory, driver), []);
    let switched = 0;
    for (const run of drawRuns(11, 150)) {
      const explained = explainRun(runner, run);
      const token = encodeRun({ memory, kernel: KERNEL, driver, mutant: null }, explained);
      expect(token).toMatch(/^gvr1~[A-Za-z0-9._~-]+$/);
      const decoded = decodeRun(token);
      expect(decoded).toMatchObject({ memory, kernel: KERNEL, driver, mutant: null });
      expect(decoded.run).toEqual(explained);
      expect(eventsOf(runner, decoded.run)).toEqual(eventsOf(runner, run));
      const { schedule } = explained.schedule;
      expect(decodeSchedule(encodeSchedule(schedule))).toEqual(schedule);
      switched += schedule.preemptions.length;
    }
    expect(switched).toBeGreaterThan(500);
  });
});

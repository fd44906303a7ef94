/** The model as it is raises no alarm, in either direction: every verdict of a campaign is the expected one (D7). */
import { describe, expect, test } from 'vitest';
import { check, DRIVERS, INVARIANTS } from '../src/index.ts';
import { costs, KERNEL, MEMORY, SEED } from './holds.ts';

describe.each(MEMORY)('on %s', (memory) => {
  test('every driver', () => {
    const request = { invariants: INVARIANTS, memory, kernel: KERNEL, costs, seed: SEED, modelRevision: 1 };
    // A pin that breaks something by construction must be seen to: that takes more runs.
    const [pinning, rest] = [true, false].map((gup) =>
      DRIVERS.filter(({ name }) => (name === 'gup') === gup),
    );
    const result = check({ ...request, drivers: pinning ?? [], runs: 1_000 });
    const others = check({ ...request, drivers: rest ?? [], runs: 60 });
    const alarms = [...result.verdicts, ...others.verdicts].filter((verdict) => !verdict.as_expected);
    expect(
      alarms.map(({ driver, property, got, example }) => `${driver} ${property} ${got}: ${example ?? ''}`),
    ).toEqual([]);
    // A pin was seen to give up everything it gives up.
    const broken = result.verdicts
      .filter(({ got }) => got === 'broken')
      .map(({ driver, property }) => `${driver} ${property}`);
    const known = (pinning ?? []).flatMap(({ name, breaks }) =>
      breaks.map(({ invariant }) => `${name} ${invariant}`),
    );
    expect(broken.sort()).toEqual(known.sort());
  });
});

/** The model as it is raises no alarm, in either direction: every verdict of a campaign is the expected one (D7). */
import { describe, expect, test } from 'vitest';
import { check, DRIVERS, INVARIANTS } from '../src/index.ts';
import { costs, KERNEL, MEMORY, SEED } from './holds.ts';

describe.each(MEMORY)('on %s', (memory) => {
  test('every driver', () => {
    const request = { invariants: INVARIANTS, memory, kernel: KERNEL, costs, seed: SEED, modelRevision: 1 };
    // A driver that breaks something by construction must be seen to: that takes more runs.
    const [breaking, holding] = [true, false].map((some) =>
      DRIVERS.filter(({ breaks }) => breaks.length > 0 === some),
    );
    const result = check({ ...request, drivers: breaking ?? [], runs: 2_000 });
    const others = check({ ...request, drivers: holding ?? [], runs: 500 });
    const alarms = [...result.verdicts, ...others.verdicts].filter((verdict) => !verdict.as_expected);
    expect(
      alarms.map(({ driver, property, got, example }) => `${driver} ${property} ${got}: ${example ?? ''}`),
    ).toEqual([]);
    // A pin was seen to give up everything it gives up.
    const broken = result.verdicts
      .filter(({ got }) => got === 'broken')
      .map(({ driver, property }) => `${driver} ${property}`);
    const known = DRIVERS.flatMap(({ name, breaks }) =>
      breaks.map(({ invariant }) => `${name} ${invariant}`),
    );
    expect(broken.sort()).toEqual(known.sort());
  });
});

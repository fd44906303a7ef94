import { describe, expect, test } from 'vitest';
import { FACTS } from '../kernel/facts/index.ts';
import { MUTANTS } from './index.ts';
import { NOT_EXPRESSIBLE } from './not_expressible.ts';

/** K171 to K210: the bugs that upstream had. */
const BUGS = FACTS.map(({ id }) => id).filter((id) => {
  const number = Number(id.slice(1));
  return number >= 171 && number <= 210;
});

const planted = new Set(MUTANTS.flatMap(({ facts }) => facts));
const left = NOT_EXPRESSIBLE.flatMap(({ fact }) => fact ?? []);

describe('the bugs that upstream had', () => {
  test('are all planted, or listed with the reason why not', () => {
    expect(BUGS).toHaveLength(40);
    expect(BUGS.filter((id) => !planted.has(id) && !left.includes(id))).toEqual([]);
  });

  test('are not both planted and listed as impossible to plant', () => {
    expect(left.filter((id) => planted.has(id))).toEqual([]);
    expect(left.filter((id) => !BUGS.some((bug) => bug === id))).toEqual([]);
  });

  test('are left out for a reason that says what is missing', () => {
    for (const { reason, what } of NOT_EXPRESSIBLE) {
      expect(reason.length, what).toBeGreaterThan(40);
      expect(what.length, what).toBeLessThanOrEqual(80);
    }
  });
});

describe('planted faults', () => {
  test('have names of their own', () => {
    expect(new Set(MUTANTS.map(({ name }) => name)).size).toBe(MUTANTS.length);
  });

  test('change something', () => {
    const idle = MUTANTS.filter(
      ({ patches, rules, changeDriver }) =>
        patches.length === 0 && rules === undefined && changeDriver === undefined,
    );
    expect(idle).toEqual([]);
  });
});

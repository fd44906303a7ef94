import { describe, expect, test } from 'vitest';
import { INVARIANTS } from '../invariants/index.ts';
import type { GeneratedRun } from './generated_run.ts';
import { driver } from './fixtures/conditions.ts';
import { ALL_OPERATIONS, FILES_STAY_MAPPED, onSystem, type Profile } from './profile.ts';
import type { CheckedRun } from './run_one.ts';
import type { Situation } from './situations.ts';
import { RUNS_TO_SEE_A_BREAK, Tally } from './tally.ts';

const RUN = {} as GeneratedRun;

function tallied(runs: number, broken: readonly string[], situations: readonly Situation[] = []): Tally {
  const tally = new Tally();
  const violations = new Map(broken.map((id) => [id, { count: 2, first: `${id} broke` }]));
  const checked = { monitor: { violations }, situations: new Set(situations) } as unknown as CheckedRun;
  const quiet = { monitor: { violations: new Map() }, situations: new Set() } as unknown as CheckedRun;
  for (let run = 0; run < runs; run++) tally.add(RUN, run === 1 ? checked : quiet);
  return tally;
}

function verdict(tally: Tally, name: string, id: string, profile: Profile = ALL_OPERATIONS): unknown {
  const invariant = INVARIANTS.find((candidate) => candidate.id === id);
  if (invariant === undefined) throw new Error(id);
  const { expected, got, as_expected, violations, example } = tally.verdict(driver(name), invariant, profile);
  return { expected, got, as_expected, violations, example };
}

describe('verdicts', () => {
  test.each([
    ['hmm_mirror', 10, [], 'holds', 'held', true],
    ['hmm_mirror', 10, ['I4'], 'holds', 'broken', false],
    ['gup', 10, ['I4'], 'breaks', 'broken', true],
    ['gup', RUNS_TO_SEE_A_BREAK - 1, [], 'breaks', 'not_exercised', true],
    // Never seen broken is an alarm as well (D7).
    ['gup', RUNS_TO_SEE_A_BREAK, [], 'breaks', 'held', false],
  ])('%s after %i runs with %j', (name, runs, broken, expected, got, asExpected) => {
    const violations = broken.length;
    const example = violations === 0 ? null : 'I4 broke';
    expect(verdict(tallied(runs, broken), name, 'I4')).toEqual({
      expected,
      got,
      as_expected: asExpected,
      violations,
      example,
    });
  });

  test('while files stay mapped a pin is expected to keep I1', () => {
    expect(verdict(tallied(10, ['I1']), 'gup', 'I1')).toMatchObject({
      expected: 'breaks',
      as_expected: true,
    });
    expect(verdict(tallied(10, ['I1']), 'gup', 'I1', FILES_STAY_MAPPED)).toMatchObject({
      expected: 'holds',
      as_expected: false,
    });
  });

  test('the first run that broke it is kept', () => {
    expect(tallied(5, ['I4']).first.get('I4')).toEqual({ run: RUN, text: 'I4 broke', number: 2 });
  });
});

describe('floors', () => {
  test('are those of the kind of driver', () => {
    const tally = tallied(500, [], ['sequence retry', 'wait for a page reference']);
    expect(tally.floors(driver('hmm_mirror'))).toContainEqual({
      name: 'hmm_mirror: sequence retry',
      share: 1 / 500,
      floor: 0.1,
    });
    expect(tally.floors(driver('gup'))).toContainEqual({
      name: 'gup: wait for a page reference',
      share: 1 / 500,
      floor: 0.2,
    });
    expect(tally.floors(driver('none'))).toEqual([]);
  });

  test('are not asked on the page cache', () => {
    const floors = (memory: string) =>
      tallied(500, []).floors(driver('gup'), onSystem(ALL_OPERATIONS, memory, 'linux-6.1'));
    expect(floors('xfs_dax').length).toBeGreaterThan(0);
    expect(floors('xfs')).toEqual([]);
  });

  test('are not asked of a few runs', () => {
    expect(tallied(499, []).floors(driver('gup'))).toEqual([]);
  });
});

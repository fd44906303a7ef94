import { describe, expect, test } from 'vitest';
import { Runner } from '../check/run_one.ts';
import { decodeRun } from '../check/run_token.ts';
import { driverNamed } from '../drivers/drivers.ts';
import { INVARIANTS } from '../invariants/index.ts';
import { mutantNamed } from '../mutants/index.ts';
import { setupOfRun } from '../check/setup_of_run.ts';
import { broken, COSTS, exploreScope, modelOf, scopeWith } from './fixtures/scopes.ts';
import { checkScope } from './scope.ts';
import type { Counterexample, ExploreResult } from './result.ts';

function counterexampleOf({ verdicts }: ExploreResult, property: string): Counterexample {
  const found = verdicts.find((verdict) => verdict.property === property)?.counterexample;
  if (found === undefined || found === null) throw new Error(`${property} is not broken`);
  return found;
}

/** The run of a token, as every other command replays it. */
function replay(token: string): ReturnType<Runner['run']> {
  const { run, memory, kernel, driver: name, mutant } = decodeRun(token);
  const driver = driverNamed(name);
  if (driver === undefined) throw new Error(`no driver ${name}`);
  const planted = mutant === null ? null : (mutantNamed(mutant) ?? null);
  const setup = setupOfRun({ memory, kernel, driver, mutant: planted, costs: COSTS });
  return new Runner(setup, INVARIANTS).run(run);
}

const LONG_PIN = { mirrors: 0, longPins: 1 };
const SHORT_PIN = { mirrors: 0, shortPins: 1 };

describe('the verdicts of one block and one truncate', () => {
  test('a mirror breaks nothing, and everything ends', () => {
    const result = exploreScope({});
    expect(broken(result)).toEqual([]);
    expect(result.exhausted).toBe(true);
    expect(result.verdicts.every(({ grade, got }) => grade === 'exhausted' && got === 'held')).toBe(true);
    expect(result.verdicts.map(({ property }) => property)).toContain('ends_alone');
    expect([result.states, result.transitions, result.depth]).toEqual([1811, 3334, 102]);
    expect(result.states_estimate).toBeGreaterThan(result.states / 4);
  });

  test('under a long pin truncate never ends, and the device goes on', () => {
    const result = exploreScope(LONG_PIN);
    expect(broken(result)).toEqual(['truncate_never_blocked', 'I2', 'I4', 'ends_alone', 'ends_under_churn']);
    const { text, cycle } = counterexampleOf(result, 'ends_alone');
    expect(text).toContain('truncate never ends');
    expect(new Set(cycle)).toEqual(new Set(['dev0', 'long pin 0']));
  });

  test('under short pins that keep coming it need not end, and ends when user space stops (K35)', () => {
    const result = exploreScope(SHORT_PIN);
    expect(broken(result)).toEqual(['truncate_never_blocked', 'I4', 'ends_under_churn']);
    expect(new Set(counterexampleOf(result, 'ends_under_churn').cycle)).toEqual(
      new Set(['dev0', 'short pin 0', 'truncate']),
    );
  });

  test('a search that is given too few states says so', () => {
    const result = exploreScope({}, { statesMax: 1000 });
    expect([result.exhausted, result.states]).toEqual([false, 1000]);
    expect(new Set(result.verdicts.map(({ got, grade }) => `${got} ${grade}`))).toEqual(
      new Set(['undecided searched']),
    );
  });
});

describe('planted faults are found', () => {
  test.each([
    [
      'mirror_keeps_reference',
      {},
      ['truncate_never_blocked!', 'I2!', 'I11!', 'I12!', 'ends_alone!', 'ends_under_churn!'],
    ],
    ['no_retry_check', {}, ['I1!', 'I4!', 'I9!', 'I15!']],
    ['callback_does_not_drain', {}, ['I1!', 'I4!', 'I9!', 'I15!']],
    ['retry_without_begin', {}, ['ends_alone!', 'ends_under_churn!']],
    ['no_layout_wait', LONG_PIN, ['I1', 'I4', 'I9', 'I15']],
  ])('%s', (mutant, scope, expected) => {
    expect(broken(exploreScope(scope, { mutant }))).toEqual(expected);
  });

  test('lost_wake_up, with the run that shows it', () => {
    const result = exploreScope(SHORT_PIN, { mutant: 'lost_wake_up' });
    expect(broken(result)).toContain('I7!');
    expect(broken(result)).toContain('ends_alone');
    const { session, monitor } = replay(counterexampleOf(result, 'I7').token);
    expect(monitor.violations.get('I7')?.first).toContain('sleeps in ext4_break_layouts');
    expect(session.runnable()).toEqual([]);
  });
});

describe('counterexamples are runs', () => {
  test('each token breaks its property when it is replayed', () => {
    const results = [
      exploreScope(LONG_PIN),
      exploreScope(SHORT_PIN),
      exploreScope({}, { mutant: 'no_retry_check' }),
      exploreScope({ shortPins: 1, fsOps: [] }, { mutant: 'no_retry_check' }),
    ];
    for (const { verdicts } of results) {
      for (const { property, counterexample } of verdicts) {
        if (counterexample === null || property.startsWith('ends_')) continue;
        expect([...replay(counterexample.token).monitor.violations.keys()]).toContain(property);
      }
    }
  });

  test('a lasso is one: the operation has not ended after its cycle', () => {
    const { token } = counterexampleOf(exploreScope(LONG_PIN), 'ends_alone');
    const { session } = replay(token);
    const truncate = session.workload.ops.findIndex(({ op }) => op.kind === 'truncate');
    expect(session.outcomes[truncate]?.endTime).toBe(-1);
  });
});

describe('a scope', () => {
  test.each([
    [{ blocks: 0 }, 'blocks'],
    [{ mirrors: 3, shortPins: 2 }, 'at most 4'],
    [{ mirrors: 0, fsOps: [] }, 'empty'],
    [{ forks: 3 }, 'forks'],
  ])('of %j is refused', (changes, words) => {
    expect(() => {
      checkScope(scopeWith(changes));
    }).toThrow(words);
  });

  test('begins with everything at rest, nothing faulted in', () => {
    const model = modelOf({ blocks: 2, shortPins: 1 });
    const { system } = model.session;
    expect(model.enabled()).toBe(0b111);
    expect(model.voluntary()).toBe(0b110);
    expect(model.unfinished()).toBe(0);
    expect(system.ptes.nextNonZero(0, 0, 64)).toBe(64);
  });
});

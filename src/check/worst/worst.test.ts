import { beforeAll, describe, expect, test } from 'vitest';
import { BUILTIN_2026 } from '../../costs/index.ts';
import { driverNamed } from '../../drivers/drivers.ts';
import type { Driver } from '../../drivers/driver.ts';
import { callbackWaitsOnUserFence } from '../../mutants/callback_waits_on_user_fence.ts';
import { mutantNamed } from '../../mutants/index.ts';
import { smallSetup } from '../../run/setup.ts';
import { FIGURES } from './measure.ts';
import type { WorstResult, WorstRow } from './result.ts';
import { replayWorst, type SetupOf, worst, type WorstRequest } from './worst.ts';

const costs = Object.fromEntries(Object.entries(BUILTIN_2026.entries).map(([name, { ns }]) => [name, ns]));
const drivers = ['gup', 'hmm_mirror'].map((name) => driverNamed(name) as Driver);
const request: WorstRequest = {
  ...{
    tables: [],
    drivers,
    memory: ['ext4_dax'],
    kernel: 'linux-6.1',
    costs,
    runs: 12,
    seed: 1,
    modelRevision: 1,
  },
};

const rowsOf = (result: WorstResult, question: string, driver: string): readonly WorstRow[] =>
  result.tables
    .flatMap(({ rows }) => rows)
    .filter((row) => row.question === question && row.driver === driver);

const setupOf: SetupOf = ({ memory, kernel, driver, mutant }) =>
  smallSetup(
    { memory, kernel, driver: driverNamed(driver) as Driver, costs },
    { patches: mutantNamed(mutant ?? '')?.patches ?? [] },
  );

describe('short pins that keep coming', () => {
  let result: WorstResult;
  beforeAll(() => {
    result = worst({ ...request, tables: ['short_pins'] });
  });

  const values = (driver: string, figure: 'rounds' | 'ns', question = 'short_pins.truncate'): number[] =>
    rowsOf(result, question, driver).map(({ worst: found }) => Number(found[figure].value));

  test('K35 make a truncate begin again as often as there are pins to come', () => {
    const [four = 0, eight = 0, sixteen = 0] = values('gup', 'rounds');
    expect(four).toBeGreaterThanOrEqual(2);
    expect([eight - four, sixteen - eight].every((more) => more >= 2)).toBe(true);
    expect(sixteen - eight).toBeGreaterThanOrEqual(eight - four);
    for (const question of ['short_pins.truncate', 'short_pins.write']) {
      const times = values('gup', 'ns', question);
      expect(times).toEqual(times.toSorted((a, b) => a - b));
      expect(new Set(times).size).toBe(times.length);
    }
  });

  test('but not under a mirror: it takes as long however many transfers there are', () => {
    expect(values('hmm_mirror', 'rounds')).toEqual([0, 0, 0]);
    expect(new Set(values('hmm_mirror', 'ns')).size).toBe(1);
  });

  test('each token gives the figure that stands beside it', () => {
    for (const row of result.tables.flatMap(({ rows }) => rows)) {
      for (const figure of FIGURES) {
        const { token, value, cause } = row.worst[figure];
        const again = replayWorst(token, row.victim_op, setupOf);
        expect([again[figure], again.cause], `${row.question} ${row.driver} ${row.n} ${figure}`).toEqual([
          value,
          cause,
        ]);
      }
    }
  });

  test('the same seed gives the same result', () => {
    expect(worst({ ...request, tables: ['short_pins'] })).toEqual(result);
  });
});

test('K131 invalidations that keep coming make a device fault begin again each time', () => {
  const result = worst({ ...request, tables: ['invalidations'], drivers: drivers.slice(1), runs: 30 });
  const rows = rowsOf(result, 'invalidations.same_page', 'hmm_mirror');
  const [four = 0, eight = 0, sixteen = 0] = rows.map((row) => Number(row.worst.rounds.value));
  expect(four).toBeGreaterThanOrEqual(3);
  expect(eight).toBeGreaterThan(four);
  expect(sixteen).toBeGreaterThan(eight);
});

describe('one slow device', () => {
  const never = (result: WorstResult, driver: string): string[] =>
    result.tables
      .flatMap(({ rows }) => rows)
      .filter((row) => row.driver === driver && row.worst.ns.value === 'never')
      .map((row) => row.question.replace('bystanders.', ''));

  test('K30 K32 with a pin holds up who uses the file, and the whole filesystem through a freeze', () => {
    const result = worst({ ...request, tables: ['bystanders'] });
    expect(never(result, 'gup')).toEqual(['truncate', 'same_file', 'other_file_freeze']);
    expect(never(result, 'hmm_mirror')).toEqual([]);
  });

  test('K30 K226 with a callback that waits holds up even who merely maps the file', () => {
    const mutant = callbackWaitsOnUserFence;
    const result = worst({ ...request, tables: ['bystanders'], drivers: drivers.slice(1), mutant, runs: 60 });
    expect(never(result, 'hmm_mirror')).toEqual(
      expect.arrayContaining([
        'truncate',
        'same_file',
        'other_mm_fault',
        'other_mm_munmap',
        'other_file_freeze',
      ]),
    );
    expect(never(result, 'hmm_mirror')).not.toContain('other_file');
  });
});

describe('a longer search contains the shorter one of the same seed', () => {
  const found = (runs: number): number[] =>
    worst({ ...request, tables: ['invalidations'], drivers: drivers.slice(1), runs })
      .tables.flatMap(({ rows }) => rows)
      .flatMap((row) => FIGURES.map((figure) => row.worst[figure].value))
      .map((value) => (value === 'never' ? Infinity : value));

  test('so that no figure goes down when runs are added', () => {
    const searches = [3, 6, 12].map(found);
    for (const [index, more] of searches.entries()) {
      const fewer = searches[index - 1] ?? more;
      expect(more.every((value, at) => value >= (fewer[at] ?? Infinity))).toBe(true);
    }
    expect(searches.at(-1)).not.toEqual(searches[0]);
  });
});

test('a search that is stopped says so', () => {
  const result = worst({ ...request, signal: { aborted: true } });
  expect([result.complete, result.runs]).toEqual([false, 0]);
});

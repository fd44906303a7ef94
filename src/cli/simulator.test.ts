import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { BUILTIN_2026 } from '../costs/index.ts';
import { citationId, comparisonResultSchema } from '../report/index.ts';
import { BACKEND_LISTS, type Progress } from './backend.ts';
import { simulator } from './simulator.ts';
import { UsageError } from './usage_error.ts';
import { DRIVER_NAMES } from '../workload/scenario/scalars.ts';

const folder = mkdtempSync(join(tmpdir(), 'gvh-simulator-'));

afterAll(() => rmSync(folder, { recursive: true }));

const conditions = {
  ...{ memory: 'ext4_dax', kernel: 'linux-6.1', costTable: BUILTIN_2026, seed: 42 },
  ...{ signal: { aborted: false }, onProgress: () => undefined },
};

test('scenarios can name every driver that comes along', () => {
  expect(DRIVER_NAMES).toEqual(simulator.list('drivers').map(({ name }) => name));
});

describe('inputs', () => {
  test('a scenario of the catalogue and its own file are the same', async () => {
    const loaded = await simulator.loadInput('pin_delays_growing', {});
    expect(loaded.workload).toMatchObject({ name: 'pin_delays_growing', source: 'scenario' });
    expect(loaded.rejected).toEqual([]);
  });

  test('a log has its title from the catalogue and its digest from its text', async () => {
    const { workload, sha256 } = await simulator.loadInput('xfs_io-mapped', {});
    expect(workload).toMatchObject({ name: 'xfs_io-mapped', source: 'log' });
    expect(workload.title).toMatch(/^xfs_io: every fallocate mode/);
    expect(sha256).toMatch(/^[0-9a-f]{64}$/);
  });

  test.each([
    ['pin_delays_growin', "is not in the catalogue; did you mean 'pin_delays_growing'?"],
    ['./no_such.strace', 'no such file'],
    ['./no_such.yaml', 'no such file'],
  ])('%s is refused', async (name, problem) => {
    await expect(simulator.loadInput(name, {})).rejects.toThrow(`${name}: ${problem}`);
  });

  test('a scenario takes no --data', async () => {
    const loading = simulator.loadInput('pin_delays_growing', { dataPrefix: '/srv/' });
    await expect(loading).rejects.toThrow(
      'pin_delays_growing: is a scenario, which has no paths: --data is for logs',
    );
  });

  test('a log without data files says which option tells where they are', async () => {
    const log = join(folder, 'app.strace');
    writeFileSync(
      log,
      '1 openat(AT_FDCWD, "/srv/a", O_RDWR) = 3</srv/a>\n1 ftruncate(3</srv/a>, 4096) = 0\n',
    );
    await expect(simulator.loadInput(log, {})).rejects.toThrow(
      /no call of the log is about a data file; files below --data/,
    );
    const { workload } = await simulator.loadInput(log, { dataPrefix: '/srv/' });
    expect(workload.ops.map(({ op }) => op.kind)).toEqual(['open', 'truncate']);
  });
});

test('a comparison carries the id of its content', async () => {
  const input = await simulator.loadInput('pin_delays_growing', {});
  const result = await simulator.compare(input, {
    ...conditions,
    ...{
      drivers: ['gup', 'hmm_mirror'],
      onBlock: 'stay',
      reproduce: 'gup-vs-hmm compare pin_delays_growing',
    },
  });
  expect(comparisonResultSchema.safeParse(result).error?.issues ?? []).toEqual([]);
  expect(result.id).toBe(citationId(result));
});

test('a run takes a schedule token, and says what is wrong with one', async () => {
  const input = await simulator.loadInput('pin_delays_growing', {});
  const run = (schedule: string) => simulator.run(input, { ...conditions, driver: 'gup', schedule });
  expect(await run('in-order')).toMatchObject({ schedule: 'in-order', unmet: [] });
  expect(await run('gvs1~0.1.2.3.4')).toMatchObject({ schedule: 'gvs1~0.1.2.3.4' });
  await expect(run('nonsense')).rejects.toThrow(UsageError);
});

test.each(BACKEND_LISTS)('every row of list %s has the same keys, and names are unique', (kind) => {
  const rows = simulator.list(kind);
  expect(rows.length).toBeGreaterThan(0);
  expect(new Set(rows.map((row) => Object.keys(row).join())).size).toBe(1);
  expect(new Set(rows.map(({ name }) => name)).size).toBe(rows.length);
});

test('a fact is listed with the scenarios and tests that show it, or why it is left out', () => {
  const rows = new Map(simulator.list('facts').map((row) => [row.name, row]));
  expect(rows.get('K34')).toMatchObject({
    status: 'modelled',
    scenarios: expect.arrayContaining(['pin_delays_punch_of_another_page']) as string[],
    shown_by: [],
  });
  expect(rows.get('K36')).toMatchObject({ shown_by: ['src/kernel/mm/gup.test.ts'], left_out: null });
  expect(rows.get('K38')).toMatchObject({
    status: 'not_modelled',
    scenarios: [],
    left_out: expect.stringContaining('planned') as string,
  });
  const scenario = simulator.list('scenarios').find(({ name }) => name === 'pin_delays_growing');
  expect(scenario?.['facts']).toEqual(['K50', 'K51']);
});

test('counts of a log, offsets beyond 2^53 exact', async () => {
  const log = join(folder, 'large.strace');
  writeFileSync(log, '1 ftruncate(3</mnt/data/a>, 9223372036854775807) = 0\n');
  const { stats, rejected } = await simulator.importStats(log, {});
  expect(rejected).toEqual([]);
  expect(Object.keys(stats).slice(0, 2)).toEqual(['schema', 'model_revision']);
  expect(stats).toMatchObject({ calls: 1, max_offset: 9223372036854775807n });
});

test('reading a log shows how far it is, and says which lines could not be used', async () => {
  const log = join(folder, 'damaged.strace');
  const line = '1 ftruncate(3</mnt/data/a>, 4096) = 0\n';
  writeFileSync(log, `${line}what is this\n${line.repeat(50_000)}`);
  const seen: Progress[] = [];
  const attention = { signal: { aborted: false }, onProgress: (each: Progress) => void seen.push(each) };
  const { rejected } = await simulator.importStats(log, {}, attention);
  const problem = 'neither a call, a signal nor an exit';
  expect(rejected).toEqual([{ file: log, line: 2, problem }]);
  expect(seen.at(-1)).toEqual({ what: 'MB of damaged.strace', done: 2, total: 2 });
  expect(seen.length).toBeGreaterThan(5);
});

describe('check', () => {
  const options = { ...conditions, properties: ['I7', 'I11'], runs: 20, seed: 2 ** 32 - 3 };

  test('judges the properties that were asked for, under every driver, and keeps the seed', async () => {
    const result = await simulator.check(options);
    expect(new Set(result.verdicts.map(({ property }) => property))).toEqual(new Set(['I7', 'I11']));
    expect(new Set(result.verdicts.map(({ driver }) => driver)).size).toBe(simulator.list('drivers').length);
    expect(result).toMatchObject({ complete: true, seed: 2 ** 32 - 3 });
  });

  test('looks for a planted fault where it shows, and finds it', async () => {
    const result = await simulator.check({ ...options, runs: 200, mutant: 'mirror_keeps_reference' });
    expect(new Set(result.verdicts.map(({ driver }) => driver))).toEqual(new Set(['hmm_mirror']));
    expect(result.violations.map(({ property }) => property)).toContain('I11');
    const wrong = { ...options, mutant: 'mirror_keeps_reference', driver: 'gup' };
    await expect(simulator.check(wrong)).rejects.toThrow(/shows under driver hmm_mirror only/);
  });
});

/** Tokens that `check` and `worst` print, run again by `run TOKEN`. */
import { describe, expect, test } from 'vitest';
import { BUILTIN_2026 } from '../costs/index.ts';
import type { RunOperation, TokenOptions, WorstResult } from './backend.ts';
import { runCli } from './fixtures/fake_host.ts';
import { simulator } from './simulator.ts';

const attention = { signal: { aborted: false }, onProgress: () => undefined };
const options: TokenOptions = { costTable: BUILTIN_2026, seed: 42, ...attention };

const MIRROR =
  'gvr1~ext4_dax.linux-2d6-2e1.hmm_mirror.~f.1.2.0.0.2.w~t.0~o.0.mmap.0.4.6.0.1.1.0~gvs1~0.1.2.3.4';

describe('a token of check', () => {
  test.each([
    ['no_retry_check', ['I4', 'I5']],
    ['no_layout_wait', ['I1', 'I5']],
    ['fork_shares_pinned_page', ['private_copies']],
  ])('with %s breaks the same property with the same words', async (mutant, properties) => {
    const found = await simulator.check({
      ...{ properties, memory: 'ext4_dax', kernel: 'linux-6.1', runs: 120, seed: 42, mutant },
      ...attention,
    });
    expect(found.violations.length).toBeGreaterThan(0);
    for (const { property, token, text, expected } of found.violations) {
      const again = await simulator.runToken(token, options);
      const broken = again.broken.find((one) => one.property === property);
      expect({ text: broken?.text, expected: broken?.expected }).toEqual({ text, expected });
    }
  });
});

/** The time of the victim, or `never`, as `worst` tells it: to the end of the transfer it starts. */
function timeOf(victim: RunOperation, transferEnd: number | undefined): number | 'never' {
  if (victim.begin_ns === null || victim.end_ns === null) return 'never';
  return Math.max(victim.end_ns, transferEnd ?? 0) - victim.begin_ns;
}

async function timesAgain(row: WorstResult['tables'][number]['rows'][number]): Promise<unknown[]> {
  const again = await simulator.runToken(row.worst.ns.token, options);
  const victim = again.ops[row.victim_op];
  if (victim === undefined) throw new Error('the run has no victim');
  const transfers = again.events.filter(({ event }) => event === 'dma_end').map(({ ns }) => ns);
  const transfer = victim.kind.startsWith('dma_') ? transfers.at(-1) : undefined;
  return [row.question, timeOf(victim, transfer)];
}

test('every token of the tables of worst takes as long again', async () => {
  const found = await simulator.worst({
    ...{ tables: [], memory: ['ext4_dax', 'xfs_dax'], kernel: 'linux-6.1' },
    ...{ drivers: ['gup', 'hmm_mirror'], runs: 6, seed: 1, ...attention },
  });
  const rows = found.tables.flatMap((table) => table.rows);
  expect(rows.length).toBeGreaterThan(40);
  for (const row of rows) expect(await timesAgain(row)).toEqual([row.question, row.worst.ns.value]);
}, 60_000);

describe('run TOKEN', () => {
  test('prints what run prints, and says what broke', async () => {
    const { exit, stdout } = await runCli(['run', 'gvr1~example', '--json']);
    expect(exit).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      schema: 'gup-vs-hmm/run/1',
      driver: 'hmm_mirror',
      broken: [{ property: 'I4', expected: false }],
    });
    expect((await runCli(['run', 'gvr1~example'])).stdout).toContain('I4 BROKEN: it was stale');
  });

  test('under another driver, under which it may be as expected', async () => {
    const { exit, stdout } = await runCli(['run', 'gvr1~example', '--driver', 'gup']);
    expect([exit, stdout.includes('I4 broken, as expected of the driver')]).toEqual([0, true]);
  });

  test.each([
    ['a damaged token', ['run', 'gvr1~exa%mple'], 'token: character 6: damaged'],
    [
      'what the token says already',
      ['run', 'gvr1~example', '--memory', 'xfs'],
      '--memory: the token says it',
    ],
    ['a scenario without a driver', ['run', 'example'], '--driver: a scenario or log needs one'],
  ])('refuses %s', async (_, args, message) => {
    const { exit, stderr } = await runCli(args);
    expect([exit, stderr.includes(message)], stderr).toEqual([2, true]);
  });

  test.each([
    [MIRROR.slice(0, -30), 'character'],
    [MIRROR.replace('gvr1', 'gvr7'), "'gvr1' is missing"],
    [MIRROR.replace('hmm_mirror', 'mine'), '--driver FILE'],
    [MIRROR.replace('linux-2d6-2e1', 'linux-2d9'), "'linux-9' is not known"],
    [MIRROR.replace('mirror.~', 'mirror.no_such~'), "'no_such' is not known"],
    [MIRROR.replace('mmap.0.4.6.0.1.1.0', 'mmap.0.100.104.0.1.1.0~o.0.store.100.101'), 'outside'],
    [MIRROR.replace('0.0.2.w', '0.0.2000.w'), 'outside 5 x 32'],
  ])('the simulator refuses %s', async (token, message) => {
    await expect(simulator.runToken(token, options)).rejects.toThrow(message);
  });

  test('the planted fault of one driver under another is refused', async () => {
    const token = MIRROR.replace('mirror.~', 'mirror.no_retry_check~');
    await expect(simulator.runToken(token, { ...options, driver: 'gup' })).rejects.toThrow('planted under');
    await expect(simulator.runToken(token, options)).resolves.toMatchObject({ broken: [] });
  });
});

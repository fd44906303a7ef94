/** The command `explain`: what it is given, what it writes where, and what it refuses. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { BUILTIN_2026 } from '../costs/index.ts';
import { decodeRun } from '../check/run_token.ts';
import { FOUND } from '../explain/fixtures/found.ts';
import type { ExplainOptions, RunOptions } from './backend.ts';
import { runCli } from './fixtures/fake_host.ts';
import { simulator } from './simulator.ts';

const folder = mkdtempSync(join(tmpdir(), 'gvh-explain-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const attention = { signal: { aborted: false }, onProgress: () => undefined };
const options: ExplainOptions = { format: 'json', runs: 300, ...attention };
const TOKEN = FOUND['fork_shares_pinned_page'] ?? '';

describe('explain', () => {
  test('writes what is asked for, in the format that the name of the file says', async () => {
    expect((await runCli(['explain', 'gvr1~x'])).stdout).toBe('text of the first with 4000 runs\n');
    const json = await runCli(['explain', 'gvr1~x', '--json', '--property', 'I4', '--runs', '11']);
    expect(json.stdout).toBe('json of I4 with 11 runs\n');
    const formats = ['json', 'itf.json', 'yaml', 'md', 'txt'].map(async (suffix) => {
      const path = join(folder, `story.${suffix}`);
      await runCli(['explain', 'gvr1~x', '-o', path]);
      return readFileSync(path, 'utf8').split(' ')[0];
    });
    expect(await Promise.all(formats)).toEqual(['json', 'itf', 'scenario', 'md', 'text']);
  });

  test('says when the limit of runs was reached', async () => {
    const { exit, stderr } = await runCli(['explain', 'gvr1~x', '--runs', '5']);
    expect([exit, stderr.includes('the limit of 5 runs was reached')]).toEqual([0, true]);
  });

  test.each([
    ['a file that is not there', ['explain', 'gone'], 'no such file'],
    ['an unknown property', ['explain', 'gvr1~x', '--property', 'I99'], "'I99' is not known"],
    ['an unknown format', ['explain', 'gvr1~x', '--format', 'svg'], 'Allowed choices'],
    ['no runs at all', ['explain', 'gvr1~x', '--runs', '0'], 'An integer from 1'],
  ])('refuses %s', async (_, args, message) => {
    const { exit, stderr } = await runCli(args);
    expect([exit, stderr.includes(message)], stderr).toEqual([2, true]);
  });
});

test('check names the command that explains what it found', async () => {
  const { stdout } = await runCli(['check', '--mutant', 'mirror_keeps_reference']);
  expect(stdout).toContain('explain it: gup-vs-hmm explain TOKEN');
  expect(stdout).toContain('gup-vs-hmm explain gvs1-abc');
});

describe('the simulator explains', () => {
  test('a saved result of check, by its first violation or that of a property', async () => {
    const violations = [
      { property: 'private_copies', expected: false, token: TOKEN },
      { property: 'I4', expected: true, token: 'gvr1~broken' },
    ];
    const path = file('check.json', JSON.stringify({ schema: 'gup-vs-hmm/check/1', violations }));
    const told = JSON.parse((await simulator.explain(path, options)).text) as Record<string, unknown>;
    expect([told['property'], told['original_token']]).toEqual(['private_copies', TOKEN]);
    const other = simulator.explain(path, { ...options, property: 'I4' });
    await expect(Promise.resolve(other)).rejects.toThrow('token: character');
    const none = simulator.explain(path, { ...options, property: 'I9' });
    await expect(Promise.resolve(none)).rejects.toThrow('no violation of I9');
  });

  test('a scenario that it wrote itself, which run says fails', async () => {
    const { text } = await simulator.explain(TOKEN, { ...options, format: 'scenario' });
    const path = file('story.yaml', text);
    const input = await simulator.loadInput(path, {});
    const { replay } = input.workload;
    if (replay === undefined) throw new Error('the scenario does not say how it is run');
    const conditions: RunOptions = {
      ...attention,
      costTable: BUILTIN_2026,
      seed: 1,
      ...withoutSchedule(replay),
    };
    const again = await simulator.run(input, conditions);
    expect(again.unmet.join()).toContain('expected private_copies to hold, it broke');
    expect(again.broken.map(({ property }) => property)).toContain('private_copies');
    const told = JSON.parse((await simulator.explain(path, options)).text) as { token: string };
    expect(decodeRun(told.token).mutant).toBe('fork_shares_pinned_page');
  });

  test('a scenario in its own order, under the driver that is asked for', async () => {
    const path = file('pin.yaml', scenario('4p'));
    const { text } = await simulator.explain(path, { ...options, driver: 'gup' });
    expect(JSON.parse(text)).toMatchObject({ property: 'truncate_never_blocked', expected: true });
    const mirrored = simulator.explain(path, { ...options, driver: 'hmm_mirror' });
    await expect(Promise.resolve(mirrored)).rejects.toThrow('there is nothing to explain');
    await expect(Promise.resolve(simulator.explain(path, options))).rejects.toThrow('--driver');
  });

  test.each([
    ['a run that breaks nothing', TOKEN.replace('.fork_shares_pinned_page~', '.~'), 'nothing to explain'],
    ['another JSON file', file('other.json', '{"schema": "x"}'), 'is no saved result of check'],
    ['too large a file', file('large.yaml', scenario('9000p')), 'too large to be explained'],
  ])('refuses %s', async (_, input, message) => {
    const told = simulator.explain(input, { ...options, driver: 'gup' });
    await expect(Promise.resolve(told)).rejects.toThrow(message);
  });
});

test('what is too large to be explained is told with the limits, and what takes any size', async () => {
  const told = simulator.explain(file('large.yaml', scenario('9000p')), { ...options, driver: 'gup' });
  const hint = expect.stringMatching(/64 blocks, files of 32 pages.*compare, which takes any size/) as string;
  await expect(Promise.resolve(told)).rejects.toMatchObject({ hint });
});

/** What `run` takes from a scenario that says how it is run. */
function withoutSchedule({ driver, memory, kernel }: Pick<RunOptions, 'driver' | 'memory' | 'kernel'>) {
  return { driver, memory, kernel };
}

function scenario(size: string): string {
  return `title: a pin
files: { data: { size: ${size}, written: 0..${size} } }
processes: { app: {}, other: {} }
ops:
  - { task: app, op: mmap, file: data, at: 100p, length: 4p }
  - { task: app, op: attach, region: buffer, at: 100p, length: 4p }
  - { task: app, op: dma_write, region: buffer, wait: true }
  - { task: other, op: truncate, file: data, size: 0 }
`;
}

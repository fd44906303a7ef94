import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { runCli } from './fixtures/fake_host.ts';

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'gvh-witness-'));
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

const ONE = ['witness', '--kernel', 'linux-6.1', '--op', 'punch'];

describe('witness', () => {
  test('both kernels unless one is named, each held against the model', async () => {
    const { exit, stdout, stderr } = await runCli(['witness']);
    expect(exit).toBe(0);
    expect(stderr).toBe('');
    for (const release of ['6.1.0-test', '6.12.0-test']) expect(stdout).toContain(release);
    expect(stdout).toMatch(/punch[ |]+BLOCKED/);
    // The model of the tests has no driver `get`.
    expect(stdout).toMatch(/only observed +ext4_dax get 1, xfs get 1/);
    const { stdout: one } = await runCli(['witness', '--kernel', 'linux-6.12']);
    expect(one).not.toContain('6.1.0-test');
    const { stdout: named } = await runCli(['witness', '--kernel', 'linux-6.12', '--kernel', 'linux-6.1']);
    expect(named).toContain('6.12.0-test, 6.1.0-test');
  });

  test('a disagreement is exit code 1, with the cell', async () => {
    const { exit, stdout } = await runCli([...ONE, '--cache', 'disagree']);
    expect(exit).toBe(1);
    expect(stdout).toContain('ext4_dax gup punch, blocks: the model has 0, observed was 8');
    expect((await runCli([...ONE, '--cache', 'disagree', '--model', 'none'])).exit).toBe(0);
  });

  test('a kernel that the model does not have is observed and not compared', async () => {
    const other = ['witness', '--image', 'i.deb', '--headers', 'h.deb,c.deb', '--op', 'punch'];
    const { exit, stdout, stderr } = await runCli([...other, '--json']);
    expect(exit).toBe(0);
    expect(stdout).toContain('"kernel":"linux-6.6"');
    expect(stderr).toContain('linux-6.6 (6.6.0-test): not compared with the model');
    const { stderr: compared } = await runCli([...other, '--json', '--model', 'linux-6.12']);
    expect(compared).toContain('2 cells compared');
  });

  test('--json is the observation, as matrix --against reads it', async () => {
    const file = join(directory, 'observation.json');
    expect((await runCli([...ONE, '-o', file])).exit).toBe(0);
    const { exit, stdout } = await runCli(['matrix', '--op', 'punch', '--against', file, '--json']);
    expect(exit).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ cells: 2, disagree: [] });
  });

  test('--save writes a file for each kernel, whatever the model says', async () => {
    const { exit } = await runCli(['witness', '--save', directory, '--cache', 'disagree']);
    expect(exit).toBe(1);
    expect(readdirSync(directory).sort()).toEqual(['linux-6.1.json', 'linux-6.12.json']);
    const saved = JSON.parse(readFileSync(join(directory, 'linux-6.12.json'), 'utf8')) as object;
    expect(saved).toMatchObject({ schema: 'gup-vs-hmm/cells/1' });
  });

  test('warnings of the kernel are shown', async () => {
    const { stdout } = await runCli([...ONE, '--cache', 'warns']);
    expect(stdout).toContain('WARNING: CPU: 0 at mm/gup.c:1');
  });

  test('progress goes to a terminal, and only there', async () => {
    expect((await runCli(ONE, { tty: true })).stderr).toContain('booting');
    expect((await runCli(ONE)).stderr).toBe('');
  });

  test('planted bugs: 1 when one is not caught', async () => {
    const { exit, stdout } = await runCli([...ONE, '--planted']);
    expect([exit, stdout.includes('forget_pin')]).toEqual([0, true]);
    expect((await runCli([...ONE, '--planted', '--cache', 'disagree'])).exit).toBe(1);
  });

  test.each([
    ['setup', 2, /^gup-vs-hmm: Missing on this machine:\n {2,}gcc-12\n$/],
    ['crash', 3, /^gup-vs-hmm: The guest crashed\.\n {2}Kernel panic/],
    ['stopped', 130, /interrupted/],
  ])('what goes wrong (%s) is exit code %i and words, no stack', async (cache, code, text) => {
    const file = join(directory, 'never.json');
    const { exit, stdout, stderr } = await runCli([...ONE, '--cache', cache, '-o', file]);
    expect([exit, stdout, existsSync(file)]).toEqual([code, '', false]);
    expect(stderr).toMatch(text);
  });

  test.each([
    [['--kernel', 'linux-6.2'], /--kernel: 'linux-6\.2' is not known \(did you mean/],
    [['--op', 'punsh'], /--op: 'punsh' is not known \(did you mean 'punch'\?\)/],
    [['--driver', 'list_notifier'], /--driver: 'list_notifier' is not known/],
    [['--memory', 'tmpfs'], /--memory: 'tmpfs' is not known/],
    [['--headers', 'h.deb'], /--headers go with the --image/],
    [['--image', 'i.deb'], /--image needs the --headers/],
    [['--json'], /an observation is of one kernel/],
    [['--model', 'linux-5.0'], /--model: 'linux-5\.0' is not known/],
    [['--what', 'dreams'], /'dreams' is invalid/],
    [['--limit', 'soon'], /An integer from 1/],
    [
      ['--save', '/nowhere/at/all'],
      /cannot write \/nowhere\/at\/all\/linux\.json: there is no such directory/,
    ],
    [['--kernel', 'linux-6.1', '-o', '/nowhere/x.json'], /cannot write \/nowhere\/x\.json/],
  ])('%j is a usage error', async (words, text) => {
    const { exit, stderr } = await runCli(['witness', ...words]);
    expect(exit).toBe(2);
    expect(stderr).toMatch(text);
  });
});

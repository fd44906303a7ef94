import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ComparisonResult } from '../compare/result.ts';
import { compareJsonSchema, resultJson } from '../report/index.ts';
import { exampleResult } from '../report/fixtures/example_result.ts';
import { runCli } from './fixtures/fake_host.ts';

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'gvh-cli-'));
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

/** A file in the test's own directory. */
function file(name: string, text?: string): string {
  const path = join(directory, name);
  if (text !== undefined) writeFileSync(path, text);
  return path;
}

describe('exit codes', () => {
  test.each([
    ['as expected', ['compare', 'example'], 0],
    ['an unexpected verdict', ['compare', 'unexpected'], 1],
    ['an unmet expectation', ['compare', 'unmet'], 1],
    ['an unmet expectation of a run', ['run', 'unmet', '--driver', 'gup'], 1],
    ['a planted fault that a property found', ['check', '--mutant', 'mirror_keeps_reference'], 1],
    ['unusable input', ['compare', 'x.yaml'], 2],
    ['a bug of ours', ['compare', 'crash'], 3],
    ['a spent budget', ['compare', 'budget'], 5],
    ['a run that was cut short', ['run', 'budget', '--driver', 'gup'], 5],
    ['a floor that was not reached', ['check', '--runs', '5'], 5],
    ['a campaign without a violation', ['check', '--runs', '50'], 0],
    ['counts of a log', ['import', 'a.strace', '--stats'], 0],
    ['what is no log', ['import', 'a.txt'], 2],
  ])('%s', async (_, args, exit) => {
    expect((await runCli(args)).exit).toBe(exit);
  });

  test('interrupted: the partial result is printed, and says that it is one', async () => {
    const { exit, stdout, stderr } = await runCli(['compare', 'slow', '--json'], { aborted: true });
    expect(exit).toBe(130);
    expect((JSON.parse(stdout) as ComparisonResult).complete).toBe(false);
    expect(stderr).toContain('stopped before its end');
  });

  test('interrupted without a result', async () => {
    const { exit, stdout, stderr } = await runCli(['compare', 'slow_nothing', '-o', file('r.json')], {
      aborted: true,
    });
    expect([exit, stdout]).toEqual([130, '']);
    expect(stderr).toContain('nothing was written');
    expect(readdirSync(directory)).toEqual([]);
  });
});

describe('usage errors end with 2, an empty standard output and a message that helps', () => {
  test.each<[string, string[], string | RegExp]>([
    ['no command', [], 'Usage: gup-vs-hmm'],
    ['an unknown command', ['comprae'], /unknown command 'comprae'\n\(Did you mean compare\?\)/],
    [
      'help of an unknown command',
      ['comprae', '--help'],
      /'comprae'\n\(Did you mean compare\?\)\n  see: .*\n$/,
    ],
    ['help on an unknown command', ['help', 'frob'], /^gup-vs-hmm: unknown command 'frob'\n  see: .*\n$/],
    ['an unknown command, asked for first', ['--help', 'frob'], "unknown command 'frob'"],
    ['an unknown option', ['compare', 'example', '--memroy', 'x'], '(Did you mean --memory?)'],
    ['a missing argument', ['compare'], "missing required argument 'input'"],
    ['one argument too many', ['compare', 'a', 'b'], 'too many arguments'],
    [
      'an unknown memory kind',
      ['compare', 'example', '--memory', 'ext4dax'],
      "--memory: 'ext4dax' is not known (did you mean 'ext4_dax'?); valid: ext4_dax, xfs_dax, xfs",
    ],
    [
      'an unknown kernel',
      ['run', 'example', '--driver', 'gup', '--kernel', '6.1'],
      'valid: linux-6.1, linux-6.12',
    ],
    ['an unknown driver', ['compare', 'example', '--drivers', 'gup,hmm'], "--drivers: 'hmm' is not known"],
    ['an empty driver', ['compare', 'example', '--drivers', 'gup,'], 'separated by single commas'],
    ['a driver twice', ['compare', 'example', '--drivers', 'gup,gup'], "'gup' stands there twice"],
    [
      'an unknown hold',
      ['compare', 'example', '--hold', 'forever'],
      'Allowed choices are io, munmap, exit, never',
    ],
    ['an unknown cost table', ['compare', 'example', '--cost', 'x'], 'valid: builtin-2026'],
    ['a fractional seed', ['compare', 'example', '--seed', '1.5'], 'An integer from 0 to 4294967295'],
    ['a seed that is too large', ['compare', 'example', '--seed', '4294967296'], 'An integer from 0'],
    ['no runs', ['check', '--runs', '0'], 'An integer from 1'],
    ['an unknown property', ['check', 'I44'], "property: 'I44' is not known (did you mean 'I4'?)"],
    ['an unknown mutant', ['check', '--mutant', 'x'], 'valid: mirror_keeps_reference'],
    ['a run without a driver', ['run', 'example'], '--driver: a scenario or log needs one'],
    ['an unknown list', ['list', 'driver'], 'Allowed choices are drivers, kernels'],
    ['an unknown schema', ['schema', 'x'], 'Allowed choices are compare'],
    ['two formats', ['compare', 'example', '--json', '--format', 'markdown'], 'cannot be used with option'],
    [
      'an unknown format',
      ['compare', 'example', '--format', 'html'],
      'Allowed choices are terminal, markdown, json',
    ],
    ['an output file without a name', ['list', 'drivers', '-o', ''], 'The name of a file is expected'],
    ['an unknown colour', ['list', 'drivers', '--color', 'blue'], 'Allowed choices are auto, always, never'],
  ])('%s', async (_, args, text) => {
    const { exit, stdout, stderr } = await runCli(args);
    expect([exit, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(text);
    if (args.length > 0) expect(stderr).toMatch(/^gup-vs-hmm: /);
  });

  test('a file of the user is taken for a driver without a list', async () => {
    expect((await runCli(['run', 'example', '--driver', './mine.ts'])).exit).toBe(0);
  });
});

describe('help', () => {
  test.each(['compare', 'run', 'check', 'import', 'report', 'verify', 'list', 'schema'])(
    '%s: two examples first, exit codes last, and -h is --help',
    async (command) => {
      const long = await runCli([command, '--help']);
      expect(long).toMatchObject({ exit: 0, stderr: '' });
      expect(long.stdout).toMatch(
        new RegExp(`^Examples:\n(  gup-vs-hmm ${command} .*\n){2}\nUsage: gup-vs-hmm ${command}`),
      );
      expect(long.stdout.trimEnd()).toMatch(/Exit codes:\n(  \d+ .*\n){6} {2}130 {2}interrupted$/);
      expect((await runCli([command, '-h'])).stdout).toBe(long.stdout);
      expect((await runCli(['help', command])).stdout).toBe(long.stdout);
    },
  );

  test('of the whole command, and its version', async () => {
    expect((await runCli(['-h'])).stdout).toMatch(/^Examples:[^]*Commands:[^]*Exit codes:/);
    expect(await runCli(['--version'])).toEqual({ exit: 0, stdout: '1.2.3\n', stderr: '' });
  });
});

describe('compare', () => {
  test('hands the options on and spells all of them out for the reader', async () => {
    const args = [
      'compare',
      "it's mine",
      '--memory',
      'xfs_dax',
      '--kernel',
      'linux-6.12',
      '--hold',
      'exit',
      '--seed',
      '7',
    ];
    const { stdout } = await runCli([
      ...args,
      '--drivers',
      'none,hmm_mirror',
      '--on-block',
      'stay',
      '--data',
      '/srv',
      '--json',
    ]);
    const result = JSON.parse(stdout) as ComparisonResult;
    expect(result).toMatchObject({
      memory: 'xfs_dax',
      kernel: 'linux-6.12',
      seed: 7,
      on_block: 'stay',
      cost_table: 'builtin-2026',
    });
    expect(result.reproduce).toBe(
      "gup-vs-hmm compare 'it'\\''s mine' --memory xfs_dax --kernel linux-6.12 --cost builtin-2026 --seed 7 " +
        '--hold exit --data /srv --drivers none,hmm_mirror --on-block stay',
    );
  });

  test('each format, by option and by the name of the file', async () => {
    const { stdout: json } = await runCli(['compare', 'example', '--json']);
    const { stdout: markdown } = await runCli(['compare', 'example', '--format', 'markdown']);
    const { stdout: terminal } = await runCli(['compare', 'example']);
    expect(json).toMatch(/^\{\n {2}"schema": "gup-vs-hmm\/compare\/1"/);
    expect(markdown).toMatch(/^# gup-vs-hmm compare/);
    expect(terminal).toMatch(/^gup-vs-hmm compare/);
    const names = ['a.json', 'a.md', 'a.txt'];
    for (const name of names)
      expect((await runCli(['compare', 'example', '-o', file(name)])).stdout).toBe('');
    expect(names.map((name) => readFileSync(file(name), 'utf8'))).toEqual([json, markdown, terminal]);
    await runCli(['compare', 'example', '-o', file('b.json'), '--format', 'markdown']);
    expect(readFileSync(file('b.json'), 'utf8')).toBe(markdown);
  });

  test('what was left out of the input is told on standard error, the first five one by one', async () => {
    const { stderr } = await runCli(['compare', 'holed']);
    expect(stderr.split('\n')[4]).toBe('gup-vs-hmm: holed:5: torn line');
    expect(stderr).toContain('and 2 more parts of the input were left out');
  });
});

describe('messages', () => {
  test('an input problem has its place and a hint', async () => {
    const { stderr } = await runCli(['compare', 'bad\u001b[2J.yaml']);
    expect(stderr).toBe('gup-vs-hmm: bad\\x1b[2J.yaml:3:16: no such driver\n  hint: list drivers\n');
  });

  test('the stack of an internal error only when it is asked for', async () => {
    expect((await runCli(['compare', 'crash'])).stderr).not.toContain('fake_backend');
    expect((await runCli(['compare', 'crash', '--debug'])).stderr).toContain('fake_backend');
    expect((await runCli(['compare', 'crash'], { env: { GVH_DEBUG: '1' } })).stderr).toContain(
      'fake_backend',
    );
  });

  test('progress only on a terminal that is nobody else, and it leaves no trace', async () => {
    const progress = { what: 'gup', done: 4_711, total: 13_452 };
    const seen = await runCli(['compare', 'example'], { tty: true, progress });
    expect(seen.stderr).toBe('\r\u001b[2Kgup: 4,711 of 13,452\r\u001b[2K');
    expect((await runCli(['compare', 'example'], { progress })).stderr).toBe('');
    expect((await runCli(['compare', 'example'], { tty: true, progress, env: { CI: 'true' } })).stderr).toBe(
      '',
    );
    expect(
      (await runCli(['compare', 'example'], { tty: true, progress, env: { TERM: 'dumb' } })).stderr,
    ).toBe('');
  });
});

describe('writing', () => {
  test('a file that cannot be written is told before the work is done', async () => {
    const path = join(directory, 'no', 'such', 'r.json');
    const { exit, stdout, stderr } = await runCli(['compare', 'crash', '-o', path]);
    expect([exit, stdout]).toEqual([2, '']);
    expect(stderr).toBe(
      `gup-vs-hmm: cannot write ${path}: there is no such directory; make it, or write elsewhere\n`,
    );
  });

  test('a directory is no file', async () => {
    expect((await runCli(['compare', 'example', '-o', directory])).stderr).toContain(
      'is a directory; give the name of a file in it',
    );
  });

  test('a reader who left is no error; a full disk is', async () => {
    const gone = Object.assign(new Error('write EPIPE'), { code: 'EPIPE' });
    expect(await runCli(['compare', 'unmet'], { stdoutError: gone })).toEqual({
      exit: 1,
      stdout: '',
      stderr: '',
    });
    const full = Object.assign(new Error('write ENOSPC'), { code: 'ENOSPC' });
    const { exit, stderr } = await runCli(['compare', 'unmet'], { stdoutError: full });
    expect(exit).toBe(2);
    expect(stderr).toContain(
      'cannot write to standard output: no space left'.replace('no space left', 'no space is left'),
    );
  });
});

describe('report and verify', () => {
  const saved = (): string => file('r.json', resultJson(exampleResult()));

  test('a saved result is rendered as compare rendered it', async () => {
    await runCli(['compare', 'example', '-o', file('c.json')]);
    for (const format of ['terminal', 'markdown', 'json']) {
      const { stdout } = await runCli(['compare', 'example', '--format', format]);
      expect(await runCli(['report', file('c.json'), '--format', format])).toEqual({
        exit: 0,
        stdout,
        stderr: '',
      });
    }
  });

  test('verify: 0 for what is cited, 4 for what was changed', async () => {
    const path = saved();
    expect(await runCli(['verify', path])).toMatchObject({ exit: 0, stderr: '' });
    writeFileSync(path, readFileSync(path, 'utf8').replace('"seed": 42', '"seed": 43'));
    const { exit, stdout, stderr } = await runCli(['verify', path]);
    expect([exit, stdout]).toEqual([4, '']);
    expect(stderr).toContain(`cited as ${exampleResult().id}, but its content gives gvh1-`);
    expect((await runCli(['report', path])).exit).toBe(4);
  });

  test('white space and key order are no change', async () => {
    const { id, ...rest } = exampleResult();
    expect((await runCli(['verify', file('r.json', JSON.stringify({ ...rest, id }))])).exit).toBe(0);
  });

  test.each([
    ['no file', 'missing.json', undefined, 'no such file'],
    ['a directory', '.', undefined, 'is a directory'],
    ['no JSON', 'x.json', '{"a":', 'not JSON'],
    ['another JSON', 'x.json', '{"schema":"gup-vs-hmm/run/1"}', 'not a comparison result: schema: '],
    ['an empty file', 'x.json', '', 'not JSON'],
  ])('%s: exit code 2', async (_, name, text, problem) => {
    for (const command of ['verify', 'report']) {
      const { exit, stdout, stderr } = await runCli([command, file(name, text)]);
      expect([exit, stdout]).toEqual([2, '']);
      expect(stderr).toContain(problem);
    }
  });
});

describe('other results', () => {
  test('run: JSON as it is, and a text with the reason of each wait', async () => {
    const { stdout } = await runCli(['run', 'example', '--driver', 'gup', '--schedule', 'tok', '--json']);
    expect(Object.keys(JSON.parse(stdout) as object).slice(0, 2)).toEqual(['schema', 'model_revision']);
    expect(JSON.parse(stdout)).toMatchObject({
      driver: 'gup',
      schedule: 'tok',
      ops: [{ blocked: true }, { errno: 'EFAULT' }],
    });
    const text = (await runCli(['run', 'example', '--driver', 'gup'])).stdout;
    expect(text).toMatch(/blocked,? ?reference[^]*pin of gup, taken by attach[^]*1, in the JSON result/);
  });

  test('check: violations with the token that replays them; zero is only a bound', async () => {
    const found = (await runCli(['check', 'I4', '--mutant', 'mirror_keeps_reference'])).stdout;
    expect(found).toMatch(/UNEXPECTED: broken[^]*waits for page 3\n +gvs1-abc\n[^]*after 12 runs/);
    const none = (await runCli(['check', '--runs', '3000'])).stdout;
    expect(none).toMatch(/fewer\s+than 1,000 in a million/);
    expect((await runCli(['check', '--runs', '5'])).stdout).toContain('10.0 % NOT reached');
  });

  test('import: counts as a table and as JSON', async () => {
    expect((await runCli(['import', 'a.strace'])).stdout).toMatch(
      /calls +23,810[^]*mmap_data \| +1[^]*not_modelled\n +None\./,
    );
    expect(JSON.parse((await runCli(['import', 'a.strace', '--stats', '--json'])).stdout)).toMatchObject({
      calls: 23_810,
    });
  });

  test('list: every kind, with schema and revision first', async () => {
    for (const kind of [
      'drivers',
      'kernels',
      'memory',
      'mutants',
      'scenarios',
      'properties',
      'facts',
      'cost-tables',
    ]) {
      const json = JSON.parse((await runCli(['list', kind, '--json'])).stdout) as Record<string, unknown>;
      expect(Object.keys(json)).toEqual(['schema', 'model_revision', 'kind', 'items']);
      expect(json['items']).not.toEqual([]);
    }
    expect((await runCli(['list', 'drivers'])).stdout).toContain('what hmm_mirror is');
    expect((await runCli(['list', 'cost-tables'])).stdout).toContain('device_fault');
  });

  test('schema compare is the committed schema', async () => {
    expect((await runCli(['schema', 'compare'])).stdout).toBe(compareJsonSchema());
  });
});

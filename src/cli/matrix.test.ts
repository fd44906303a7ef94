import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { AgainstResult } from '../compare/matrix/index.ts';
import type { MatrixResult } from './backend.ts';
import { runCli } from './fixtures/fake_host.ts';

const ONE = ['matrix', '--memory', 'ext4_dax', '--driver', 'hmm_mirror', '--op', 'punch'];

const PUNCHED = {
  ...{ kernel: 'linux-6.1', memory: 'ext4_dax', driver: 'hmm_mirror', op: 'punch' },
  outcome: 'completed',
};

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'gvh-matrix-'));
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

function file(value: unknown): string {
  const path = join(directory, 'cells.json');
  writeFileSync(path, typeof value === 'string' ? value : JSON.stringify(value));
  return path;
}

async function cells(...args: readonly string[]): Promise<MatrixResult['cells']> {
  const { stdout } = await runCli([...args, '--json']);
  return (JSON.parse(stdout) as MatrixResult).cells;
}

const observed = (found: MatrixResult['cells'], kernel = { release: '6.1.0-test' }) =>
  file({ schema: 'gup-vs-hmm/cells/1', kernel, cells: found });

describe('matrix', () => {
  test('all cells, or those that are asked for', async () => {
    expect(await cells('matrix')).toHaveLength(3 * 3 * 37);
    expect((await cells(...ONE, '--kernel', 'linux-6.12')).map((each) => [each.kernel, each.op])).toEqual([
      ['linux-6.12', 'punch'],
    ]);
  });

  test('a table with an operation to a row and a driver to a column', async () => {
    const { exit, stdout } = await runCli([
      'matrix',
      '--memory',
      'ext4_dax',
      '--driver',
      'gup,hmm_mirror',
      '--op',
      'punch',
    ]);
    expect(exit).toBe(0);
    expect(stdout).toMatch(/operation[ |]+gup[ |]+hmm_mirror/);
    expect(stdout).toMatch(/punch[ |]+BLOCKED[ |]+done/);
    expect(stdout).toContain('sleeps in ext4_break_layouts, a signal ends it');
    expect(stdout).toContain('CLEAR 2');
    const { stdout: markdown } = await runCli([...ONE, '--format', 'markdown']);
    expect(markdown).toMatch(/\| operation \| hmm_mirror \|/);
  });

  test.each([
    [['--op', 'shred'], /--op: 'shred' is not known/],
    [['--memory', 'tape'], /--memory: 'tape' is not known/],
    [['--kernel', 'linux-1.0'], /--kernel: 'linux-1\.0' is not known/],
    [['--driver', 'hmm_miror'], /did you mean 'hmm_mirror'/],
  ])('%j is a usage error', async (args, text) => {
    const { exit, stderr } = await runCli(['matrix', ...args]);
    expect(exit).toBe(2);
    expect(stderr).toMatch(text);
  });

  test('interrupted, it says that it is not whole', async () => {
    const { exit, stdout } = await runCli(ONE, { aborted: true });
    expect(exit).toBe(130);
    expect(stdout).toContain('INCOMPLETE');
  });
});

describe('matrix --against', () => {
  test('the same cells: exit 0', async () => {
    const { exit, stdout } = await runCli([...ONE, '--against', observed(await cells(...ONE)), '--json']);
    expect(exit).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      cells: 1,
      agree: 14,
      fields: 14,
      tolerated: [],
      disagree: [],
    });
  });

  test('one difference: exit 1, and it is named', async () => {
    const changed = (await cells(...ONE)).map((each) => ({ ...each, blocks: 8 }));
    const path = observed(changed);
    const { exit, stdout } = await runCli([...ONE, '--against', path, '--json']);
    expect(exit).toBe(1);
    expect((JSON.parse(stdout) as AgainstResult).disagree).toEqual([
      { memory: 'ext4_dax', driver: 'hmm_mirror', op: 'punch', field: 'blocks', model: '0', observed: '8' },
    ]);
    const { stdout: text } = await runCli([...ONE, '--against', path]);
    expect(text).toContain('ext4_dax hmm_mirror punch, blocks: the model has 0, observed was 8');
  });

  test('what was not asked for is not missing; the kernel is that of the file', async () => {
    const path = observed(await cells('matrix', '--kernel', 'linux-6.12'));
    const { exit, stdout } = await runCli([...ONE, '--against', path, '--json']);
    expect(exit).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ kernel: 'linux-6.12', cells: 1, only_observed: [] });
  });

  test('cells that other code made need no more than the cells', async () => {
    const { exit, stdout } = await runCli([...ONE, '--against', file({ cells: [PUNCHED] }), '--json']);
    expect(exit).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ cells: 1, fields: 1, agree: 1 });
  });

  test('no cell in common is no agreement: exit 5', async () => {
    for (const found of [[], [{ ...PUNCHED, memory: 'ext4-dax' }], [{ ...PUNCHED, kernel: 'linux-6.12' }]]) {
      const against = ['--against', file({ cells: found }), '--kernel', 'linux-6.1'];
      expect((await runCli([...ONE, ...against])).exit).toBe(5);
    }
  });

  test.each([
    ['{', /not JSON/],
    [{ schema: 'gup-vs-hmm/check/1', kernel: { release: 'x' }, cells: [] }, /not a cells document: schema/],
    [{ cells: [PUNCHED, PUNCHED] }, /the cell linux-6\.1 ext4_dax hmm_mirror punch stands there twice/],
    [{ schema: 'gup-vs-hmm/cells/1', kernel: { release: 'x' }, cells: [{ memory: 'xfs' }] }, /cells\.0/],
  ])('what is no cells document is refused', async (value, text) => {
    const { exit, stderr } = await runCli(['matrix', '--against', file(value)]);
    expect(exit).toBe(2);
    expect(stderr).toMatch(text);
  });
});

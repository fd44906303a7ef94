import { describe, expect, test } from 'vitest';
import type { WorstResult } from './backend.ts';
import { runCli } from './fixtures/fake_host.ts';

const ONE = ['worst', 'short_pins', '--memory', 'ext4_dax', '--drivers', 'gup,hmm_mirror', '--runs', '5'];

describe('worst', () => {
  test('a table with a driver to a row, what it means, and the runs to be replayed', async () => {
    const { exit, stdout } = await runCli(ONE);
    expect(exit).toBe(0);
    expect(stdout).toMatch(/memory[ |]+driver[ |]+n[ |]+runs[ |]+rounds[ |]+steps[ |]+time/);
    expect(stdout).toMatch(/ext4_dax[ |]+gup[ |]+4[ |]+5[ |]+3[ |]+44[ |]+NEVER/);
    expect(stdout).toMatch(/ext4_dax[ |]+hmm_mirror[ |]+4[ |]+5[ |]+3[ |]+44[ |]+12\.0 us/);
    expect(stdout).toContain('gvr1~short');
    expect(stdout).toContain('Grade: sampled');
    expect(stdout).toContain('what was found is a lower bound');
  });

  test('Markdown and JSON say the same', async () => {
    const { stdout: markdown } = await runCli([...ONE, '--format', 'markdown']);
    expect(markdown).toMatch(/\| memory \| driver \|/);
    const { stdout: json } = await runCli([...ONE, '--seed', '3', '--json']);
    const result = JSON.parse(json) as WorstResult;
    expect(result).toMatchObject({
      schema: 'gup-vs-hmm/worst/1',
      seed: 3,
      runs: 10,
      grade: 'sampled',
      mutant: null,
    });
    expect(result.tables[0]?.rows[0]?.worst.ns).toEqual({
      value: 'never',
      cause: 'reference: under gup',
      token: 'gvr1~short',
    });
  });

  test.each([
    [['tables'], /choices are short_pins/i],
    [['--memory', 'tape'], /--memory: 'tape' is not known/],
    [['--drivers', 'hmm_miror'], /did you mean 'hmm_mirror'/],
    [['--mutant', 'none_such'], /--mutant: 'none_such' is not known/],
    [['--runs', '0'], /integer from 1/],
  ])('%j is a usage error', async (args, text) => {
    const { exit, stderr } = await runCli([
      'worst',
      ...(args[0] === '--drivers' ? [] : ['--drivers', 'gup']),
      ...args,
    ]);
    expect(exit).toBe(2);
    expect(stderr).toMatch(text);
  });
});

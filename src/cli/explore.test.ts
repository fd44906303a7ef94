import { describe, expect, test } from 'vitest';
import type { ExploreResult } from './backend.ts';
import { exploreResultSchema, SCHEMA_IS_INTERFACE } from './explore_schema.ts';
import { runCli } from './fixtures/fake_host.ts';

describe('explore', () => {
  test('verdicts, and how large it was; the time is no part of the result', async () => {
    const { exit, stdout, stderr } = await runCli(['explore']);
    expect(exit).toBe(0);
    expect(stdout).toMatch(/I1[ |]+holds[ |]+held[ |]+exhausted/);
    expect(stdout).toContain('Nothing is broken.');
    expect(stdout).toMatch(/a collision +at most 1\.0e-18/);
    expect(stderr).toMatch(/transitions a second/);
  });

  test('the contract of the JSON result', async () => {
    const asked = ['--blocks', '1', '--fs-ops', 'truncate,punch', '--short-pins', '1', '--memory', 'xfs_dax'];
    const { stdout } = await runCli(['explore', ...asked, '--json']);
    const result = JSON.parse(stdout) as ExploreResult;
    expect(result).toMatchObject({ exhausted: true, states: 4, transitions: 5, depth: 2 });
    expect(Object.keys(result).slice(0, 2)).toEqual(['schema', 'model_revision']);
    expect(result.scope).toMatchObject({ fs_ops: ['truncate', 'punch'], short_pins: 1, memory: 'xfs_dax' });
    expect(result.verdicts[0]).toMatchObject({ property: 'I1', got: 'held', grade: 'exhausted' });
  });

  test('the schema describes the result, and is printed', async () => {
    const { stdout: result } = await runCli(['explore', '--mutant', 'mirror_keeps_reference', '--json']);
    expect(SCHEMA_IS_INTERFACE).toBe(true);
    expect(exploreResultSchema.safeParse(JSON.parse(result)).error).toBeUndefined();
    const { exit, stdout } = await runCli(['schema', 'explore']);
    expect(exit).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ title: 'gup-vs-hmm exploration result' });
  });

  test('a scope that was not finished is undecided', async () => {
    const { exit, stdout } = await runCli(['explore', '--scope', 'small']);
    expect(exit).toBe(5);
    expect(stdout).toContain('UNDECIDED');
  });

  test('what breaks, with its run and what goes on for ever', async () => {
    const { exit, stdout } = await runCli(['explore', '--mutant', 'mirror_keeps_reference']);
    expect(exit).toBe(1);
    expect(stdout).toContain('I1, 2 steps: it was freed. After 2 steps, for ever: a x 2, b.');
    expect(stdout).toContain('gvr1~x');
    expect(stdout).toContain('UNEXPECTED: broken');
  });

  test.each([
    [['--fs-ops', 'format'], /'format' is no operation of a scope/],
    [['--blocks', 'many'], /small number/],
    [['--blocks', '99'], /blocks: 1 to 8/],
    [['--mirrors', '9'], /at most 4 together/],
    [['--memory', 'tape'], /--memory: 'tape' is not known/],
    [['--pin-driver', 'glue'], /--pin-driver: 'glue' is not known/],
    [['--mutant', 'none'], /--mutant: 'none' is not known/],
    [['--scope', 'huge'], /choices are tiny/i],
  ])('%j is refused', async (words, problem) => {
    const { exit, stderr } = await runCli(['explore', ...words]);
    expect(exit).toBe(2);
    expect(stderr).toMatch(problem);
  });
});

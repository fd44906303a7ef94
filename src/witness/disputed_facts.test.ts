import { describe, expect, test } from 'vitest';
import { FACTS } from '../kernel/facts/index.ts';
import { DISPUTED_FACTS } from './disputed_fact_list.ts';
import { committedDisputedFacts, judgeDisputedFacts, parseDisputedFacts } from './disputed_facts.ts';
import { observedKernels } from './observations.ts';
import { assembleStaged, stagedJson, stagedVariations } from './staged_scene.ts';

/** What the issue asks to be staged. */
const ASKED = ['K35', 'K43', 'K53', 'K54', 'K60', 'K62', 'K63', 'K81', 'K158', 'K211', 'K213', 'K215'];

const CONSOLE = [
  '[    1.0] WARNING: CPU: 0 PID: 1 at before.c:1 early+0x1/0x2',
  '[    2.0] staged: K62 ext4_dax',
  '[    2.1] WARNING: CPU: 1 PID: 99 at fs/dax.c:398 dax_disassociate_entry+0x87/0xb0',
  '[    2.2] RSP: 0018:ffa0000000567838',
  '[    3.0] staged: K62 xfs_dax',
].join('\r\n');

const LINES = [
  ...['kernel 6.1.0', 'scene K62 ext4_dax', 'saw unlink completed', 'saw block_reused yes'],
  ...['saw other_file_has d4', 'end', 'scene K62 xfs_dax', 'not_staged the disk is gone', 'done complete'],
];

describe('lines of the guest', () => {
  test('become scenes, each with its own part of the log', () => {
    const { scenes, ...rest } = assembleStaged(LINES, CONSOLE);
    expect(rest).toEqual({ release: '6.1.0', errors: [], complete: true });
    expect(scenes).toMatchObject([
      {
        ...{ id: 'K62', memory: 'ext4_dax', not_staged: null, guest_ended: null },
        warnings: ['WARNING: at fs/dax.c:398 dax_disassociate_entry+0x87/0xb0'],
      },
      { id: 'K62', memory: 'xfs_dax', saw: [], not_staged: 'the disk is gone', warnings: [] },
    ]);
    expect(scenes[0]?.kernel_log).toContain('RSP: 0018:ffa0000000567838');
  });

  test('that nobody knows are refused, and errors have their place', () => {
    expect(() => assembleStaged(['scene a b', 'sow x y'], '')).toThrow(/does not know: sow x y/);
    expect(assembleStaged(['scene a b', 'error open: ENOSPC'], '').errors).toEqual(['a b open: ENOSPC']);
  });

  test('that stop amid a scene keep how the guest ended', () => {
    const { scenes, complete } = assembleStaged(['scene K81 ext4_dax', 'saw x y'], '', 'it went down');
    expect(complete).toBe(false);
    expect(scenes[0]).toMatchObject({ saw: [['x', 'y']], guest_ended: 'it went down' });
  });
});

describe('a verdict', () => {
  const verdictOf = (lines: readonly string[]) =>
    judgeDisputedFacts(assembleStaged(lines, '')).find(({ id }) => id === 'K62');

  test('is confirmed by everything that was to be seen', () => {
    expect(verdictOf(LINES)).toMatchObject({ status: 'confirmed', reason: '' });
  });

  test('is refuted by one thing that is otherwise, and says which', () => {
    const other = LINES.map((line) => line.replace('other_file_has d4', 'other_file_has o0'));
    expect(verdictOf(other)).toMatchObject({
      status: 'refuted',
      reason: 'ext4_dax: other_file_has is o0, not d4',
    });
    const missing = LINES.filter((line) => line !== 'saw block_reused yes');
    expect(verdictOf(missing)?.reason).toContain('block_reused is not seen');
  });

  test('is not staged without a scene, with the reason of the guest', () => {
    expect(verdictOf(LINES.slice(6))).toMatchObject({
      status: 'not_staged',
      reason: 'xfs_dax: the disk is gone; no scene K62',
    });
  });
});

test('two runs are compared without the log', () => {
  const { scenes } = assembleStaged(LINES, CONSOLE);
  expect(stagedVariations(scenes, assembleStaged(LINES, '').scenes)).toEqual([]);
  const otherEnd = assembleStaged(
    LINES.map((line) => line.replace('unlink completed', 'unlink blocked')),
    CONSOLE,
  ).scenes;
  expect(stagedVariations(scenes, otherEnd)).toHaveLength(1);
  expect(stagedVariations(scenes, scenes.slice(1))).toEqual(['K62 ext4_dax: only in the first']);
});

test('the list has every fact that was derived and that the issue asks for, once', () => {
  const ids = DISPUTED_FACTS.map(({ id }) => id);
  const derived = FACTS.filter(({ tag }) => tag === 'derived').map(({ id }) => id);
  expect([...ASKED, ...derived].filter((id) => !ids.includes(id))).toEqual([]);
  expect(new Set(ids).size).toBe(ids.length);
  expect(DISPUTED_FACTS.filter(({ how, claim }) => how.length < 10 || claim.length < 10)).toEqual([]);
});

describe.each(observedKernels())('%s', (kernel) => {
  const observation = committedDisputedFacts(kernel);
  const verdicts = judgeDisputedFacts(observation);

  test('is a document that reads back, of a kernel of that name', () => {
    expect(parseDisputedFacts(stagedJson(observation), 'here')).toEqual(observation);
    expect(observation.kernel.release).toMatch(new RegExp(`^${kernel.slice('linux-'.length)}\\.`));
  });

  test('every fact that is to be staged has been, with evidence', () => {
    for (const { id, status, reason, evidence } of verdicts) {
      const staged = DISPUTED_FACTS.find((fact) => fact.id === id)?.expects.length !== 0;
      expect(status === 'not_staged', `${id}: ${reason}`).toBe(!staged);
      expect(evidence.length > 0, id).toBe(staged);
      expect(reason === '', id).toBe(status === 'confirmed');
    }
  });

  test('every scene belongs to a fact, and no warning is without its text', () => {
    const wanted = new Set(DISPUTED_FACTS.flatMap(({ expects }) => expects.map(({ scene }) => scene)));
    expect(observation.scenes.filter(({ id }) => !wanted.has(id))).toEqual([]);
    for (const { warnings, kernel_log } of observation.scenes)
      expect(warnings.length > 0).toBe(kernel_log.length > 0);
  });
});

test('a fact says that a real kernel did it exactly where all of them did', () => {
  const confirmed = observedKernels().map((kernel) => {
    const verdicts = judgeDisputedFacts(committedDisputedFacts(kernel));
    return new Set(verdicts.filter(({ status }) => status === 'confirmed').map(({ id }) => id));
  });
  const everywhere = DISPUTED_FACTS.map(({ id }) => id).filter(
    (id) => id.startsWith('K') && confirmed.every((ids) => ids.has(id)),
  );
  const said = FACTS.filter(({ sources }) =>
    sources.some((source) => source.startsWith('a real kernel')),
  ).map(({ id }) => id);
  expect(said.map(String).sort()).toEqual(everywhere.sort());
});

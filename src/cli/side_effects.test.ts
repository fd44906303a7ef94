import { describe, expect, test } from 'vitest';
import {
  EFFECT_CALLS,
  sideEffectsAgainst,
  STORY_IDS,
  TOLERATED_EFFECTS,
} from '../compare/side_effects/index.ts';
import { renderMarkdown, sideEffectsSections } from '../report/index.ts';
import { committedSideEffects, type SideEffects } from '../witness/index.ts';

const KERNELS = ['linux-6.1', 'linux-6.12'];

describe.each(KERNELS)('the model and the side effects that were seen of %s', (kernel) => {
  const observed = committedSideEffects(kernel);
  const result = sideEffectsAgainst(kernel, observed);

  test('agree in every field of every row and story that the model has', () => {
    expect(result.disagree).toEqual([]);
    expect(result.fields).toBe(result.agree + result.tolerated.length);
  });

  test('every row and story is compared, or named with the reason why not', () => {
    const left = result.not_modelled.reduce((sum, { count }) => sum + count, 0);
    expect(result.compared_rows + result.compared_stories + left).toBe(result.rows + result.stories);
    expect(result.compared_rows).toBeGreaterThan(150);
    for (const { reason } of result.not_modelled) expect(reason.length).toBeGreaterThan(10);
  });

  test('the calls and stories are the same on both sides', () => {
    const calls = observed.effects.filter(
      ({ memory, driver, wait, behind }) =>
        memory === 'ext4_dax' && driver === 'gup' && wait === 'trunc_0' && behind === null,
    );
    expect(EFFECT_CALLS.map(({ id }) => id)).toEqual(calls.map(({ call }) => call));
    const stories = observed.stories.filter(({ memory }) => memory === 'ext4_dax');
    expect(STORY_IDS).toEqual(stories.map(({ story }) => story));
  });

  test('every tolerated difference is one that is there', () => {
    expect(new Set(result.tolerated.map(({ reason }) => reason)).size).toBe(TOLERATED_EFFECTS.length);
    expect(sideEffectsAgainst(kernel, observed, []).disagree).toHaveLength(result.tolerated.length);
  });

  test.each([
    ['a write that returns', 'pwrite', { outcome: 'completed' }, 'outcome'],
    ['a fault that stands still', 'load_present', { outcome: 'stands_still', state: 'D' }, 'state'],
    ['SIGKILL that ends a freeze', 'freeze', { killable: true }, 'killable'],
    ['another lock', 'unlink', { waits_for: 'i_rwsem of the directory' }, 'waits_for'],
    ['another place', 'fallocate', { sleeps_in: 'vfs_fallocate' }, 'sleeps_in'],
  ])('%s would be found', (_what, call, change, field) => {
    const effects = observed.effects
      .filter((row) => row.memory === 'ext4_dax' && row.call === call && row.behind === null)
      .map((row) => ({ ...row, ...change }));
    const { disagree } = sideEffectsAgainst(kernel, { ...observed, effects, stories: [] } as SideEffects);
    expect(disagree.map((difference) => difference.field)).toContain(field);
  });

  test('another answer in a story would be found', () => {
    const stories = observed.stories
      .filter(({ story }) => story === 'holder_writes')
      .map((story) => ({
        ...story,
        facts: story.facts.map((fact) => ({ ...fact, answer: fact.answer === 'no' ? 'yes' : fact.answer })),
      }));
    const { disagree } = sideEffectsAgainst(kernel, { ...observed, effects: [], stories });
    expect(disagree.map(({ field }) => field)).toEqual(['holder_dies_by_sigkill', 'holder_dies_by_sigkill']);
  });
});

test('the sections name each call that stands still, and what the model does not have', () => {
  const kernels = KERNELS.map((kernel) => {
    const observed = committedSideEffects(kernel);
    return { kernel, observed, against: sideEffectsAgainst(kernel, observed) };
  });
  const text = renderMarkdown({ title: 'side effects', sections: sideEffectsSections(kernels) });
  for (const { observed, against } of kernels) {
    for (const { call, outcome } of observed.effects)
      if (outcome === 'stands_still') expect(text).toContain(call);
    for (const { what } of against.not_modelled) expect(text).toContain(what);
  }
  expect(text).toContain('holder dies by sigkill: no');
  expect(sideEffectsSections([])).toEqual([]);
});

import { expect, test } from 'vitest';
import { hmm_mirror } from '../drivers/hmm_mirror.ts';
import { mutantNamed } from '../mutants/index.ts';
import * as sys from './fixtures/calls.ts';
import { Story, written } from './fixtures/story.ts';
import { condition_true } from './wait_condition.ts';

const NOT_WOKEN = mutantNamed('sequence_waiters_not_woken')?.patches ?? [];

/** `other` punches a hole and is unmapping the file that `app` and the device have. */
function invalidating(patches: typeof NOT_WOKEN): Story {
  const story = new Story({ memory: 'ext4_dax', driver: hmm_mirror, files: [written(8)], patches });
  story.run('app', sys.mmapShared(0, 8));
  story.run('app', sys.attach(0, 4));
  story.begin('other', sys.punch(0, 1));
  story.stepTo('other', 'zap_pte_range');
  return story;
}

test('K115 a detach that sleeps in notifier_remove after the last end has lost its wake-up', () => {
  const ends = [[], NOT_WOKEN].map((patches) => {
    const story = invalidating(patches);
    story.begin('thread', sys.detach());
    story.drive('thread');
    expect(story.waitsFor('thread')).toBe('invalidate_seq 0');
    // The invalidation is under way: there is nothing to be woken for yet.
    expect(condition_true(story.k, story.task('thread'))).toBe(false);
    expect(story.drive('other')).toBe('done');
    return [story.asleep('thread'), story.asleep('thread') && condition_true(story.k, story.task('thread'))];
  });
  expect(ends).toEqual([
    [false, false],
    [true, true],
  ]);
});

test('K127 so has a device fault that sleeps in read_begin', () => {
  const ends = [[], NOT_WOKEN].map((patches) => {
    const story = invalidating(patches);
    const { engineTask } = story.session;
    story.run('app', sys.dmaRead(0));
    story.settle();
    expect([story.k.m.asleep(engineTask), condition_true(story.k, engineTask)]).toEqual([true, false]);
    story.drive('other');
    return story.k.m.asleep(engineTask) && condition_true(story.k, engineTask);
  });
  expect(ends).toEqual([false, true]);
});

test('an engine without work has nothing to be woken for', () => {
  const story = invalidating([]);
  story.settle();
  expect(condition_true(story.k, story.session.engineTask)).toBe(false);
});

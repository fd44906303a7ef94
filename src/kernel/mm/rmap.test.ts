import { describe, expect, test } from 'vitest';
import { hmm_mirror } from '../../drivers/hmm_mirror.ts';
import * as sys from '../../run/fixtures/calls.ts';
import { pte } from '../../run/fixtures/look.ts';
import { BOTH, Story, written } from '../../run/fixtures/story.ts';
import { i_mmap_rwsem } from '../kernel.ts';

describe.each(BOTH)('%s', (memory) => {
  /** Three mappings: pages 4 to 8 in `other`, 0 to 8 in `app`, 2 to 3 in `third`; all mirrored. */
  function mapped(): Story {
    const story = new Story({ memory, driver: hmm_mirror, files: [written(8)] });
    story.run('other', sys.mmapShared(20, 24, { pgoff: 4 }));
    story.run('app', sys.mmapShared(0, 8));
    story.run('third', sys.mmapShared(40, 41, { pgoff: 2 }));
    ['app', 'other', 'third'].forEach((who, region) => {
      const [from, to] = [
        [0, 8],
        [20, 24],
        [40, 41],
      ][region] as [number, number];
      story.run(who, sys.attach(from, to, { region }));
      story.run(who, sys.load(from, to));
    });
    story.forget();
    return story;
  }

  test('K29 one VMA after the other in the order of the file: callback, zap, end', () => {
    const story = mapped();
    story.run('app', sys.truncate(8));
    const starts = story.events('inv_start').slice(0, 3);
    expect(starts.map(({ mm, from, to, event }) => [mm, from, to, event])).toEqual([
      [0, 0, 8, 'CLEAR'],
      [2, 40, 41, 'CLEAR'],
      [1, 20, 24, 'CLEAR'],
    ]);
    expect(
      story.eventTypes('inv_start', 'callback_end', 'inv_start_ret', 'pte', 'inv_end').slice(0, 6),
    ).toEqual(['inv_start', 'callback_end', 'inv_start_ret', 'pte', 'inv_end', 'inv_start']);
  });

  test('K29 the range is clipped to each VMA, and one that maps nothing of it hears nothing', () => {
    const story = mapped();
    story.run('app', sys.fsync());
    story.forget();
    story.begin('app', sys.punch(5, 7));
    story.stepTo('app', 'dax_busy_page');
    story.forget();
    story.drive('app');
    expect(story.events('inv_start').map(({ mm, from, to }) => [mm, from, to])).toEqual([
      [0, 5, 7],
      [1, 21, 23],
    ]);
  });

  test('K30 while a callback waits, i_mmap_rwsem is held: a mapping of the file elsewhere cannot be made', () => {
    const story = mapped();
    story.run('app', sys.dmaRead(0, 1));
    story.stepEngineTo('device_access');
    story.begin('thread', sys.truncate(8));
    expect(story.drive('thread')).toBe('asleep');
    expect(story.waitsFor('thread')).toBe('drain 0');
    expect(story.holds('thread', i_mmap_rwsem(1))).toBe('read');
    const stranger = story.begin('other', sys.mmapShared(30, 31));
    expect(story.drive('other')).toBe('asleep');
    expect(story.waitsFor('other')).toBe('i_mmap_rwsem');
    story.stepEngine();
    story.drive('thread');
    expect(story.finish('other', stranger)).toBe('ok');
    expect(pte(story, 0)).toBe('none');
  });
});

import { describe, expect, test } from 'vitest';
import { gup } from '../../drivers/gup.ts';
import * as sys from '../../run/fixtures/calls.ts';
import { BOTH, type Memory, Story, written } from '../../run/fixtures/story.ts';
import { DIRECTORY, i_rwsem } from '../kernel.ts';

const FRESH = 1;

/** File 0 has content and a pin; nobody has made file 1. */
function pinned(memory: Memory): Story {
  const files = [written(4), { ...written(0), exists: false }];
  const story = new Story({ memory, driver: gup, files });
  story.run('app', sys.mmapShared(0, 4));
  story.run('app', sys.attach(0, 1));
  return story;
}

describe.each(BOTH)('making a file on %s', (memory) => {
  test('K32 goes on while a truncate of another file waits for a pin', () => {
    const story = pinned(memory);
    story.begin('other', sys.truncate(0));
    expect(story.drive('other')).toBe('asleep');
    expect(story.run('third', sys.open(FRESH))).toBe('ok');
  });

  test('K32 waits for the lock of the directory behind an unlink that waits for that truncate', () => {
    const story = pinned(memory);
    const cut = story.begin('other', sys.truncate(0));
    story.drive('other');
    const gone = story.begin('third', sys.unlink(0));
    story.drive('third');
    expect(story.holds('third', i_rwsem(DIRECTORY))).toBe('write');
    const made = story.begin('thread', sys.open(FRESH));
    expect([story.drive('thread'), story.waitsFor('thread')]).toEqual(['asleep', 'i_rwsem']);
    story.run('app', sys.detach());
    expect([story.finish('other', cut), story.finish('third', gone), story.finish('thread', made)]).toEqual([
      'ok',
      'ok',
      'ok',
    ]);
  });

  test('the open of a file that exists asks for neither', () => {
    const story = pinned(memory);
    story.begin('other', sys.truncate(0));
    story.drive('other');
    story.begin('third', sys.unlink(0));
    story.drive('third');
    expect(story.run('thread', sys.open(0))).toBe('ok');
  });

  test('of two who make the same file the second opens what the first has made', () => {
    const story = pinned(memory);
    const first = story.begin('other', sys.open(FRESH));
    story.stepTo('other', 'inode_lock of the directory');
    expect(story.run('third', sys.open(FRESH))).toBe('ok');
    story.run('third', sys.write(0, 1, FRESH));
    expect(story.finish('other', first)).toBe('ok');
    expect(story.k.inodes.get(FRESH + 1, 0)).toBe(1);
  });
});

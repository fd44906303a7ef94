import { describe, expect, test } from 'vitest';
import { none } from '../../drivers/none.ts';
import * as sys from '../../run/fixtures/calls.ts';
import { block, entry } from '../../run/fixtures/look.ts';
import { BOTH, file, Story } from '../../run/fixtures/story.ts';
import {
  DAX_EMPTY,
  DAX_LOCKED,
  DAX_ZERO_PAGE,
  dax_flags,
  dax_is_dirty,
  dax_is_locked,
  dax_is_zero_entry,
  dax_make_entry,
  dax_to_pfn,
  PAGECACHE_TAG_DIRTY,
} from './dax.ts';

test('K12 an entry is a pfn and flags, and each can be told from the others', () => {
  const stored = dax_make_entry(1234, DAX_LOCKED | PAGECACHE_TAG_DIRTY);
  expect([dax_to_pfn(stored), dax_is_locked(stored), dax_is_dirty(stored)]).toEqual([1234, true, true]);
  expect(dax_is_zero_entry(stored)).toBe(false);
  const zero = dax_make_entry(0, DAX_ZERO_PAGE);
  expect([dax_is_zero_entry(zero), dax_is_locked(zero), dax_is_dirty(zero)]).toEqual([true, false, false]);
  // An entry that a fault has only just made is not "absent", which is 0.
  expect(dax_flags(dax_make_entry(0, DAX_EMPTY))).not.toBe(0);
});

describe.each(BOTH)('%s', (memory) => {
  /** Page 0 of the file is written, page 1 a hole; `app` maps both. */
  function mapped(): Story {
    const files = [file(4, [{ from: 0, to: 1, state: 'written' }])];
    const story = new Story({ memory, driver: none, files });
    story.run('app', sys.mmapShared(0, 4));
    return story;
  }

  test('K14 an entry is made empty and locked by the fault, and is what the fault found when it is unlocked', () => {
    const story = mapped();
    const reading = story.begin('app', sys.load(1));
    story.stepTo('app', 'iomap_begin');
    expect(entry(story, 1)).toEqual({ kind: 'empty', dirty: false, locked: true });
    story.finish('app', reading);
    expect(entry(story, 1)).toMatchObject({ kind: 'zero', locked: false });
    story.run('app', sys.load(0));
    expect(entry(story, 0)).toMatchObject({ kind: 'block', locked: false });
  });

  test('K14 a write turns zero into a block and dirty; fsync cleans it, a store dirties it again', () => {
    const story = mapped();
    story.run('app', sys.load(1));
    story.run('app', sys.store(1));
    expect(entry(story, 1)).toEqual({ kind: 'block', dirty: true, locked: false });
    expect(block(story, 1)).toBeGreaterThan(0);
    story.run('app', sys.fsync());
    expect(entry(story, 1)).toEqual({ kind: 'block', dirty: false, locked: false });
    story.run('app', sys.store(1));
    expect(entry(story, 1).dirty).toBe(true);
  });

  test('K14 truncate and punch delete an entry, dirty or not; a write into the hole only a clean one', () => {
    const story = mapped();
    story.run('app', sys.store(0));
    story.run('other', sys.punch(0, 1));
    expect(entry(story, 0).kind).toBe('absent');
    story.run('app', sys.load(0, 2));
    story.run('app', sys.fsync());
    story.run('other', sys.write(0, 1));
    expect(entry(story, 0).kind).toBe('absent');
    story.run('app', sys.load(2));
    // 6.1 marks what was only read as dirty (K41): that entry survives the write, and the truncate takes it.
    story.run('other', sys.write(2, 3));
    expect(entry(story, 2)).toMatchObject({ kind: 'zero', dirty: true });
    story.run('other', sys.truncate(0));
    expect(entry(story, 2).kind).toBe('absent');
  });
});

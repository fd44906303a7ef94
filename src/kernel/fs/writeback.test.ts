import { describe, expect, test } from 'vitest';
import { gup } from '../../drivers/gup.ts';
import { hmm_mirror } from '../../drivers/hmm_mirror.ts';
import { none } from '../../drivers/none.ts';
import * as sys from '../../run/fixtures/calls.ts';
import { block, content, devicePte, entry, extent, pte } from '../../run/fixtures/look.ts';
import { BOTH, type Memory, Story, written } from '../../run/fixtures/story.ts';
import { i_rwsem, invalidate_lock } from '../kernel.ts';
import { releaseNamed } from '../release/releases.ts';
import type { Release } from '../release/rules.ts';
import { PAGECACHE_TAG_TOWRITE, dax_flags } from './dax.ts';

/** A release in which write-back waits for locked entries, as its comments in 6.1 say it does. */
const LINUX_6_1 = releaseNamed('linux-6.1');
const waitingRelease: Release = {
  ...LINUX_6_1,
  rules: { ...LINUX_6_1.rules, writeback_skips_locked_entry: false },
};

function dirtied(memory: Memory, driver = none, release = LINUX_6_1): Story {
  const story = new Story({ memory, driver, files: [written(8)], setup: { release } });
  story.run('app', sys.mmapShared(0, 8));
  story.run('app', sys.store(2, 4));
  return story;
}

const media = (story: Story, page: number): number => story.k.media.get(0, block(story, page));

describe.each(BOTH)('%s', (memory) => {
  test('K64, K65 the page loses its write permission, then it is flushed, then its entry is clean', () => {
    const story = dirtied(memory);
    story.begin('app', sys.fsync());
    story.stepTo('app', 'page_vma_mkclean_one');
    expect([pte(story, 2), media(story, 2) === content(story, 2), entry(story, 2)]).toEqual([
      'read-write',
      false,
      { kind: 'block', dirty: true, locked: true },
    ]);
    story.stepTo('app', 'dax_flush');
    expect([pte(story, 2), media(story, 2) === content(story, 2), entry(story, 2).dirty]).toEqual([
      'read-only',
      false,
      true,
    ]);
    story.stepTo('app', 'dax_unlock_entry');
    expect([media(story, 2) === content(story, 2), entry(story, 2).dirty]).toEqual([true, true]);
    story.drive('app');
    expect(entry(story, 2)).toEqual({ kind: 'block', dirty: false, locked: false });
  });

  test('K64 a mirror hears PROTECTION_PAGE before the flush and faults before it writes again', () => {
    const story = dirtied(memory, hmm_mirror);
    story.run('app', sys.attach(0, 8));
    story.run('app', sys.dmaWrite(2));
    story.settle();
    story.forget();
    story.run('other', sys.fsync());
    expect(story.events('callback_start').map((event) => event.event)).toEqual([
      'PROTECTION_PAGE',
      'PROTECTION_PAGE',
    ]);
    expect(story.eventTypes('callback_end', 'flush').slice(0, 2)).toEqual(['callback_end', 'flush']);
    expect(devicePte(story, 2)).toBe('none');
    story.run('app', sys.dmaWrite(2));
    story.settle();
    expect(story.events('device_fault')).toHaveLength(1);
    expect(entry(story, 2).dirty).toBe(true);
    story.run('other', sys.fsync());
    expect(media(story, 2)).toBe(content(story, 2));
  });

  test('K65 a pin writes after the flush with the mark clear, and the next fsync skips the page', () => {
    const story = dirtied(memory, gup);
    story.run('app', sys.attach(2, 4));
    story.run('other', sys.fsync());
    expect(devicePte(story, 2)).toBe('read-write');
    story.run('app', sys.dmaWrite(2));
    story.settle();
    expect(entry(story, 2).dirty).toBe(false);
    expect(story.run('other', sys.fsync())).toBe('ok');
    expect(media(story, 2)).not.toBe(content(story, 2));
  });

  test('K65 a store during the flush waits for the entry and leaves the page dirty', () => {
    const story = dirtied(memory);
    story.run('other', sys.mmapShared(0, 8));
    story.begin('app', sys.fsync());
    story.stepTo('app', 'dax_flush');
    const storing = story.begin('thread', sys.store(2));
    expect(story.drive('thread')).toBe('asleep');
    expect(story.waitsFor('thread')).toBe('entry 1');
    story.drive('app');
    story.finish('thread', storing);
    expect(entry(story, 2).dirty).toBe(true);
    expect(pte(story, 2)).toBe('read-write');
  });

  test('K64 private mappings keep what they have', () => {
    const story = new Story({ memory, driver: none, files: [written(8)] });
    story.run('other', sys.mmapPrivate(0, 8));
    story.run('other', sys.store(2));
    story.run('app', sys.mmapShared(0, 8));
    story.run('app', sys.store(2));
    story.run('app', sys.fsync());
    expect([pte(story, 2, 1), pte(story, 2, 0)]).toEqual(['private copy', 'read-only']);
  });

  test('K66, K32 fsync holds no lock that a truncate takes, and skips an entry that went meanwhile', () => {
    const story = dirtied(memory);
    story.begin('app', sys.fsync());
    story.stepTo('app', 'dax_writeback_one');
    expect([story.holds('app', i_rwsem(1)), story.holds('app', invalidate_lock(1))]).toEqual(['no', 'no']);
    expect(dax_flags(story.k.i_pages.get(1, 2)) & PAGECACHE_TAG_TOWRITE).not.toBe(0);
    expect(story.run('other', sys.truncate(3))).toBe('ok');
    expect(story.run('other', sys.punch(2, 3))).toBe('ok');
    story.forget();
    expect(story.drive('app')).toBe('done');
    expect(story.events('flush')).toEqual([]);
    expect(extent(story, 2)).toBe('hole');
  });

  test('K64, K174 two fsyncs of one page: in 6.1 the second passes the locked entry over and returns too soon', () => {
    const story = dirtied(memory);
    const first = story.begin('app', sys.fsync());
    story.stepTo('app', 'i_mmap_lock_read');
    story.forget();
    expect(story.run('other', sys.fsync())).toBe('ok');
    expect(story.events('writeback_skip')).toMatchObject([{ page: 2, pages: 1, unflushed: 1 }]);
    // A crash here loses what both were asked for, and no driver is to blame for it.
    expect(media(story, 2)).not.toBe(content(story, 2));
    expect(story.events('fsync_ret').map(({ owed }) => owed)).toEqual([0]);
    expect(story.finish('app', first)).toBe('ok');
    expect(media(story, 2)).toBe(content(story, 2));
  });

  test('K64 two fsyncs of one page: where nothing is passed over the second waits, and finds it done', () => {
    const story = dirtied(memory, none, waitingRelease);
    const first = story.begin('app', sys.fsync());
    story.stepTo('app', 'dax_flush');
    const second = story.begin('other', sys.fsync());
    expect(story.drive('other')).toBe('asleep');
    expect(story.waitsFor('other')).toBe('entry 1');
    expect(story.finish('app', first)).toBe('ok');
    expect(story.finish('other', second)).toBe('ok');
    expect(media(story, 2)).toBe(content(story, 2));
  });

  test('K17 fsync commits, so that blocks freed before can be taken again', () => {
    const story = dirtied(memory);
    const freed = block(story, 7);
    story.run('other', sys.truncate(7));
    expect(story.k.block_state.get(0, freed)).toBe(1);
    story.run('other', sys.fsync());
    expect(story.k.block_state.get(0, freed)).toBe(0);
  });

  test('K64 msync writes back the shared file pages of its range, with mmap_lock dropped', () => {
    const story = dirtied(memory);
    story.begin('app', sys.msync(2));
    story.stepTo('app', 'dax_flush');
    expect(story.run('thread', sys.munmap(6, 8))).toBe('ok');
    story.drive('app');
    expect([media(story, 2) === content(story, 2), media(story, 3) === content(story, 3)]).toEqual([
      true,
      false,
    ]);
  });
});

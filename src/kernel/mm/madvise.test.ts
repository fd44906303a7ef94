import { describe, expect, test } from 'vitest';
import { gup } from '../../drivers/gup.ts';
import { hmm_mirror } from '../../drivers/hmm_mirror.ts';
import { none } from '../../drivers/none.ts';
import type { Driver } from '../../drivers/driver.ts';
import * as sys from '../../run/fixtures/calls.ts';
import { block, devicePages, entry, extent, pte, size } from '../../run/fixtures/look.ts';
import { BOTH, Story, written } from '../../run/fixtures/story.ts';
import { i_rwsem, mmap_lock } from '../kernel.ts';

describe.each(BOTH)('%s', (memory) => {
  /** Pages 0 to 3 and 6 to 9 of the file are mapped at their own addresses: a gap between. */
  function withGap(driver: Driver): Story {
    const story = new Story({ memory, driver, files: [written(12)] });
    story.run('app', sys.mmapShared(0, 10));
    story.run('app', sys.munmap(4, 6));
    story.run('app', sys.store(0, 4));
    story.run('app', sys.store(6, 10));
    story.forget();
    return story;
  }

  test('MADV_REMOVE punches a hole in the file; its size stays', () => {
    const story = withGap(none);
    expect(story.run('app', sys.madviseRemove(1, 3))).toBe('ok');
    expect([0, 1, 2, 3].map((page) => extent(story, page))).toEqual(['mapped', 'hole', 'hole', 'mapped']);
    expect([size(story), pte(story, 1)]).toEqual([[12, 0], 'none']);
  });

  test('K52, K32 MADV_REMOVE waits for a pin with i_rwsem held and mmap_lock let go', () => {
    const story = withGap(gup);
    story.run('app', sys.attach(0, 1));
    const call = story.begin('app', sys.madviseRemove(2, 3));
    expect(story.drive('app')).toBe('asleep');
    expect(story.waitsFor('app')).toBe(`page_idle ${block(story, 0)}`);
    expect([story.holds('app', i_rwsem(1)), story.holds('app', mmap_lock(0))]).toEqual(['write', 'no']);
    expect(story.run('thread', sys.load(3))).toBe('ok');
    story.run('thread', sys.detach());
    expect(story.finish('app', call)).toBe('ok');
    expect(extent(story, 2)).toBe('hole');
  });

  test('MADV_REMOVE wants a shared mapping that may be written', () => {
    const story = withGap(none);
    story.run('app', sys.mprotect(0, 1, 'r-'));
    story.run('app', sys.mmapPrivate(20, 22));
    expect([story.run('app', sys.madviseRemove(0, 1)), story.run('app', sys.madviseRemove(20, 21))]).toEqual([
      'EACCES',
      'EACCES',
    ]);
    expect(extent(story, 0)).toBe('mapped');
  });

  test('MADV_REMOVE keeps the file while mmap_lock is let go, though the mapping goes', () => {
    const story = withGap(none);
    story.begin('app', sys.madviseRemove(1, 2));
    story.stepTo('app', memory === 'ext4_dax' ? 'inode_lock' : 'xfs_ilock IOLOCK_EXCL');
    story.run('thread', sys.munmap(0, 10));
    story.run('other', sys.unlink());
    expect(block(story, 0)).toBeGreaterThan(0);
    expect(story.drive('app')).toBe('done');
    expect(block(story, 0)).toBe(0);
  });

  test('K70, K76 FREE is refused on file mappings, PAGEOUT finds nothing to do and tells nobody', () => {
    const story = withGap(hmm_mirror);
    story.run('app', sys.attach(0, 4));
    story.run('app', sys.dmaWrite(0, 4));
    story.settle();
    story.forget();
    expect(story.run('app', sys.madviseFree(0, 4))).toBe('EINVAL');
    expect(story.run('app', sys.madvisePageout(0, 4))).toBe('ok');
    expect([story.events('inv_start'), devicePages(story), pte(story, 0)]).toEqual([[], 4, 'read-write']);
  });

  test.each([
    ['madvise_dontneed', sys.dontneed(2, 8)],
    ['madvise_pageout', sys.madvisePageout(2, 8)],
    ['madvise_dontfork', sys.madviseDontfork(2, 8)],
    ['madvise_remove', sys.madviseRemove(2, 8)],
    ['msync', sys.msync(2, 8)],
  ])('%s does what is mapped on both sides of a gap, then ENOMEM', (kind, op) => {
    const story = withGap(none);
    expect(story.run('app', op)).toBe('ENOMEM');
    if (kind === 'madvise_dontneed') expect([pte(story, 3), pte(story, 6)]).toEqual(['none', 'none']);
    if (kind === 'madvise_remove') expect([extent(story, 3), extent(story, 7)]).toEqual(['hole', 'hole']);
    if (kind === 'msync') expect([entry(story, 3).dirty, entry(story, 7).dirty]).toEqual([false, false]);
  });

  test('a gap at the start, at the end, and nothing mapped at all', () => {
    const story = withGap(none);
    const ranges: [number, number][] = [
      [4, 7],
      [9, 12],
      [4, 6],
      [6, 9],
    ];
    const results = (op: (from: number, to: number) => ReturnType<typeof sys.dontneed>): string[] =>
      ranges.map(([from, to]) => story.run('app', op(from, to)));
    const expected = ['ENOMEM', 'ENOMEM', 'ENOMEM', 'ok'];
    expect(results(sys.dontneed)).toEqual(expected);
    expect(results(sys.msync)).toEqual(expected);
  });
});

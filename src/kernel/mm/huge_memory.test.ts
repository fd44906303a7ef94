import { describe, expect, test } from 'vitest';
import type { Driver } from '../../drivers/driver.ts';
import { gup } from '../../drivers/gup.ts';
import { hmm_mirror } from '../../drivers/hmm_mirror.ts';
import { none } from '../../drivers/none.ts';
import * as sys from '../../run/fixtures/calls.ts';
import {
  block,
  content,
  devicePages,
  devicePte,
  entry,
  hugePmd,
  pfnAt,
  pte,
  references,
} from '../../run/fixtures/look.ts';
import { BOTH, file, type Memory, type Plot, Story, written } from '../../run/fixtures/story.ts';
import { TASK } from '../../machine/task.ts';
import { has_page_table, PTE_PMD } from './pgtable.ts';

/** A PMD of four pages: a file of 8 pages has two of them, at blocks 4 to 11. */
function huge(memory: Memory, driver: Driver = none, files: Plot['files'] = [written(8)]): Story {
  return new Story({ memory, driver, files, setup: { pmd_pages: 4 } });
}

/** Pages of [from, to) that are mapped by huge PMDs. */
const hugePages = (story: Story, from: number, to: number): number[] =>
  Array.from({ length: to - from }, (_, offset) => from + offset).filter((va) => hugePmd(story, va));

/** Notifications since `forget()`: event, first page, page after the last. */
const notified = (story: Story) => story.events('inv_start').map(({ event, from, to }) => [event, from, to]);

describe.each(BOTH)('%s', (memory) => {
  test('K45 one read fault maps a whole PMD read-only, one write fault makes it writable', () => {
    const story = huge(memory);
    story.run('app', sys.mmapShared(8, 16));
    story.run('app', sys.load(9));
    expect([hugePages(story, 8, 16), pte(story, 11), pfnAt(story, 11)]).toEqual([
      [8, 9, 10, 11],
      'read-only',
      block(story, 3),
    ]);
    story.run('app', sys.store(10));
    expect([hugePages(story, 8, 16), pte(story, 8)]).toEqual([[8, 9, 10, 11], 'read-write']);
    expect(story.events('dax_fault').map(({ pages, write }) => [pages, write])).toEqual([
      [3, false],
      [2, true],
    ]);
  });

  test('K14 the pages of a PMD have one entry: one lock, one dirty mark', () => {
    const story = huge(memory);
    story.run('app', sys.mmapShared(8, 16));
    story.run('app', sys.store(9));
    const dirty = { kind: 'block', dirty: true, locked: false };
    expect([0, 1, 2, 3].map((page) => entry(story, page))).toEqual([dirty, dirty, dirty, dirty]);
    expect(entry(story, 4).kind).toBe('absent');
  });

  test('K13, K198 a fault on another page of the PMD sleeps on the queue of its first page', () => {
    const story = huge(memory);
    story.run('app', sys.mmapShared(8, 16));
    story.begin('app', sys.store(9));
    story.stepTo('app', 'dax_insert_entry');
    const second = story.begin('thread', sys.store(11));
    expect([story.drive('thread'), story.waitsFor('thread')]).toEqual(['asleep', 'entry 1']);
    expect(story.k.m.tasks.get(story.task('thread'), TASK.wait_b)).toBe(0);
    story.drive('app');
    expect(story.finish('thread', second)).toBe('ok');
    expect(hugePages(story, 8, 16)).toEqual([8, 9, 10, 11]);
  });

  test.each([
    ['the VMA begins inside the PMD', sys.mmapShared(10, 16, { pgoff: 2 }), 11, 6],
    ['the VMA ends inside the PMD', sys.mmapShared(8, 11), 9, 8],
    ['address and page differ modulo the PMD', sys.mmapShared(9, 16), 13, 4],
    ['a private write copies page by page', sys.mmapPrivate(8, 16), 9, 8],
  ])('K45 falls back when %s', (_why, mmap, va, from) => {
    const story = huge(memory);
    story.run('app', mmap);
    expect(story.run('app', sys.store(va))).toBe('ok');
    expect(hugePages(story, from, 16)).toEqual([]);
    expect(pte(story, va)).toBe(mmap.kind === 'mmap' && mmap.shared ? 'read-write' : 'private copy');
    expect(pte(story, va + 1)).toBe('none');
  });

  test.each([
    ['the file ends inside the PMD', written(7), 13],
    ['the last page of the PMD is a hole', file(8, [{ from: 0, to: 7, state: 'written' }]), 13],
    ['its blocks are in two pieces', file(8, [{ from: 0, to: 2, state: 'written' }]), 9],
    ['its blocks are not aligned', file(8, [{ from: 1, to: 4, state: 'written' }]), 9],
  ] as const)('K45 falls back when %s', (_why, one, va) => {
    const story = huge(memory, none, [one]);
    story.run('app', sys.mmapShared(8, 16));
    expect(story.run('app', sys.load(va))).toBe('ok');
    expect([hugePages(story, 8, 16), pte(story, va)]).toEqual([[], 'read-only']);
  });

  test('K14 an entry of a single page beats a huge page, whoever made it', () => {
    const story = huge(memory);
    story.run('other', sys.mmapShared(9, 12, { pgoff: 1 }));
    story.run('other', sys.load(10));
    story.run('app', sys.mmapShared(8, 16));
    story.run('app', sys.load(8, 16));
    expect(hugePages(story, 8, 16)).toEqual([12, 13, 14, 15]);
    expect(pte(story, 9)).toBe('read-only');
  });

  test('K45 a page table that was made once keeps its PMD small until the last VMA of it is gone', () => {
    const story = huge(memory);
    story.run('other', sys.mmapShared(9, 12, { pgoff: 1 }));
    story.run('other', sys.load(10));
    story.run('app', sys.mmapShared(8, 16));
    story.run('app', sys.load(8));
    story.run('app', sys.punch(0, 1));
    story.run('app', sys.load(8, 12));
    expect([hugePages(story, 8, 12), has_page_table(story.k, 0, 8)]).toEqual([[], true]);
    story.run('other', sys.munmap(9, 12));
    story.run('app', sys.munmap(8, 16));
    expect(has_page_table(story.k, 0, 8)).toBe(false);
  });

  test('K4 a read of a PMD that is all hole maps the huge zero page; a write takes it back first', () => {
    const story = huge(memory, hmm_mirror, [file(8)]);
    story.run('app', sys.mmapShared(8, 16));
    story.run('app', sys.attach(8, 16));
    story.run('app', sys.dmaRead(9, 11));
    story.settle();
    expect([hugePages(story, 8, 16), pte(story, 8), entry(story, 3).kind]).toEqual([
      [8, 9, 10, 11],
      'zero page',
      'zero',
    ]);
    story.forget();
    story.run('app', sys.store(11));
    expect(notified(story)).toEqual([['CLEAR', 8, 12]]);
    expect([devicePages(story), hugePages(story, 8, 16), pte(story, 8)]).toEqual([
      0,
      [8, 9, 10, 11],
      'read-write',
    ]);
    // The blocks were allocated for the whole PMD, and lie as its pages do.
    expect(block(story, 0) % 4).toBe(0);
  });

  test('K14 a PTE fault takes an empty or zero PMD entry apart, and unmaps the huge zero page first', () => {
    const story = huge(memory, none, [file(8)]);
    story.run('other', sys.mmapShared(8, 16));
    story.run('other', sys.load(8));
    story.run('app', sys.mmapShared(9, 12, { pgoff: 1 }));
    story.run('app', sys.load(9));
    expect([pte(story, 8, 1), entry(story, 0).kind, entry(story, 1).kind]).toEqual([
      'none',
      'absent',
      'zero',
    ]);
  });

  test('K14 a PTE fault on a PMD entry with blocks keeps it, and dirties all of it', () => {
    const story = huge(memory);
    story.run('other', sys.mmapShared(8, 16));
    story.run('other', sys.store(8));
    story.run('other', sys.fsync());
    expect(entry(story, 3).dirty).toBe(false);
    story.run('app', sys.mmapShared(9, 12, { pgoff: 1 }));
    story.run('app', sys.store(9));
    expect([pte(story, 9), pte(story, 10), hugePmd(story, 9)]).toEqual(['read-write', 'none', false]);
    expect([0, 1, 2, 3].map((page) => entry(story, page).dirty)).toEqual([true, true, true, true]);
  });

  test('K45 zapping a part of a huge PMD drops all of it, with a notification of its own nested in the first', () => {
    const story = huge(memory, hmm_mirror);
    story.run('app', sys.mmapShared(8, 16));
    story.run('app', sys.store(8, 16));
    story.run('app', sys.attach(8, 16));
    story.run('app', sys.dmaWrite(8, 16));
    story.settle();
    expect(devicePages(story)).toBe(8);
    story.forget();
    story.run('app', sys.dontneed(10, 13));
    expect(notified(story)).toEqual([
      ['CLEAR', 10, 13],
      ['CLEAR', 8, 12],
      ['CLEAR', 12, 16],
    ]);
    expect([pte(story, 8), pte(story, 15), devicePages(story)]).toEqual(['none', 'none', 0]);
  });

  test('K52 a hole punched in the middle of a huge page unmaps all of it and takes its entry', () => {
    const story = huge(memory);
    story.run('app', sys.mmapShared(8, 16));
    story.run('app', sys.store(8, 12));
    story.run('other', sys.punch(1, 2));
    expect([pte(story, 8), entry(story, 0).kind, content(story, 0) > 0]).toEqual(['none', 'absent', true]);
    story.run('app', sys.load(8));
    expect([hugePmd(story, 8), pte(story, 8)]).toEqual([false, 'read-only']);
  });

  test('K49 a truncate inside a dirty huge page takes the dirty mark of the pages that stay; XFS flushes before', () => {
    const story = huge(memory);
    story.run('app', sys.mmapShared(8, 16));
    story.run('app', sys.store(8, 12));
    story.run('other', sys.truncate(2));
    const unflushed = (page: number): boolean =>
      story.k.media.get(0, block(story, page)) !== content(story, page);
    story.run('other', sys.fsync());
    expect([unflushed(0), entry(story, 0).kind]).toEqual([memory === 'ext4_dax', 'absent']);
    const lost = story.events('dirty_mark_lost').map(({ page, pages }) => [page, pages]);
    expect(lost).toEqual(memory === 'ext4_dax' ? [[0, 2]] : []);
  });

  test('K64, K178 fsync takes the right to write from the whole PMD in one notification', () => {
    const story = huge(memory, hmm_mirror);
    story.run('app', sys.mmapShared(8, 16));
    story.run('app', sys.attach(8, 16));
    story.run('app', sys.dmaWrite(9));
    story.settle();
    story.forget();
    story.run('other', sys.fsync());
    expect(notified(story)).toEqual([['PROTECTION_PAGE', 8, 12]]);
    expect([pte(story, 8), hugePmd(story, 11), devicePte(story, 9)]).toEqual(['read-only', true, 'none']);
    expect(story.events('flush').map(({ pages }) => pages)).toEqual([4]);
  });

  test('msync of one page flushes and protects the huge page it is in', () => {
    const story = huge(memory);
    story.run('app', sys.mmapShared(8, 16));
    story.run('app', sys.store(8, 16));
    story.forget();
    story.run('app', sys.msync(10));
    expect(story.events('flush').map(({ pfn, pages }) => [pfn, pages])).toEqual([[block(story, 0), 4]]);
    expect([pte(story, 8), pte(story, 12)]).toEqual(['read-only', 'read-write']);
  });

  test('K69 munmap of a part splits before it unmaps; a cut where no huge page could be tells nobody', () => {
    const story = huge(memory, hmm_mirror);
    story.run('app', sys.mmapShared(8, 16));
    story.run('app', sys.store(8, 16));
    story.run('app', sys.attach(8, 16));
    story.forget();
    story.run('app', sys.munmap(10, 16));
    expect(notified(story)).toEqual([
      ['CLEAR', 8, 12],
      ['UNMAP', 10, 16],
    ]);
    expect([pte(story, 8), pte(story, 12)]).toEqual(['none', 'none']);
  });

  test('K72 a huge PMD moves as it is to an address that agrees with it, else it is split', () => {
    const story = huge(memory, hmm_mirror);
    story.run('app', sys.mmapShared(8, 16));
    story.run('app', sys.store(8, 16));
    story.run('app', sys.attach(8, 16));
    story.forget();
    story.run('app', sys.mremap(8, 16, 32, 40));
    expect([notified(story)[0], hugePages(story, 32, 40).length]).toEqual([['UNMAP', 8, 16], 8]);
    expect(notified(story).filter(([event]) => event === 'CLEAR')).toEqual([]);
    story.forget();
    story.run('app', sys.mremap(32, 40, 49, 57));
    expect(notified(story).slice(0, 3)).toEqual([
      ['UNMAP', 32, 40],
      ['CLEAR', 32, 36],
      ['CLEAR', 36, 40],
    ]);
    expect(pte(story, 49)).toBe('none');
  });

  test('K102 the first private write splits a huge PMD and copies one page', () => {
    const story = huge(memory);
    story.run('app', sys.mmapPrivate(8, 16));
    story.run('app', sys.load(8));
    expect(hugePages(story, 8, 12)).toEqual([8, 9, 10, 11]);
    story.run('app', sys.store(9));
    expect([pte(story, 8), pte(story, 9), hugePages(story, 8, 12)]).toEqual(['none', 'private copy', []]);
  });

  test('K6 a pin of part of a huge page counts the pages it was asked for', () => {
    const story = huge(memory, gup);
    story.run('app', sys.mmapShared(8, 16));
    story.run('app', sys.attach(9, 11));
    const pinned = [0, 1, 2, 3].map((page) => references(story, block(story, page)) > 0);
    expect(pinned).toEqual([false, true, true, false]);
    story.begin('other', sys.punch(3, 4));
    expect([story.drive('other'), story.waitsFor('other')]).toEqual([
      'asleep',
      `page_idle ${block(story, 1)}`,
    ]);
  });

  test('K142 hmm_range_fault says that a page is part of a huge mapping, and fills what was asked for', () => {
    const story = huge(memory, hmm_mirror);
    story.run('app', sys.mmapShared(8, 16));
    story.run('app', sys.attach(8, 16));
    story.run('app', sys.dmaRead(9, 11));
    story.settle();
    expect(devicePages(story)).toBe(2);
    expect([hugePmd(story, 9), devicePte(story, 9), devicePte(story, 8)]).toEqual([
      true,
      'read-only',
      'none',
    ]);
    expect(story.k.device_ptes.get(0, 9) & PTE_PMD).toBe(PTE_PMD);
  });
});

test('in run grain a fault maps as many huge pages as are alike, and single pages where huge ones cannot be', () => {
  const plot = { memory: 'ext4_dax', driver: none, files: [written(18)] } as const;
  const story = new Story({ ...plot, setup: { pmd_pages: 4, grain: 'run', store: 'runs' } });
  story.run('app', sys.mmapShared(8, 26));
  story.run('app', sys.store(8, 26));
  expect(hugePages(story, 8, 26)).toHaveLength(16);
  expect([pte(story, 24), pte(story, 25), hugePmd(story, 24)]).toEqual(['read-write', 'read-write', false]);
  expect(story.events('dax_fault').map(({ page, pages }) => [page, pages])).toEqual([
    [0, 16],
    [16, 2],
  ]);
  story.run('app', sys.dontneed(9, 22));
  expect([pte(story, 8), pte(story, 23), hugePages(story, 8, 26)]).toEqual(['none', 'none', []]);
});

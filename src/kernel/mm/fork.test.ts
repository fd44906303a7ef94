import { describe, expect, test } from 'vitest';
import { gup } from '../../drivers/gup.ts';
import { hmm_mirror } from '../../drivers/hmm_mirror.ts';
import { none } from '../../drivers/none.ts';
import type { Driver } from '../../drivers/driver.ts';
import * as sys from '../../run/fixtures/calls.ts';
import { block, content, devicePages, pfnAt, pte, references } from '../../run/fixtures/look.ts';
import { BOTH, type Plot, Story, written } from '../../run/fixtures/story.ts';
import { i_mmap_rwsem, INODE, mmap_lock, SUB } from '../kernel.ts';
import { pte_pfn } from './pgtable.ts';

const CHILD = 2;

describe.each(BOTH)('%s', (memory) => {
  /** `app` has a `thread`; its fork makes `child`, which has address space 1. */
  function family(driver: Driver, more: Partial<Plot> = {}): Story {
    const tasks = { app: 0, thread: 0, child: 1, other: 2 };
    return new Story({ memory, driver, files: [written(16)], tasks, children: ['child'], ...more });
  }

  const fork = sys.fork(CHILD);

  test('K73 the child begins when the parent is in the call that made it, not before', () => {
    const story = family(none);
    expect(() => story.begin('child', sys.load(0))).toThrow('busy');
    story.run('app', sys.mmapShared(0, 4));
    const call = story.begin('app', fork);
    story.stepTo('app', 'wake_up_new_task');
    expect(() => story.begin('child', sys.load(0))).toThrow('busy');
    expect(story.finish('app', call)).toBe('ok');
    expect(story.run('child', sys.load(0))).toBe('ok');
    expect(story.run('app', fork)).toBe('EAGAIN');
  });

  test('K73 a shared mapping without anon_vma is not copied and tells nobody: the child faults', () => {
    const story = family(hmm_mirror);
    story.run('app', sys.mmapShared(0, 4));
    story.run('app', sys.store(0, 4));
    story.run('app', sys.attach(0, 4));
    story.run('app', sys.dmaRead(0, 4));
    story.settle();
    story.forget();
    story.run('app', fork);
    expect([story.events('inv_start'), devicePages(story)]).toEqual([[], 4]);
    expect([pte(story, 0), pte(story, 0, 1)]).toEqual(['read-write', 'none']);
    story.run('child', sys.load(0));
    expect([pte(story, 0, 1), pfnAt(story, 0, 1)]).toEqual(['read-only', pfnAt(story, 0)]);
  });

  test('K73 a private mapping without a copy in it is not copied either', () => {
    const story = family(none);
    story.run('app', sys.mmapPrivate(0, 4));
    story.run('app', sys.load(0, 4));
    story.run('app', fork);
    expect([pte(story, 0), pte(story, 0, 1)]).toEqual(['read-only', 'none']);
  });

  test('K73, K122 with one, PROTECTION_PAGE over the VMA of the parent, then both share it read-only', () => {
    const story = family(hmm_mirror);
    story.run('app', sys.mmapPrivate(2, 8));
    story.run('app', sys.store(3, 5));
    story.run('app', sys.load(6));
    story.run('app', sys.attach(2, 8));
    story.run('app', sys.dmaRead(3, 5));
    story.settle();
    story.forget();
    story.run('app', fork);
    expect(story.events('inv_start')).toMatchObject([{ mm: 0, from: 2, to: 8, event: 'PROTECTION_PAGE' }]);
    expect(story.eventTypes('callback_end', 'pte')[0]).toBe('callback_end');
    expect(devicePages(story)).toBe(0);
    // The page of the file that was mapped comes along; a page that was not, does not.
    expect([3, 6, 7].map((va) => pfnAt(story, va, 1))).toEqual([pfnAt(story, 3), pfnAt(story, 6), 0]);
    expect(references(story, pfnAt(story, 3))).toBe(2);
    story.run('app', sys.dmaRead(3));
    story.settle();
    expect(pte_pfn(story.k.device_ptes.get(0, 3))).toBe(pfnAt(story, 3));
  });

  test('K73, K74 whoever writes first gets a copy, the other writes in place', () => {
    const story = family(none);
    story.run('app', sys.mmapPrivate(0, 2));
    story.run('app', sys.store(0));
    const shared = pfnAt(story, 0);
    story.run('app', fork);
    story.run('child', sys.store(0));
    expect(pfnAt(story, 0)).toBe(shared);
    expect(pfnAt(story, 0, 1)).not.toBe(shared);
    story.forget();
    story.run('app', sys.store(0));
    expect([pfnAt(story, 0), references(story, shared)]).toEqual([shared, 1]);
    story.run('app', sys.load(0));
    story.run('child', sys.load(0));
    const [parents, childs] = story.events('private_access').filter(({ write }) => !write);
    expect(parents?.value).toBe(parents?.expected);
    expect(childs?.value).toBe(childs?.expected);
    expect(parents?.value).not.toBe(childs?.value);
  });

  test('K194 a page that is pinned is copied for the child at once; the parent stays on it', () => {
    const story = family(gup);
    story.run('app', sys.mmapPrivate(0, 2));
    story.run('app', sys.store(0, 2));
    story.run('app', sys.attach(0, 1));
    const pinned = pfnAt(story, 0);
    story.run('app', fork);
    expect([pfnAt(story, 0), pte_pfn(story.k.ptes.get(1, 0)) === pinned]).toEqual([pinned, false]);
    expect([references(story, pinned), references(story, pfnAt(story, 0, 1))]).toEqual([1025, 1]);
    // The one that is not pinned is shared.
    expect(pfnAt(story, 1, 1)).toBe(pfnAt(story, 1));
    story.run('app', sys.store(0));
    expect(pfnAt(story, 0)).toBe(pinned);
    story.run('app', sys.dmaWrite(0));
    story.settle();
    story.run('app', sys.load(0));
    const seen = story.events('private_access').at(-1);
    expect(seen?.value).toBe(story.events('private_access').find(({ device }) => device)?.value);
  });

  test('K73 a fast pin that meets the write-protecting gives back what it has and goes the slow way', () => {
    const story = family(gup);
    story.run('app', sys.mmapPrivate(0, 2));
    story.run('app', sys.store(0, 2));
    story.begin('thread', sys.attach(0, 2));
    story.stepTo('thread', 'try_grab_folio');
    story.begin('app', fork);
    story.stepTo('app', 'ptep_set_wrprotect');
    // fork has seen no pin of page 0: the thread takes it now, but must not keep it.
    story.stepTo('thread', 'read_seqcount_retry');
    expect(story.drive('thread')).toBe('asleep');
    expect(story.waitsFor('thread')).toBe('mmap_lock');
    expect(story.events('unpin').length).toBeGreaterThan(0);
    story.drive('app');
    expect(story.drive('thread')).toBe('done');
    // The slow way faulted for writing: what is pinned is the parent's own page.
    expect(pte_pfn(story.k.device_ptes.get(0, 0))).toBe(pfnAt(story, 0));
    expect(pfnAt(story, 0)).not.toBe(pfnAt(story, 0, 1));
  });

  test('K73 while it write-protects, a fast pin does not even begin', () => {
    const story = family(gup);
    story.run('app', sys.mmapPrivate(0, 2));
    story.run('app', sys.store(0, 2));
    story.begin('app', fork);
    story.stepTo('app', 'page_needs_cow_for_dma');
    story.begin('thread', sys.attach(0, 2));
    story.drive('thread');
    expect([story.waitsFor('thread'), story.events('pin')]).toEqual(['mmap_lock', []]);
  });

  test('K2, K30 both mmap_locks are held for write, and the rmap lock of each file in turn', () => {
    const story = family(none);
    story.run('app', sys.mmapShared(0, 4));
    story.begin('app', fork);
    story.stepTo('app', 'i_mmap_lock_write');
    expect([0, 1].map((mm) => story.holds('app', mmap_lock(mm)))).toEqual(['write', 'write']);
    story.begin('other', sys.truncate(2));
    story.stepTo('other', 'zap_pte_range');
    story.begin('thread', sys.load(0));
    expect([story.drive('thread'), story.drive('app')]).toEqual(['asleep', 'asleep']);
    expect([story.waitsFor('thread'), story.waitsFor('app')]).toEqual(['mmap_lock', 'i_mmap_rwsem']);
    expect(story.holds('other', i_mmap_rwsem(1))).toBe('read');
    story.drive('other');
    expect(story.drive('app')).toBe('done');
  });

  test('a zap between the two halves of a copy leaves nothing to copy and no reference behind', () => {
    const story = family(none);
    story.run('app', sys.mmapPrivate(0, 1));
    story.run('app', sys.store(0));
    const copy = pfnAt(story, 0);
    story.begin('app', fork);
    story.stepTo('app', 'ptep_set_wrprotect');
    story.run('other', sys.truncate(0));
    story.drive('app');
    expect([pte(story, 0), pte(story, 0, 1), references(story, copy)]).toEqual(['none', 'none', 0]);
  });

  test('MADV_DONTFORK keeps a range from the child; splits and rights come along', () => {
    const story = family(none);
    story.run('app', sys.mmapShared(0, 8));
    story.run('app', sys.madviseDontfork(2, 4));
    story.run('app', sys.mprotect(6, 8, 'r-'));
    story.run('app', fork);
    expect([0, 2, 3, 4, 6].map((va) => story.run('child', sys.load(va)))).toEqual([
      'ok',
      'EFAULT',
      'EFAULT',
      'ok',
      'ok',
    ]);
    expect([story.run('child', sys.store(5)), story.run('child', sys.store(6))]).toEqual(['ok', 'EFAULT']);
    expect(story.run('app', sys.store(2))).toBe('ok');
  });

  test('regions and subscriptions stay with the parent, through the exit of the child', () => {
    const story = family(hmm_mirror);
    story.run('app', sys.mmapShared(0, 4));
    story.run('app', sys.attach(0, 4));
    story.run('app', fork);
    expect(story.k.subs.get(0, SUB.mm)).toBe(0);
    story.forget();
    story.run('child', sys.load(0, 4));
    story.run('child', sys.munmap(0, 2));
    expect(story.events('inv_start')).toEqual([]);
    story.run('child', sys.exit);
    expect(story.dead('child')).toBe(true);
    story.run('app', sys.dmaRead(0));
    story.settle();
    expect(story.events('dma_end')).toMatchObject([{ ret: 0 }]);
  });

  test('K62 descriptors are inherited: a file without a name goes with the last of them', () => {
    const story = family(none);
    story.run('app', sys.open());
    story.run('app', fork);
    story.run('app', sys.unlink());
    story.run('app', sys.close());
    const pfn = block(story, 0);
    expect([pfn > 0, story.k.inodes.get(1, INODE.evicted)]).toEqual([true, 0]);
    story.run('child', sys.exit);
    expect([block(story, 0), story.k.inodes.get(1, INODE.evicted)]).toEqual([0, 1]);
  });

  test('a fork that finds no memory for a pinned page fails, and leaves nothing behind', () => {
    const story = family(gup, { setup: { anonPages: 1 } });
    story.run('app', sys.open());
    story.run('app', sys.mmapPrivate(0, 1));
    story.run('app', sys.store(0));
    story.run('app', sys.attach(0, 1));
    const refs = story.k.inodes.get(1, INODE.refs);
    expect(story.run('app', fork)).toBe('ENOMEM');
    expect([pte(story, 0), pte(story, 0, 1)]).toEqual(['private copy', 'none']);
    expect(story.k.inodes.get(1, INODE.refs)).toBe(refs);
    expect(story.k.inodes.get(1, INODE.nlink)).toBe(1);
    expect(() => story.begin('child', sys.load(0))).toThrow('busy');
    story.run('app', sys.detach());
    expect(story.run('app', fork)).toBe('ok');
  });

  test('copying follows the number of runs, not of pages', () => {
    const pages = 2 ** 20;
    const story = family(none, {
      files: [written(pages)],
      setup: { store: 'runs', grain: 'run', blocks: 2 ** 36, anonPages: 2 ** 30 },
    });
    story.run('app', sys.mmapPrivate(0, pages));
    story.run('app', sys.store(0, pages));
    story.run('app', fork);
    story.run('child', sys.store(8, pages));
    expect(story.events('private_copy_moved')).toMatchObject([{ va: 8, pages: pages - 8, pinned: false }]);
    expect([pfnAt(story, 7, 1), content(story, 0)]).toEqual([pfnAt(story, 7), content(story, 1)]);
  });
});

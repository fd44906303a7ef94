/**
 * madvise(2). Models mm/madvise.c of 6.1 for file VMAs.
 *
 * The range is walked VMA by VMA. What is not mapped is passed over, and the call then ends with -ENOMEM after it has done
 * the rest; an error of one VMA ends it at once (madvise_walk_vmas()). MADV_REMOVE punches a hole in the file with
 * mmap_lock let go, so that it waits for pins as fallocate(2) does.
 *
 * MADV_COLD and MADV_PAGEOUT look for pages on the LRU. fsdax pages are on none, and the model has no swap to which private
 * copies could go, so both change nothing and tell no notifier (K70, K76). MADV_FREE wants anonymous VMAs.
 *
 * Left out: the other kinds of advice, userfaultfd, VM_LOCKED.
 */
import { EACCES, EINVAL, ENOMEM } from '../errno.ts';
import { MMU_NOTIFY_CLEAR } from '../event.ts';
import { evict_unused_inodes } from '../fs/evict.ts';
import type { RangeLocals } from '../fs/filesystem.ts';
import { inode_get, inode_put } from '../fs/inode.ts';
import { type Kernel, mmap_lock, path, VMA } from '../kernel.ts';
import type { Entry, Path, Steps } from '../../machine/program.ts';
import { unmap_single_vma } from './huge_memory.ts';
import { split_vmas_at } from './mmap.ts';
import { mmu_notifier_invalidate_range_end, mmu_notifier_invalidate_range_start } from './mmu_notifier.ts';
import { find_vma, first_vma, linear_page_index, NO_VMA } from './vma.ts';
import { reclaim_pages } from './vmscan.ts';

const WALK_LOCALS = [
  'mm',
  'from',
  'to',
  'vma',
  'start',
  'end',
  'inode',
  'first',
  'last',
  'gap',
  'error',
] as const;
type WalkLocal = (typeof WALK_LOCALS)[number];

/** The next VMA of [from, to): the part of it that is meant, and where the walk goes on. */
function next_vma(k: Kernel, f: Record<WalkLocal, number>): void {
  f.vma = first_vma(k, f.mm, f.from, f.to, false);
  if (f.vma === NO_VMA) {
    f.gap = 1;
    return;
  }
  f.start = Math.max(f.from, k.vmas.get(f.vma, VMA.start));
  f.end = Math.min(f.to, k.vmas.get(f.vma, VMA.end));
  if (f.start > f.from) f.gap = 1;
  f.from = f.end;
}

/** madvise_walk_vmas() with mmap_lock held, for write when `write`; `visit` deals with [start, end) of `vma`. */
function madviseWalk(
  name: string,
  write: boolean,
  visit: (steps: Steps<Kernel, WalkLocal>) => readonly Entry<Kernel>[],
): Path<Kernel, 'mm' | 'from' | 'to'> {
  return path(name, WALK_LOCALS, (steps) => {
    const { act, mark, branch, down_read, down_write, up, ret } = steps;
    return [
      write
        ? down_write('mmap_write_lock', (_k, f) => mmap_lock(f.mm))
        : down_read('mmap_read_lock', (_k, f) => mmap_lock(f.mm)),
      mark('next'),
      act('next VMA', next_vma),
      branch('no more VMAs', (_k, f) => f.vma === NO_VMA, 'done'),
      ...visit(steps),
      branch('more', (_k, f) => f.error === 0 && f.from < f.to, 'next'),
      mark('done'),
      up('mmap_unlock', (_k, f) => mmap_lock(f.mm)),
      ret((_k, f) => f.error || (f.gap === 1 ? -ENOMEM : 0)),
    ];
  });
}

/** MADV_DONTNEED: the page tables let go, private copies are gone, the file keeps its data (K70). */
export const madvise_dontneed = madviseWalk('madvise_dontneed', false, ({ call, label }) => [
  call(mmu_notifier_invalidate_range_start, (_k, f, callee) => {
    callee.mm = f.mm;
    callee.start = f.start;
    callee.end = f.end;
    callee.event = MMU_NOTIFY_CLEAR;
  }),
  call(
    unmap_single_vma,
    (_k, f, callee) => {
      callee.mm = f.mm;
      callee.start = f.start;
      callee.end = f.end;
      callee.even_cows = 1;
    },
    'zap_page_range_single',
  ),
  label('mmu_notifier_invalidate_range_end', 'K70', (k, f) => {
    mmu_notifier_invalidate_range_end(k, f.mm, f.start, f.end);
  }),
]);

/** MADV_FREE of a VMA that has a file: refused. */
export const madvise_free = madviseWalk('madvise_free', false, ({ act }) => [
  act('vma_is_anonymous', (_k, f) => {
    f.error = -EINVAL;
  }),
]);

/** MADV_PAGEOUT: finds no page of a DAX file on the LRU; folios of the page cache that nobody else maps are reclaimed. */
export const madvise_pageout = madviseWalk('madvise_pageout', false, ({ branch, call, mark }) => [
  branch('no folio_test_lru', (k) => k.fs.dax, 'visited'),
  call(reclaim_pages, (k, f, callee) => {
    callee.vma = f.vma;
    callee.inode = k.vmas.get(f.vma, VMA.inode);
    callee.from = linear_page_index(k, f.vma, f.start);
    callee.to = callee.from + f.end - f.start;
  }),
  mark('visited'),
]);

/** MADV_REMOVE: fallocate(PUNCH_HOLE | KEEP_SIZE) of the file, mmap_lock let go meanwhile. */
export const madvise_remove = madviseWalk(
  'madvise_remove',
  false,
  ({ act, branch, mark, invoke, call, up, down_read }) => [
    act('VM_SHARED and VM_WRITE', (k, f) => {
      f.inode = k.vmas.get(f.vma, VMA.inode);
      const allowed = k.vmas.get(f.vma, VMA.shared) === 1 && k.vmas.get(f.vma, VMA.writable) === 1;
      f.error = allowed ? 0 : -EACCES;
    }),
    branch('refused', (_k, f) => f.error < 0, 'visited'),
    act('get_file', (k, f) => {
      f.first = linear_page_index(k, f.vma, f.start);
      f.last = f.first + f.end - f.start;
      inode_get(k, f.inode);
    }),
    up('mmap_read_unlock', (_k, f) => mmap_lock(f.mm)),
    invoke<RangeLocals | 'keep_size'>(
      'vfs_fallocate',
      (k) => k.fs.fallocate.punch,
      (_k, f, callee) => {
        callee.inode = f.inode;
        callee.start_page = f.first;
        callee.end_page = f.last;
        callee.keep_size = 1;
      },
    ),
    act('fput', (k, f) => {
      f.error = k.ret;
      inode_put(k, f.inode);
    }),
    call(evict_unused_inodes, () => undefined),
    down_read('mmap_read_lock again', (_k, f) => mmap_lock(f.mm)),
    mark('visited'),
  ],
);

/** MADV_DONTFORK: a child gets no copy of these pages (VM_DONTCOPY). */
export const madvise_dontfork = madviseWalk('madvise_dontfork', true, ({ act, call }) => [
  call(split_vmas_at, (_k, f, callee) => {
    callee.mm = f.mm;
    callee.from = f.start;
    callee.to = f.end;
  }),
  act('madvise_update_vma', (k, f) => {
    k.vmas.set(find_vma(k, f.mm, f.start), VMA.dontcopy, 1);
  }),
]);

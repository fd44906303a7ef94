/**
 * Copy on write of shared blocks.
 *
 * Models fs/xfs/xfs_reflink.c of 6.1 as the DAX write paths use it (K60): xfs_reflink_allocate_cow() takes a new block into
 * the CoW fork, dax_iomap_cow_copy() copies, xfs_reflink_end_cow() lets the file's map show the copy and gives the old
 * block up. Of the copy nothing is flushed: until the next fsync it is in the cache only, while the new map can commit
 * before that.
 *
 * Left out: preallocation in the CoW fork (cowextsize, 32 blocks unless it is set: K60), always_cow mounts.
 */
import { visitRuns } from '../../machine/store.ts';
import { EIO, ENOSPC } from '../errno.ts';
import type { Kernel } from '../kernel.ts';
import { has_bad_block } from './bad_blocks.ts';
import { EXT_PFN } from './block_owner.ts';
import { forget_promises } from './content.ts';
import { allocate_hole, drop_blocks, EXT_MAPPED, EXT_UNWRITTEN, ext_mapped, ext_pfn } from './extent.ts';
import { mark_inode_dirty } from './inode.ts';

/** True when the block of this page is shared: a write must not land in it. */
export function page_is_shared(k: Kernel, inode: number, page: number): boolean {
  const extent = k.extents.get(inode, page);
  return ext_mapped(extent) && k.block_shares.get(0, ext_pfn(extent)) > 0;
}

/** The end of the pages from `page` on, within one run of the block map, that are all shared alike. */
export function alike_in_sharing(k: Kernel, inode: number, page: number, limit: number): number {
  const extent = k.extents.get(inode, page);
  if (!ext_mapped(extent)) return limit;
  const pfn = ext_pfn(extent);
  return page + k.block_shares.runEnd(0, pfn, pfn + limit - page) - pfn;
}

/** The first page of [page, limit) whose block is shared, or `limit`. */
export function next_shared_page(k: Kernel, inode: number, page: number, limit: number): number {
  let at = page;
  while (at < limit && !page_is_shared(k, inode, at))
    at = alike_in_sharing(k, inode, at, k.extents.runEnd(inode, at, limit));
  return Math.min(at, limit);
}

/** The end of the shared pages from `page` on that one extent covers. */
export const shared_end = (k: Kernel, inode: number, page: number, limit: number): number =>
  alike_in_sharing(k, inode, page, k.extents.runEnd(inode, page, limit));

/**
 * xfs_reflink_allocate_cow(): [page, end) have blocks in the CoW fork. False: no space, and none is kept. Blocks that were
 * there already are taken without a transaction; for new ones xfs_bmapi_finish() logs the inode (K60).
 */
export function stage_copy(k: Kernel, inode: number, page: number, end: number): boolean {
  for (let at = page; at < end;) {
    const stop = k.cow_fork.runEnd(inode, at, end);
    const staged = k.cow_fork.get(inode, at) !== 0;
    if (!staged && !allocate_hole(k, k.cow_fork, inode, at, stop, EXT_UNWRITTEN)) {
      cancel_cow(k, inode, page, end);
      return false;
    }
    at = stop;
  }
  return true;
}

/** xfs_reflink_cancel_cow_range(). */
export function cancel_cow(k: Kernel, inode: number, page: number, end: number): void {
  visitRuns(k.cow_fork, inode, page, end, (from, to, extent) => {
    k.cow_fork.setRange(inode, from, to, 0);
    drop_blocks(k, inode, from, ext_pfn(extent), to - from);
  });
}

/** dax_iomap_cow_copy() of whole pages: what the file's blocks hold is in the CoW fork's too, not flushed. */
export function copy_staged(k: Kernel, inode: number, page: number, end: number): void {
  visitRuns(k.cow_fork, inode, page, end, (from, to, staged) => {
    visitRuns(k.extents, inode, from, to, (first, last, extent) => {
      copy_content(k, ext_pfn(extent), ext_pfn(staged) + first - from, last - first);
    });
    k.spend('copy_page', to - from);
  });
}

function copy_content(k: Kernel, source: number, target: number, pages: number): void {
  for (let offset = 0; offset < pages;) {
    const end = k.data.runEnd(0, source + offset, source + pages) - source;
    k.data.setRange(0, target + offset, target + end, k.data.get(0, source + offset));
    offset = end;
  }
}

/** True when a block that [page, end) would be copied from cannot be read. */
export function source_is_bad(k: Kernel, inode: number, page: number, end: number): boolean {
  let bad = false;
  visitRuns(k.extents, inode, page, end, (from, to, extent) => {
    bad ||= has_bad_block(k, ext_pfn(extent), to - from);
  });
  return bad;
}

/**
 * xfs_reflink_end_cow(): the file's map shows the CoW fork's blocks of [page, end), and the old ones lose an owner. What
 * fsync promised of these pages ends here: the copy is newer than the medium.
 */
export function end_cow(k: Kernel, inode: number, page: number, end: number): void {
  const old: [number, number, number][] = [];
  visitRuns(k.cow_fork, inode, page, end, (from, to, staged) => {
    visitRuns(k.extents, inode, from, to, (first, last, extent) => old.push([first, last, extent]));
    k.extents.setRange(inode, from, to, staged - EXT_UNWRITTEN + EXT_MAPPED);
    k.cow_fork.setRange(inode, from, to, 0);
  });
  for (const [first, last, extent] of old)
    drop_blocks(k, inode, first, Math.floor(extent / EXT_PFN), last - first);
  forget_promises(k, inode, page, end);
  mark_inode_dirty(k, inode);
  k.spend('block_map');
}

/**
 * A write that does not fault: the shared pages of [from, to) get copies of their own at once. The caller holds the
 * locks that keep every other writer of the block map away. -ENOSPC, or -EIO for a block that cannot be read.
 */
export function cow_range(k: Kernel, inode: number, from: number, to: number): number {
  for (let page = from; page < to;) {
    const end = alike_in_sharing(k, inode, page, k.extents.runEnd(inode, page, to));
    const error = page_is_shared(k, inode, page) ? cow_now(k, inode, page, end) : 0;
    if (error < 0) return error;
    page = end;
  }
  return 0;
}

function cow_now(k: Kernel, inode: number, page: number, end: number): number {
  if (source_is_bad(k, inode, page, end)) return -EIO;
  if (!stage_copy(k, inode, page, end)) return -ENOSPC;
  copy_staged(k, inode, page, end);
  end_cow(k, inode, page, end);
  return 0;
}

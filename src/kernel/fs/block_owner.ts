/**
 * Who a block belongs to, when it can belong to more than one page of a file.
 *
 * Models the reference counts and the reverse map of XFS of 6.1 (fs/xfs/libxfs/xfs_refcount.c, xfs_rmap.c). `block_shares`
 * counts the pages of files that a block belongs to beyond the first. `block_state` and `block_index` name one owner; when
 * that one lets go, another takes its place. The reverse map is not stored: the rare questions to it look through the
 * block maps, and a block that nobody shares answers from its one owner.
 *
 * Left out: owners other than files (metadata, CoW staging), the transactions that keep the trees in step.
 */
import { changeRuns, visitRuns } from '../../machine/store.ts';
import type { Kernel } from '../kernel.ts';
import { dax_to_pfn } from './dax.ts';

/** Factor of the block number in an entry of a block map. */
export const EXT_PFN = 4;
/** block_state of a block that can be taken. */
export const BLOCK_FREE = 0;
/** block_state of a block that belongs to a file: this + inode. */
export const BLOCK_OWNED = 2;

/** The inode that a block is counted for, or -1 when it belongs to no file. */
export function block_owner(k: Kernel, pfn: number): number {
  return Math.max(-1, k.block_state.get(0, pfn) - BLOCK_OWNED);
}

/** True when the block at `pfn`, or the frame of the page cache, is the one that holds this page of the file now. */
export function holds_page(k: Kernel, pfn: number, inode: number, page: number): boolean {
  if (!k.fs.dax) return pfn > 0 && dax_to_pfn(k.i_pages.get(inode, page)) === pfn;
  return pfn > 0 && Math.floor(k.extents.get(inode, page) / EXT_PFN) === pfn;
}

/** True when more than one page of files has the block (xfs_reflink_trim_around_shared). */
export const is_shared = (k: Kernel, pfn: number): boolean => k.block_shares.get(0, pfn) > 0;

/** True when any of [pfn, pfn + pages) is shared. */
export function any_shared(k: Kernel, pfn: number, pages: number): boolean {
  return k.block_shares.nextNonZero(0, pfn, pfn + pages) < pfn + pages;
}

/** One more page of a file has each block of [pfn, pfn + pages) (xfs_refcount_increase_extent). */
export function share_blocks(k: Kernel, pfn: number, pages: number): void {
  changeRuns(k.block_shares, 0, pfn, pfn + pages, (shares) => shares + 1);
}

/** Names the one owner that [pfn, pfn + pages) are counted for: pages of `inode` from `page` on. */
export function set_owner(k: Kernel, inode: number, page: number, pfn: number, pages: number): void {
  k.block_state.setRange(0, pfn, pfn + pages, BLOCK_OWNED + inode);
  k.block_index.setRange(0, pfn, pfn + pages, page + 1);
}

type OwnerVisit = (inode: number, page: number, pfn: number, pages: number) => void;

/**
 * Calls `visit` for each run of pages of files that [pfn, pfn + pages) belong to, every owner of a shared block included
 * (xfs_rmap_query_range). The last file first.
 */
export function visit_owners(k: Kernel, pfn: number, pages: number, visit: OwnerVisit): void {
  if (any_shared(k, pfn, pages)) {
    visit_block_maps(k, pfn, pages, visit);
    return;
  }
  for (let at = pfn; at < pfn + pages;) {
    const limit = Math.min(
      k.block_state.runEnd(0, at, pfn + pages),
      k.block_index.runEnd(0, at, pfn + pages),
    );
    const inode = block_owner(k, at);
    if (inode > 0) visit(inode, k.block_index.get(0, at) - 1, at, limit - at);
    at = limit;
  }
}

function visit_block_maps(k: Kernel, pfn: number, pages: number, visit: OwnerVisit): void {
  for (let inode = k.inodeCount; inode > 0; inode--) {
    visitRuns(k.extents, inode, 0, k.llong_max_pages, (page, end, extent) => {
      const first = Math.floor(extent / EXT_PFN);
      const from = Math.max(first, pfn);
      const to = Math.min(first + end - page, pfn + pages);
      if (from < to) visit(inode, page + from - first, from, to - from);
    });
  }
}

/**
 * A file has let go of shared blocks [pfn, pfn + pages), and its block map no longer shows them: each has one owner less
 * and is counted for one that is left (xfs_refcount_decrease_extent).
 */
export function unshare_blocks(k: Kernel, pfn: number, pages: number): void {
  visit_block_maps(k, pfn, pages, (inode, page, at, length) => {
    set_owner(k, inode, page, at, length);
  });
  changeRuns(k.block_shares, 0, pfn, pfn + pages, (shares) => shares - 1);
}

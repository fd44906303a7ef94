/**
 * The block map of a file and the block allocator.
 *
 * Models what ext4 extents and XFS bmbt records mean (K16): a page of a file is a hole, unwritten (allocated, reads
 * as zeros) or mapped. A freed block is not reusable before the transaction that freed it commits (K17). First
 * fit: the lowest reusable block is taken, so that a freed block is soon somebody else's.
 *
 * Whether a huge page can be mapped hangs on how blocks lie. The rule here is large_allocations_are_aligned: what holds a
 * whole PMD of the file gets one run of blocks that agrees with the pages modulo `pmd_pages`, wherever one is free; all
 * else is first fit. Real allocators align large allocations only sometimes: ext4 when its request is normalised to a
 * free buddy of that size, XFS with an extent size hint or a stripe.
 *
 * A block that files share (XFS) is freed when the last of them lets go of it (block_owner.ts).
 *
 * Left out: delayed allocation (DAX has none), extent tree blocks, reserves.
 */
import { changeRuns, type PageMap, visitRuns } from '../../machine/store.ts';
import { COUNTER, INODE, type Kernel, WAIT } from '../kernel.ts';
import { referenced_pages } from '../mm/page.ts';
import { pmd_end } from '../mm/pgtable.ts';
import { BLOCK_FREE, BLOCK_OWNED, EXT_PFN, unshare_blocks } from './block_owner.ts';
import { clear_bad_blocks } from './bad_blocks.ts';
import { forget_promises, persist_blocks, write_blocks } from './content.ts';
import { mark_inode_dirty } from './inode.ts';

export const EXT_UNWRITTEN = 1;
export const EXT_MAPPED = 2;

/** Values of block_state; an owned block is BLOCK_OWNED + inode. */
export const BLOCK_FREED = 1;
export { BLOCK_FREE, BLOCK_OWNED };

export const ext_pfn = (extent: number): number => Math.floor(extent / EXT_PFN);
export const ext_mapped = (extent: number): boolean => (extent & 3) === EXT_MAPPED;

/** Gives every hole of [from, to) blocks in state `state`; zeroes them when they become readable. False: no space. */
export function allocate_range(k: Kernel, inode: number, from: number, to: number, state: number): boolean {
  for (let page = from; page < to;) {
    const end = k.extents.runEnd(inode, page, to);
    if (k.extents.get(inode, page) === 0 && !allocate_hole(k, k.extents, inode, page, end, state))
      return false;
    page = end;
  }
  return true;
}

/**
 * large_allocations_are_aligned: the first free blocks that take all of [from, to) at once and lie as the pages do modulo
 * `pmd_pages`, or 0 when the range holds no whole PMD or no such blocks are free.
 */
function aligned_blocks(k: Kernel, from: number, to: number): number {
  const { blocks, pmd_pages } = k.options;
  if (pmd_end(k, from) + pmd_pages > to) return 0;
  for (let pfn = 1; pfn <= blocks; pfn = k.block_state.runEnd(0, pfn, blocks + 1)) {
    if (k.block_state.get(0, pfn) !== BLOCK_FREE) continue;
    const first = pfn + ((((from - pfn) % pmd_pages) + pmd_pages) % pmd_pages);
    if (first + to - from <= k.block_state.runEnd(0, pfn, blocks + 1)) return first;
  }
  return 0;
}

/** Gives [from, to) of a block map (the file's, or its CoW fork) new blocks. False: no space, some may have been taken. */
export function allocate_hole(
  k: Kernel,
  fork: PageMap,
  inode: number,
  from: number,
  to: number,
  state: number,
): boolean {
  const limit = k.options.blocks + 1;
  const aligned = fork === k.extents ? aligned_blocks(k, from, to) : 0;
  for (let page = from, pfn = Math.max(1, aligned); page < to;) {
    while (pfn < limit && k.block_state.get(0, pfn) !== BLOCK_FREE) pfn = k.block_state.runEnd(0, pfn, limit);
    if (pfn >= limit) return false;
    const pages = Math.min(to - page, k.block_state.runEnd(0, pfn, limit) - pfn);
    take_blocks(k, fork, inode, page, pfn, pages, state);
    page += pages;
    pfn += pages;
  }
  return true;
}

function take_blocks(
  k: Kernel,
  fork: PageMap,
  inode: number,
  page: number,
  pfn: number,
  pages: number,
  state: number,
): void {
  k.block_state.setRange(0, pfn, pfn + pages, BLOCK_OWNED + inode);
  k.block_index.setRange(0, pfn, pfn + pages, page + 1);
  fork.setRange(inode, page, page + pages, pfn * EXT_PFN + state);
  if (state === EXT_MAPPED) zero_blocks(k, pfn, pages);
  mark_inode_dirty(k, inode);
  k.spend('block_map');
  k.emit({ type: 'blocks_allocated', inode, page, pages, pfn });
}

function zero_blocks(k: Kernel, pfn: number, pages: number): void {
  clear_bad_blocks(k, pfn, pages);
  write_blocks(k, pfn, pages, 0, 0, 4096);
  persist_blocks(k, pfn, pages);
  k.spend('copy_page', pages);
}

/** iomap_begin for a DAX write: [from, to) ends mapped and written; new blocks read as zeros (K42). False: no space. */
export function allocate_written(k: Kernel, inode: number, from: number, to: number): boolean {
  if (!allocate_range(k, inode, from, to, EXT_MAPPED)) return false;
  visitRuns(k.extents, inode, from, to, (page, end, extent) => {
    if (ext_mapped(extent)) return;
    zero_blocks(k, ext_pfn(extent), end - page);
    k.extents.setRange(inode, page, end, extent - EXT_UNWRITTEN + EXT_MAPPED);
    mark_inode_dirty(k, inode);
  });
  return true;
}

/** Mapped extents of [from, to) become unwritten in place: they read as zeros (ext4 ZERO_RANGE, K53). */
export function convert_to_unwritten(k: Kernel, inode: number, from: number, to: number): void {
  changeRuns(k.extents, inode, from, to, (extent) =>
    ext_mapped(extent) ? extent - EXT_MAPPED + EXT_UNWRITTEN : extent,
  );
  content_forgotten(k, inode, from, to);
}

/** The file's pages [from, to) read as zeros from here on. */
function content_forgotten(k: Kernel, inode: number, from: number, to: number): void {
  forget_promises(k, inode, from, to);
  mark_inode_dirty(k, inode);
}

/** ext4_ext_remove_space(), xfs_bunmapi(): [from, to) become holes that read as zeros. */
export function free_range(k: Kernel, inode: number, from: number, to: number): void {
  unmap_extents(k, inode, from, to);
  content_forgotten(k, inode, from, to);
}

/** Takes [from, to) out of the file's map; blocks of nobody else wait for a commit (K17). */
export function unmap_extents(k: Kernel, inode: number, from: number, to: number): void {
  visitRuns(k.extents, inode, from, to, (page, end, extent) => {
    k.extents.setRange(inode, page, end, 0);
    drop_blocks(k, inode, page, ext_pfn(extent), end - page);
    k.spend('block_map');
  });
}

/** Blocks that the file's map no longer shows: those that nobody else shares are free once this commits (K17). */
export function drop_blocks(k: Kernel, inode: number, page: number, pfn: number, pages: number): void {
  for (let at = pfn; at < pfn + pages;) {
    const end = k.block_shares.runEnd(0, at, pfn + pages);
    if (k.block_shares.get(0, at) > 0) unshare_blocks(k, at, end - at);
    else free_blocks(k, inode, page + at - pfn, at, end - at);
    at = end;
  }
}

function free_blocks(k: Kernel, inode: number, page: number, pfn: number, pages: number): void {
  const referenced = referenced_pages(k, pfn, pages);
  k.block_state.setRange(0, pfn, pfn + pages, BLOCK_FREED);
  k.block_index.setRange(0, pfn, pfn + pages, 0);
  k.owed.setRange(0, pfn, pfn + pages, 0);
  k.counters.set(0, COUNTER.freed, k.counters.get(0, COUNTER.freed) + pages);
  k.emit({ type: 'blocks_freed', inode, page, pages, pfn, referenced });
  k.m.queues.wakeAll(WAIT.journal, 0, 0);
}

/** Moves the extents of [from, end of file) by `by` pages. */
export function shift_extents(k: Kernel, inode: number, from: number, by: number): void {
  const runs: [number, number, number][] = [];
  visitRuns(k.extents, inode, from, k.llong_max_pages, (page, end, extent) => runs.push([page, end, extent]));
  k.extents.setRange(inode, from, k.llong_max_pages, 0);
  for (const [page, end, extent] of runs) {
    k.extents.setRange(inode, page + by, end + by, extent);
    move_owner(k, inode, page, page + by, ext_pfn(extent), end - page);
  }
  content_forgotten(k, inode, Math.min(from, from + by), k.llong_max_pages);
  k.emit({ type: 'blocks_moved', inode });
}

/** Blocks that are counted for pages of this file at `page` are now at `to`; a sharer's stay as they are. */
function move_owner(k: Kernel, inode: number, page: number, to: number, pfn: number, pages: number): void {
  for (let at = pfn; at < pfn + pages;) {
    const end = Math.min(k.block_state.runEnd(0, at, pfn + pages), k.block_index.runEnd(0, at, pfn + pages));
    const mine =
      k.block_state.get(0, at) === BLOCK_OWNED + inode && k.block_index.get(0, at) === page + at - pfn + 1;
    if (mine) k.block_index.setRange(0, at, end, to + at - pfn + 1);
    at = end;
  }
}

/** True when the inode has no blocks at all. */
export function has_no_extents(k: Kernel, inode: number): boolean {
  return k.extents.nextNonZero(inode, 0, k.llong_max_pages) === k.llong_max_pages;
}

/** Allocated blocks of a file, in pages. */
export function block_count(k: Kernel, inode: number): number {
  let blocks = 0;
  visitRuns(k.extents, inode, 0, k.llong_max_pages, (page, end) => {
    blocks += end - page;
  });
  return blocks;
}

/** Forgets that the inode's metadata is newer than its last commit. */
export function clear_inode_dirty(k: Kernel, inode: number): void {
  k.inodes.set(inode, INODE.dirty, 0);
}

/**
 * The page cache of a file that is not on DAX: folios, their lock, and how they get in and out. Models mm/filemap.c and
 * include/linux/pagemap.h of 6.1.
 *
 * A folio is an entry of the file's i_pages, as a DAX entry is (fs/dax.ts): its frame, its lock, the dirty tags and its
 * order. The page cache holds one reference to each of its frames; whoever pins one holds more, and keeps the frame, but
 * not its place in the file (K228). What the frame holds is newer than the block behind it until it is written back.
 *
 * Left out: readahead and fault-around (a folio comes in when it is asked for), the LRU's order, references of page tables
 * (nothing takes a mapped folio out), PG_writeback (a folio that is being written stays locked), errors of the medium.
 */
import { changeRuns, visitRuns } from '../../machine/store.ts';
import { ENOMEM, VM_FAULT_SIGBUS } from '../errno.ts';
import { BLOCK_OWNED } from '../fs/block_owner.ts';
import {
  change_flags,
  dax_entry_end,
  dax_entry_start,
  dax_is_locked,
  dax_lock_entries,
  dax_to_pfn,
  dax_unlock_entries,
  dax_wake_entries,
  entry_key,
  make_folio_entry,
  PAGECACHE_TAG_DIRTY,
} from '../fs/dax.ts';
import { ext_mapped, ext_pfn } from '../fs/extent.ts';
import { size_in_pages } from '../fs/inode.ts';
import { invalidate_lock, type Kernel, path, VMA } from '../kernel.ts';
import { copy_pages, is_cache_pfn, page_ref_sub } from './page.ts';
import { pte_anon } from './pgtable.ts';
import { next_in_i_mmap, NO_VMA, vma_range } from './vma.ts';

/** Frames that nobody has, with the page cache's reference: at most `pages` in a row; none when memory is used up. */
function filemap_alloc_folio(k: Kernel, pages: number): { readonly pfn: number; readonly pages: number } {
  const first = k.options.blocks + k.options.anonPages + 1;
  const limit = first + k.options.cachePages;
  for (let pfn = first; pfn < limit; pfn = k.refcount.runEnd(0, pfn, limit)) {
    if (k.refcount.get(0, pfn) !== 0) continue;
    const end = Math.min(pfn + pages, k.refcount.runEnd(0, pfn, limit));
    k.refcount.setRange(0, pfn, end, 1);
    return { pfn, pages: end - pfn };
  }
  return { pfn: 0, pages: 0 };
}

/** filemap_add_folio() of [page, page + pages) at `pfn`: folio->mapping and folio->index, and the entries. */
function add_folios(k: Kernel, inode: number, page: number, pages: number, pfn: number, order: number): void {
  k.block_state.setRange(0, pfn, pfn + pages, BLOCK_OWNED + inode);
  k.block_index.setRange(0, pfn, pfn + pages, page + 1);
  k.i_pages.setRange(inode, page, page + pages, make_folio_entry(pfn, order));
}

/**
 * Folios for [page, end), where there are none, each uptodate with what its block holds (filemap_read_folio()). False: no
 * memory for all of them. `order` above 0: folios of that many pages, if so many lie free in a row, else single ones.
 */
export function read_cache_folios(k: Kernel, inode: number, page: number, end: number, order = 0): boolean {
  for (let at = page; at < end;) {
    const { pfn, pages } = filemap_alloc_folio(k, end - at);
    if (pages === 0) return false;
    const whole = pages - (pages % 2 ** order);
    if (whole > 0) add_folios(k, inode, at, whole, pfn, order);
    if (whole < pages) add_folios(k, inode, at + whole, pages - whole, pfn + whole, 0);
    fill_folios(k, inode, at, pages, pfn);
    at += pages;
  }
  return true;
}

function fill_folios(k: Kernel, inode: number, page: number, pages: number, pfn: number): void {
  for (let at = page; at < page + pages;) {
    const end = k.extents.runEnd(inode, at, page + pages);
    const extent = k.extents.get(inode, at);
    copy_pages(k, ext_mapped(extent) ? ext_pfn(extent) : 0, pfn + at - page, end - at);
    at = end;
  }
}

/** The end of the pages from `page` on that are all in the page cache, or all not. */
export function cached_alike(k: Kernel, inode: number, page: number, limit: number): number {
  if (k.i_pages.get(inode, page) === 0) return k.i_pages.runEnd(inode, page, limit);
  let end = page;
  while (end < limit && k.i_pages.get(inode, end) !== 0) end = k.i_pages.runEnd(inode, end, limit);
  return end;
}

/** Brings in whatever of [page, end) is not in the page cache. False: no memory. */
export function read_absent_folios(k: Kernel, inode: number, page: number, end: number): boolean {
  for (let at = page; at < end;) {
    const stop = cached_alike(k, inode, at, end);
    if (k.i_pages.get(inode, at) === 0 && !read_cache_folios(k, inode, at, stop)) return false;
    at = stop;
  }
  return true;
}

/** folio_mark_dirty() of the folios of [page, end). */
export function folio_mark_dirty(k: Kernel, inode: number, page: number, end: number): void {
  change_flags(k, inode, page, end, PAGECACHE_TAG_DIRTY, 0);
}

/** set_page_dirty_lock() of frames, as a driver does that lets go of what it wrote (K239); one without a file is not. */
export function set_pages_dirty(k: Kernel, pfn: number, pages: number): void {
  if (!is_cache_pfn(k, pfn)) return;
  for (let at = pfn; at < pfn + pages;) {
    const end = Math.min(k.block_state.runEnd(0, at, pfn + pages), k.block_index.runEnd(0, at, pfn + pages));
    const inode = k.block_state.get(0, at) - BLOCK_OWNED;
    const page = k.block_index.get(0, at) - 1;
    if (inode > 0) folio_mark_dirty(k, inode, page, page + end - at);
    at = end;
  }
}

/**
 * __filemap_remove_folio() of the folios of [from, to): the page cache lets go, so that a frame is free unless it is pinned,
 * and a pinned one belongs to no file. Whoever waits for their locks looks again.
 */
export function filemap_remove_folios(k: Kernel, inode: number, from: number, to: number): void {
  visitRuns(k.i_pages, inode, from, to, (page, end, entry) => {
    const pfn = dax_to_pfn(entry);
    k.i_pages.setRange(inode, page, end, 0);
    k.entry_owner.setRange(inode, page, end, 0);
    k.block_state.setRange(0, pfn, pfn + end - page, 0);
    k.block_index.setRange(0, pfn, pfn + end - page, 0);
    // What an fsync owes of them goes with their place in the file (a ghost), since frames are used again.
    k.owed.setRange(0, pfn, pfn + end - page, 0);
    k.unclaimed.setRange(0, pfn, pfn + end - page, 0);
    page_ref_sub(k, pfn, end - page, 1);
    dax_wake_entries(k, inode, page, end, entry, true);
  });
}

/** folio_mapped(): a page table shows one of the pages [from, to). */
export function folio_mapped(k: Kernel, inode: number, from: number, to: number): boolean {
  let vma = next_in_i_mmap(k, inode, from, to, NO_VMA);
  let mapped = false;
  while (vma !== NO_VMA) {
    const { start, end } = vma_range(k, vma, from, to);
    visitRuns(k.ptes, k.vmas.get(vma, VMA.mm), start, end, (_va, _to, pte) => {
      mapped ||= !pte_anon(pte);
    });
    vma = next_in_i_mmap(k, inode, from, to, vma);
  }
  return mapped;
}

/** True when somebody besides the page cache holds one of the pages [from, to). */
export function folios_referenced(k: Kernel, inode: number, from: number, to: number): boolean {
  let held = false;
  visitRuns(k.i_pages, inode, from, to, (page, end, entry) => {
    const pfn = dax_to_pfn(entry);
    changeRuns(k.refcount, 0, pfn, pfn + end - page, (count) => {
      held ||= count > 1;
      return count;
    });
  });
  return held;
}

/** Values of a step that tries to lock a folio. */
export const FOLIO_LOCKED = 0;
export const FOLIO_WAIT = 1;
export const FOLIO_GONE = 2;

/**
 * folio_lock() of the folios at [page, end): of those from `page` on that are alike, `end` moves to where they stop.
 * FOLIO_WAIT: somebody else has the first; FOLIO_GONE: it has left the file.
 */
export function folio_lock(k: Kernel, f: Record<'inode' | 'page' | 'end', number>): number {
  const entry = k.i_pages.get(f.inode, f.page);
  if (entry === 0) return FOLIO_GONE;
  if (dax_is_locked(entry)) return FOLIO_WAIT;
  f.end = k.grainEnd(f.page, k.i_pages.runEnd(f.inode, f.page, f.end));
  dax_lock_entries(k, f.inode, f.page, f.end);
  return FOLIO_LOCKED;
}

export const folio_unlock = dax_unlock_entries;
export const folio_key = entry_key;
export const folio_start = dax_entry_start;
export const folio_end = dax_entry_end;

/**
 * filemap_fault() of [page, end): brings folios in if need be and returns with them locked: the page after the last of them,
 * or an error (K229).
 */
export const filemap_fault = path(
  'filemap_fault',
  ['inode', 'page', 'end', 'write', 'device', 'state', 'error'],
  ({ label, act, mark, branch, jump, down_read, up, sleep, ret }) => [
    mark('retry_find'),
    label('filemap_get_folio', 'K229', (k, f) => {
      const { inode, page } = f;
      f.error = page >= size_in_pages(k, inode) ? -VM_FAULT_SIGBUS : 0;
      f.end = Math.min(f.end, Math.max(page + 1, size_in_pages(k, inode)));
      f.state = k.i_pages.get(inode, page) === 0 ? FOLIO_GONE : FOLIO_LOCKED;
    }),
    branch('beyond end of file', (_k, f) => f.error < 0, 'fail'),
    branch('in the page cache', (_k, f) => f.state !== FOLIO_GONE, 'lock'),
    down_read('filemap_invalidate_lock_shared', (_k, f) => invalidate_lock(f.inode)),
    act('filemap_read_folio', (k, f) => {
      f.state = k.grainEnd(f.page, cached_alike(k, f.inode, f.page, f.end));
      if (!read_absent_folios(k, f.inode, f.page, f.state)) f.error = -ENOMEM;
    }),
    up('filemap_invalidate_unlock_shared', (_k, f) => invalidate_lock(f.inode)),
    branch('VM_FAULT_OOM', (_k, f) => f.error < 0, 'fail'),
    mark('lock'),
    label('lock_folio_maybe_drop_mmap', 'K229', (k, f) => {
      f.state = folio_lock(k, f);
    }),
    branch('truncated meanwhile', (_k, f) => f.state === FOLIO_GONE, 'retry_find'),
    branch('locked', (_k, f) => f.state === FOLIO_LOCKED, 'locked'),
    sleep('folio_wait_bit_common', 'TASK_UNINTERRUPTIBLE', (k, f) => folio_key(k, f.inode, f.page), true),
    jump('lock'),
    mark('locked'),
    act('max_idx', (k, f) => {
      if (f.page < size_in_pages(k, f.inode)) return;
      folio_unlock(k, f.inode, f.page, f.end);
      f.error = -VM_FAULT_SIGBUS;
    }),
    branch('beyond end of file after all', (_k, f) => f.error < 0, 'fail'),
    ret((_k, f) => f.end),
    mark('fail'),
    ret((_k, f) => f.error),
  ],
);

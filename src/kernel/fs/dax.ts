/**
 * DAX mapping entries: their lock, their removal, and the search for busy pages. Models fs/dax.c of 6.1.
 *
 * An entry is pfn * 1024 + flags in the file's i_pages (K12). LOCKED is a sleeping lock with a queue per entry; lockers
 * wait exclusively and wake the next, removal wakes all (K13).
 *
 * A PMD entry is the same entry on all `pmd_pages` pages of an aligned range of the file, with DAX_PMD: one lock (its
 * queue is that of the first page), one dirty mark, removed as a whole. The functions here that take a range of pages
 * widen it to whole entries, so that callers can ask for the pages they mean.
 *
 * The page cache keeps its folios in the same i_pages, with the same lock, tags and queues; a folio of more than one page is
 * the same entry on all of them, with its order in it (mm/filemap.ts).
 *
 * Left out: hashing of the wait queues, reflinked (COW) entries, PUD entries.
 */
import { changeRuns, visitRuns } from '../../machine/store.ts';
import type { SleepKey } from '../../machine/program.ts';
import { type Kernel, path, WAIT } from '../kernel.ts';
import { pmd_end, pmd_start } from '../mm/pgtable.ts';
import { unmap_mapping_pages } from '../mm/rmap.ts';
import { mapping_mapped } from '../mm/vma.ts';

export const DAX_EMPTY = 1;
export const DAX_ZERO_PAGE = 2;
export const DAX_LOCKED = 4;
export const PAGECACHE_TAG_DIRTY = 8;
export const PAGECACHE_TAG_TOWRITE = 16;
export const DAX_PMD = 32;
/** Factor of the order of a folio: 0 for every entry of DAX. */
const FOLIO_ORDER = 64;
/** Factor of the pfn in an entry. */
export const DAX_PFN = 1024;

export const dax_flags = (entry: number): number => entry % DAX_PFN;
export const dax_to_pfn = (entry: number): number => Math.floor(entry / DAX_PFN);
export const dax_is_locked = (entry: number): boolean => (dax_flags(entry) & DAX_LOCKED) !== 0;
export const dax_is_zero_entry = (entry: number): boolean => (dax_flags(entry) & DAX_ZERO_PAGE) !== 0;
export const dax_is_dirty = (entry: number): boolean => (dax_flags(entry) & PAGECACHE_TAG_DIRTY) !== 0;
export const dax_is_empty_entry = (entry: number): boolean => (dax_flags(entry) & DAX_EMPTY) !== 0;
export const dax_is_pmd_entry = (entry: number): boolean => (dax_flags(entry) & DAX_PMD) !== 0;
/** Pages of the folio that an entry stands for; of a DAX entry 1, whatever DAX_PMD says. */
export const folio_nr_pages = (entry: number): number => 2 ** Math.floor(dax_flags(entry) / FOLIO_ORDER);
/** An entry of the page cache: a folio of 2^order pages, `pfn` its page at this index. */
export const make_folio_entry = (pfn: number, order: number): number => pfn * DAX_PFN + order * FOLIO_ORDER;
export const dax_make_entry = (pfn: number, flags: number): number => pfn * DAX_PFN + flags;

/** First page of the entry that covers `page`: the page itself unless it is a PMD entry or a large folio. */
export function dax_entry_start(k: Kernel, inode: number, page: number): number {
  const entry = k.i_pages.get(inode, page);
  return dax_is_pmd_entry(entry) ? pmd_start(k, page) : page - (page % folio_nr_pages(entry));
}

/** The end of the entry that covers the page before `end`, not less than `end`. */
export function dax_entry_end(k: Kernel, inode: number, end: number): number {
  if (end === 0) return end;
  const entry = k.i_pages.get(inode, end - 1);
  if (dax_is_pmd_entry(entry)) return pmd_end(k, end);
  const pages = folio_nr_pages(entry);
  return Math.ceil(end / pages) * pages;
}

/** Sets and clears flags of the entries that [from, to) meets; absent ones stay absent. */
export function change_flags(
  k: Kernel,
  inode: number,
  from: number,
  to: number,
  set: number,
  clear: number,
): void {
  const first = dax_entry_start(k, inode, from);
  changeRuns(k.i_pages, inode, first, dax_entry_end(k, inode, to), (entry) => {
    if (entry === 0) return 0;
    return entry - dax_flags(entry) + ((dax_flags(entry) & ~clear) | set);
  });
}

/**
 * dax_lock_entry() of like entries: the caller has seen that none of [from, to) is locked. Where there is none, an empty
 * one is made; with DAX_PMD in `flags` empty PMD entries, for which from and to are aligned.
 */
export function dax_lock_entries(k: Kernel, inode: number, from: number, to: number, flags = 0): void {
  const [first, last] = [dax_entry_start(k, inode, from), dax_entry_end(k, inode, to)];
  changeRuns(k.i_pages, inode, first, last, (entry) =>
    entry === 0 ? DAX_EMPTY | DAX_LOCKED | flags : entry + DAX_LOCKED,
  );
  k.entry_owner.setRange(inode, first, last, k.current + 1);
}

/** dax_unlock_entry() of like entries: the next exclusive waiter of each is woken (K13). */
export function dax_unlock_entries(k: Kernel, inode: number, from: number, to: number): void {
  const [first, last] = [dax_entry_start(k, inode, from), dax_entry_end(k, inode, to)];
  change_flags(k, inode, first, last, 0, DAX_LOCKED);
  k.entry_owner.setRange(inode, first, last, 0);
  dax_wake_entries(k, inode, first, last, k.i_pages.get(inode, first), false);
}

/** dax_wake_entry() for each entry of [from, to), all like `entry`. */
export function dax_wake_entries(
  k: Kernel,
  inode: number,
  from: number,
  to: number,
  entry: number,
  all: boolean,
): void {
  const size = dax_is_pmd_entry(entry) ? k.options.pmd_pages : folio_nr_pages(entry);
  k.m.queues.wakeWhere(
    WAIT.entry,
    (owner, page) => owner === inode && page >= from && page < to && page % size === 0,
    all,
  );
}

/** The queue of the entry that covers `page` (K198: of a PMD entry that of its first page). */
export const entry_key = (k: Kernel, inode: number, page: number): SleepKey => ({
  kind: WAIT.entry,
  a: inode,
  b: dax_entry_start(k, inode, page),
});

/** put_unlocked_entry(): who was woken and did not lock the entry hands the wake-up on (K13). */
export function put_unlocked_entry(k: Kernel, inode: number, page: number): void {
  if (dax_is_locked(k.i_pages.get(inode, page))) return;
  const key = entry_key(k, inode, page);
  k.m.queues.wakeNext(key.kind, key.a, key.b);
}

/**
 * Ghost: pages [page, end) stay in the file while the PMD entry that covers them, perhaps dirty, goes. In 6.1 a later fsync finds no
 * mark for them and flushes nothing (read out of find_lock_entries() and dax_delete_mapping_entry(), no report known):
 * they are no fsync's debt until they are written again, and who reads the events sees that it happened.
 */
function note_lost_marks(k: Kernel, inode: number, page: number, end: number): void {
  if (page >= end || !k.options.durability) return;
  const entry = k.i_pages.get(inode, page);
  const pfn = dax_to_pfn(entry);
  if (!dax_is_dirty(entry) || pfn === 0) return;
  k.unclaimed.setRange(0, pfn, pfn + end - page, 1);
  k.owed.setRange(0, pfn, pfn + end - page, 0);
  k.emit({ type: 'dirty_mark_lost', inode, page, pages: end - page });
}

/**
 * truncate_inode_pages_range() on DAX: removes the entries of [from, to), waiting for locked ones, dirty or not.
 * With `clean_only` it is invalidate_inode_pages2_range(): dirty entries stay (K44). A PMD entry that the range cuts goes as
 * a whole, its dirty mark with it: pages of it that stay in the file are not flushed by a later fsync unless they are
 * written again.
 */
export const dax_delete_mapping_entries = path(
  'dax_delete_mapping_entries',
  ['inode', 'from', 'to', 'clean_only', 'page', 'locked'],
  ({ act, label, mark, branch, jump, sleep, ret }) => [
    act('first entry', (k, f) => {
      f.page = k.i_pages.nextNonZero(f.inode, f.from, f.to);
    }),
    mark('next'),
    branch('no more entries', (_k, f) => f.page >= f.to, 'done'),
    label('__dax_invalidate_entry', 'K13', (k, f) => {
      const entry = k.i_pages.get(f.inode, f.page);
      f.locked = dax_is_locked(entry) ? 1 : 0;
      if (f.locked === 1) return;
      const start = dax_entry_start(k, f.inode, f.page);
      const stop = k.grainEnd(f.page, k.i_pages.runEnd(f.inode, f.page, f.to));
      const end = dax_entry_end(k, f.inode, stop);
      const kept =
        f.clean_only === 1 && (dax_flags(entry) & (PAGECACHE_TAG_DIRTY | PAGECACHE_TAG_TOWRITE)) !== 0;
      if (!kept) {
        note_lost_marks(k, f.inode, start, f.from);
        note_lost_marks(k, f.inode, f.to, end);
        k.i_pages.setRange(f.inode, start, end, 0);
      }
      // put_unlocked_entry(WAKE_ALL), whether the entry went or stayed.
      dax_wake_entries(k, f.inode, start, end, entry, true);
      f.page = k.i_pages.nextNonZero(f.inode, end, f.to);
    }),
    branch('entry gone', (_k, f) => f.locked === 0, 'next'),
    sleep('get_unlocked_entry', 'TASK_UNINTERRUPTIBLE', (k, f) => entry_key(k, f.inode, f.page), true),
    jump('next'),
    mark('done'),
    ret(),
  ],
);

/** __dax_clear_dirty_range() of 6.12: entries of the range that are locked are waited for, then lose their marks (K60). */
export const __dax_clear_dirty_range = path(
  '__dax_clear_dirty_range',
  ['inode', 'from', 'to', 'page', 'locked'],
  ({ act, label, mark, branch, jump, sleep, ret }) => [
    act('first entry', (k, f) => {
      f.page = k.i_pages.nextNonZero(f.inode, f.from, f.to);
    }),
    mark('next'),
    branch('no more entries', (_k, f) => f.page >= f.to, 'done'),
    label('xas_clear_mark', 'K60', (k, f) => {
      const entry = k.i_pages.get(f.inode, f.page);
      f.locked = dax_is_locked(entry) ? 1 : 0;
      if (f.locked === 1) return;
      const end = k.grainEnd(f.page, k.i_pages.runEnd(f.inode, f.page, f.to));
      change_flags(k, f.inode, f.page, end, 0, PAGECACHE_TAG_DIRTY | PAGECACHE_TAG_TOWRITE);
      put_unlocked_entry(k, f.inode, f.page);
      f.page = k.i_pages.nextNonZero(f.inode, end, f.to);
    }),
    branch('marks cleared', (_k, f) => f.locked === 0, 'next'),
    sleep('get_unlocked_entry', 'TASK_UNINTERRUPTIBLE', (k, f) => entry_key(k, f.inode, f.page), true),
    jump('next'),
    mark('done'),
    ret(),
  ],
);

/** invalidate_inode_pages2_range(): clean entries go, then every page table lets go of the range (K44). */
export const invalidate_inode_pages2_range = path(
  'invalidate_inode_pages2_range',
  ['inode', 'from', 'to'],
  ({ branch, mark, call, ret }) => [
    branch(
      'mapping_empty',
      (k, f) => k.i_pages.nextNonZero(f.inode, 0, k.llong_max_pages) === k.llong_max_pages,
      'done',
    ),
    call(dax_delete_mapping_entries, (_k, f, callee) => {
      callee.inode = f.inode;
      callee.from = f.from;
      callee.to = f.to;
      callee.clean_only = 1;
    }),
    call(unmap_mapping_pages, (_k, f, callee) => {
      callee.inode = f.inode;
      callee.from = f.from;
      callee.to = f.to;
      callee.even_cows = 0;
    }),
    mark('done'),
    ret(),
  ],
);

/** dax_busy_page() over a run of entries: the first pfn with a reference, or 0 (K10). */
function first_busy_pfn(k: Kernel, entry: number, pages: number): number {
  const pfn = dax_to_pfn(entry);
  if (pfn === 0) return 0;
  const busy = k.refcount.nextNonZero(0, pfn, pfn + pages);
  return busy < pfn + pages ? busy : 0;
}

/** The scan of dax_layout_busy_page_range(): the first busy page of [from, to) in index order, or 0. */
export function scan_busy_page(
  k: Kernel,
  inode: number,
  from = 0,
  to = k.llong_max_pages,
): { pfn: number; lockedAt: number } {
  let found = 0;
  let lockedAt = -1;
  visitRuns(k.i_pages, inode, from, to, (page, end, entry) => {
    if (found !== 0 || lockedAt >= 0) return;
    if (!dax_is_locked(entry)) found = first_busy_pfn(k, entry, end - page);
    else if (!k.rules.busy_scan_skips_locked_entry) lockedAt = page;
  });
  return { pfn: found, lockedAt };
}

/**
 * dax_layout_busy_page(): unmaps the whole file, then looks for a page that something still holds (K31, K34).
 * The order matters: GUP-fast raises a count and then reads the entry again (K36).
 */
export const dax_layout_busy_page = path(
  'dax_layout_busy_page',
  ['inode', 'pfn', 'locked_at'],
  ({ label, act, mark, branch, call, sleep, jump, ret }) => [
    branch(
      'mapping_mapped',
      (k, f) => k.rules.layout_break_skips_unmapped_file && !mapping_mapped(k, f.inode),
      'idle',
    ),
    branch('no dax_mapping', (k) => !k.fs.dax, 'idle'),
    call(unmap_mapping_pages, (k, f, callee) => {
      callee.inode = f.inode;
      callee.from = 0;
      callee.to = k.llong_max_pages;
      callee.even_cows = 0;
    }),
    mark('again'),
    label('dax_busy_page', 'K31', (k, f) => {
      const scan = scan_busy_page(k, f.inode);
      f.pfn = scan.pfn;
      f.locked_at = scan.lockedAt;
    }),
    branch('no locked entry', (_k, f) => f.locked_at < 0, 'scanned'),
    sleep('get_unlocked_entry', 'TASK_UNINTERRUPTIBLE', (k, f) => entry_key(k, f.inode, f.locked_at), true),
    act('put_unlocked_entry', (k, f) => {
      put_unlocked_entry(k, f.inode, f.locked_at);
    }),
    jump('again'),
    mark('scanned'),
    ret((_k, f) => f.pfn),
    mark('idle'),
    ret(),
  ],
);

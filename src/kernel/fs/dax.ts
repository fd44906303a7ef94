/**
 * DAX mapping entries: their lock, their removal, and the search for busy pages. Models fs/dax.c of 6.1.
 *
 * An entry is pfn * 32 + flags in the file's i_pages (K12). LOCKED is a sleeping lock with a queue per page of the
 * file; lockers wait exclusively and wake the next, removal wakes all (K13).
 *
 * Left out: PMD entries, hashing of the wait queues, reflinked (COW) entries.
 */
import { changeRuns, visitRuns } from '../../machine/store.ts';
import type { SleepKey } from '../../machine/program.ts';
import { type Kernel, path, WAIT } from '../kernel.ts';
import { unmap_mapping_pages } from '../mm/rmap.ts';
import { mapping_mapped } from '../mm/vma.ts';

export const DAX_EMPTY = 1;
export const DAX_ZERO_PAGE = 2;
export const DAX_LOCKED = 4;
export const PAGECACHE_TAG_DIRTY = 8;
export const PAGECACHE_TAG_TOWRITE = 16;
const DAX_PFN = 32;

export const dax_flags = (entry: number): number => entry % DAX_PFN;
export const dax_to_pfn = (entry: number): number => Math.floor(entry / DAX_PFN);
export const dax_is_locked = (entry: number): boolean => (dax_flags(entry) & DAX_LOCKED) !== 0;
export const dax_is_zero_entry = (entry: number): boolean => (dax_flags(entry) & DAX_ZERO_PAGE) !== 0;
export const dax_is_dirty = (entry: number): boolean => (dax_flags(entry) & PAGECACHE_TAG_DIRTY) !== 0;
export const dax_make_entry = (pfn: number, flags: number): number => pfn * DAX_PFN + flags;

/** Sets and clears flags of the entries of [from, to); absent ones stay absent. */
export function change_flags(
  k: Kernel,
  inode: number,
  from: number,
  to: number,
  set: number,
  clear: number,
): void {
  changeRuns(k.i_pages, inode, from, to, (entry) => {
    if (entry === 0) return 0;
    return entry - dax_flags(entry) + ((dax_flags(entry) & ~clear) | set);
  });
}

/** dax_lock_entry(): the caller has seen that no entry of [from, to) is locked. */
export function dax_lock_entries(k: Kernel, inode: number, from: number, to: number): void {
  changeRuns(k.i_pages, inode, from, to, (entry) =>
    entry === 0 ? DAX_EMPTY | DAX_LOCKED : entry + DAX_LOCKED,
  );
  k.entry_owner.setRange(inode, from, to, k.current + 1);
}

/** dax_unlock_entry(): the next exclusive waiter of each page is woken (K13). */
export function dax_unlock_entries(k: Kernel, inode: number, from: number, to: number): void {
  change_flags(k, inode, from, to, 0, DAX_LOCKED);
  k.entry_owner.setRange(inode, from, to, 0);
  dax_wake_entries(k, inode, from, to, false);
}

/** dax_wake_entry() for each page of [from, to). */
export function dax_wake_entries(k: Kernel, inode: number, from: number, to: number, all: boolean): void {
  k.m.queues.wakeWhere(WAIT.entry, (owner, page) => owner === inode && page >= from && page < to, all);
}

/** The queue of one entry. */
export const entry_key = (inode: number, page: number): SleepKey => ({ kind: WAIT.entry, a: inode, b: page });

/** put_unlocked_entry(): who was woken and did not lock the entry hands the wake-up on (K13). */
export function put_unlocked_entry(k: Kernel, inode: number, page: number): void {
  if (dax_is_locked(k.i_pages.get(inode, page))) return;
  const key = entry_key(inode, page);
  k.m.queues.wakeNext(key.kind, key.a, key.b);
}

/**
 * truncate_inode_pages_range() on DAX: removes the entries of [from, to), waiting for locked ones, dirty or not.
 * With `clean_only` it is invalidate_inode_pages2_range(): dirty entries stay (K44).
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
      const end = k.grainEnd(f.page, k.i_pages.runEnd(f.inode, f.page, f.to));
      const kept =
        f.clean_only === 1 && (dax_flags(entry) & (PAGECACHE_TAG_DIRTY | PAGECACHE_TAG_TOWRITE)) !== 0;
      if (!kept) k.i_pages.setRange(f.inode, f.page, end, 0);
      // put_unlocked_entry(WAKE_ALL), whether the entry went or stayed.
      dax_wake_entries(k, f.inode, f.page, end, true);
      f.page = k.i_pages.nextNonZero(f.inode, end, f.to);
    }),
    branch('entry gone', (_k, f) => f.locked === 0, 'next'),
    sleep('get_unlocked_entry', 'TASK_UNINTERRUPTIBLE', (_k, f) => entry_key(f.inode, f.page), true),
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

/** The scan of dax_layout_busy_page_range(): the first busy page of the file in index order, or 0. */
function scan_busy_page(k: Kernel, inode: number): { pfn: number; lockedAt: number } {
  let found = 0;
  let lockedAt = -1;
  visitRuns(k.i_pages, inode, 0, k.llong_max_pages, (page, end, entry) => {
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
    sleep('get_unlocked_entry', 'TASK_UNINTERRUPTIBLE', (_k, f) => entry_key(f.inode, f.locked_at), true),
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

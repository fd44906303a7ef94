/**
 * fsync, on DAX and, as far as it is the same, through the page cache (mm/page_writeback.ts). Models fs/dax.c:dax_writeback_mapping_range() of 6.1 and the callers that matter.
 *
 * Order that makes it safe (K64, K65): tag, lock the entry, take write permission away from page tables and mirrors,
 * flush, clear the mark, unlock. No lock against truncate is held (K66), and neither i_rwsem nor invalidate_lock is
 * taken by fsync (K32). An entry that a fault or another fsync has locked is passed over, where the release does so (K174):
 * what was stored there before may be in the cache only when fsync returns.
 */
import { changeRuns, visitRuns } from '../../machine/store.ts';
import { COUNTER, type Kernel, path, SB } from '../kernel.ts';
import { write_cache_pages } from '../mm/page_writeback.ts';
import { pfn_mkclean_range } from '../mm/rmap.ts';
import { persist_blocks } from './content.ts';
import {
  change_flags,
  dax_entry_end,
  dax_entry_start,
  dax_flags,
  dax_is_dirty,
  dax_is_locked,
  dax_lock_entries,
  dax_to_pfn,
  dax_unlock_entries,
  entry_key,
  PAGECACHE_TAG_DIRTY,
  PAGECACHE_TAG_TOWRITE,
  put_unlocked_entry,
} from './dax.ts';
import { ext_mapped, ext_pfn } from './extent.ts';
import { journal_commit } from './journal.ts';

/** tag_pages_for_writeback(). */
function tag_pages_for_writeback(k: Kernel, inode: number, from: number, to: number): void {
  visitRuns(k.i_pages, inode, from, to, (page, end, entry) => {
    if (dax_is_dirty(entry)) change_flags(k, inode, page, end, PAGECACHE_TAG_TOWRITE, 0);
  });
}

/** The first page of [from, to) whose entry is tagged, or `to`. */
function next_tagged(k: Kernel, inode: number, from: number, to: number): number {
  let page = k.i_pages.nextNonZero(inode, from, to);
  while (page < to && (dax_flags(k.i_pages.get(inode, page)) & PAGECACHE_TAG_TOWRITE) === 0) {
    page = k.i_pages.nextNonZero(inode, k.i_pages.runEnd(inode, page, to), to);
  }
  return page;
}

export const dax_writeback_mapping_range = path(
  'dax_writeback_mapping_range',
  ['inode', 'from', 'to', 'slot', 'page', 'end', 'locked'],
  ({ label, mark, act, branch, jump, call, sleep, ret }) => [
    branch('do_writepages', (k) => !k.fs.dax, 'folios'),
    label('tag_pages_for_writeback', 'K64', (k, f) => {
      tag_pages_for_writeback(k, f.inode, f.from, f.to);
      f.page = f.from;
    }),
    mark('next'),
    act('xas_for_each_marked', (k, f) => {
      f.page = next_tagged(k, f.inode, f.page, f.to);
    }),
    branch('no more tagged entries', (_k, f) => f.page >= f.to, 'done'),
    label('dax_writeback_one', 'K64', (k, f) => {
      const entry = k.i_pages.get(f.inode, f.page);
      f.locked = dax_is_locked(entry) ? 1 : 0;
      f.end = f.page;
      // Gone, moved or done by another fsync meanwhile: look at the next one (K66).
      if (f.locked === 1 || (dax_flags(entry) & PAGECACHE_TAG_TOWRITE) === 0) return;
      // Of a PMD entry all pages are flushed, however little of it was asked for.
      f.page = dax_entry_start(k, f.inode, f.page);
      f.end = dax_entry_end(k, f.inode, k.grainEnd(f.page, k.i_pages.runEnd(f.inode, f.page, f.to)));
      dax_lock_entries(k, f.inode, f.page, f.end);
      change_flags(k, f.inode, f.page, f.end, 0, PAGECACHE_TAG_TOWRITE);
    }),
    branch('entry was locked', (_k, f) => f.locked === 1, 'wait'),
    branch('entry was done', (_k, f) => f.end === f.page, 'next'),
    call(pfn_mkclean_range, (_k, f, callee) => {
      callee.inode = f.inode;
      callee.from = f.page;
      callee.to = f.end;
    }),
    label('dax_flush', 'K64', (k, f) => {
      flush_entries(k, f.inode, f.page, f.end);
    }),
    label('dax_unlock_entry', 'K64', (k, f) => {
      change_flags(k, f.inode, f.page, f.end, 0, PAGECACHE_TAG_DIRTY);
      dax_unlock_entries(k, f.inode, f.page, f.end);
      f.page = f.end;
    }),
    jump('next'),
    mark('wait'),
    branch('wait for it', (k) => !k.rules.writeback_skips_locked_entry, 'sleep'),
    act('get_unlocked_entry finds nothing', (k, f) => {
      f.page = pass_over(k, f.inode, f.page, f.to, f.slot);
    }),
    jump('next'),
    mark('sleep'),
    sleep('get_unlocked_entry', 'TASK_UNINTERRUPTIBLE', (k, f) => entry_key(k, f.inode, f.page), true),
    act('put_unlocked_entry', (k, f) => {
      put_unlocked_entry(k, f.inode, f.page);
    }),
    jump('next'),
    mark('done'),
    ret(),
    mark('folios'),
    call(write_cache_pages, (_k, f, callee) => {
      callee.inode = f.inode;
      callee.from = f.from;
      callee.to = f.to;
    }),
    ret(),
  ],
);

/**
 * Leaves the locked entries from `page` on alone: the page after them. Ghosts: nobody holds these pages against this fsync
 * (`slot`), nor against a freeze; who reads the events sees what was left out.
 */
function pass_over(k: Kernel, inode: number, page: number, to: number, slot: number): number {
  const end = Math.min(to, dax_entry_end(k, inode, k.grainEnd(page, k.i_pages.runEnd(inode, page, to))));
  let unflushed = 0;
  visit_unflushed(k, inode, page, end, (from, last) => {
    unflushed += last - from;
    changeRuns(k.owed, 0, from, last, (slots) => slots & ~slot);
  });
  if (k.sb.get(0, SB.freezer) === k.current + 1) k.sb.set(0, SB.passed_over, 1);
  k.emit({ type: 'writeback_skip', inode, page, pages: end - page, unflushed });
  return Math.max(end, page + 1);
}

/** dax_flush() of every block behind [page, end). */
export function flush_entries(k: Kernel, inode: number, page: number, end: number): void {
  visitRuns(k.i_pages, inode, page, end, (from, to, entry) => {
    const pfn = dax_to_pfn(entry);
    if (pfn === 0) return;
    persist_blocks(k, pfn, to - from);
    k.spend('flush_page', to - from);
    k.emit({ type: 'flush', pfn, pages: to - from });
  });
}

/** A free bit for one fsync in flight, so that what it owes can be told from what another owes. */
function take_fsync_slot(k: Kernel): number {
  const used = k.counters.get(0, COUNTER.fsync_slots);
  let slot = 1;
  while ((used & slot) !== 0) slot *= 2;
  k.counters.set(0, COUNTER.fsync_slots, used | slot);
  return slot;
}

/**
 * Calls `visit` for each run of pages in [from, to) that has both written blocks and entries: `pfn` is where the CPU sees
 * them, which is the block itself or a folio in front of it, `block` where the medium has them.
 */
function visit_cached(
  k: Kernel,
  inode: number,
  from: number,
  to: number,
  visit: (pfn: number, pages: number, entry: number, block: number) => void,
): void {
  visitRuns(k.i_pages, inode, from, to, (first, last, entry) => {
    visitRuns(k.extents, inode, first, last, (page, end, extent) => {
      const block = ext_pfn(extent);
      const pfn = k.fs.dax ? block : dax_to_pfn(entry) + page - first;
      if (ext_mapped(extent)) visit(pfn, end - page, entry, block);
    });
  });
}

/**
 * Ghost: marks the blocks of [from, to) that are newer in cache than on the medium: this fsync owes them. A page whose
 * entry an operation under way has taken out is that operation's to keep or to drop, and one whose dirty mark went with a
 * PMD entry is nobody's (dax.ts).
 */
function note_owed(k: Kernel, inode: number, from: number, to: number, slot: number): void {
  visit_unflushed(k, inode, from, to, (first, last) => {
    for (let pfn = first; pfn < last; pfn = k.unclaimed.runEnd(0, pfn, last))
      if (k.unclaimed.get(0, pfn) === 0) or_owed(k, pfn, k.unclaimed.runEnd(0, pfn, last), slot);
  });
}

/** Calls `visit` for each run of blocks of [from, to) that have entries and are newer in cache than on the medium. */
function visit_unflushed(
  k: Kernel,
  inode: number,
  from: number,
  to: number,
  visit: (pfn: number, end: number) => void,
): void {
  visit_cached(k, inode, from, to, (pfn, pages, _entry, block) => {
    for (let at = 0; at < pages;) {
      const end = Math.min(
        k.data.runEnd(0, pfn + at, pfn + pages) - pfn,
        k.media.runEnd(0, block + at, block + pages) - block,
      );
      if (k.data.get(0, pfn + at) !== k.media.get(0, block + at)) visit(pfn + at, pfn + end);
      at = end;
    }
  });
}

function or_owed(k: Kernel, from: number, to: number, slot: number): void {
  for (let pfn = from; pfn < to;) {
    const end = k.owed.runEnd(0, pfn, to);
    k.owed.setRange(0, pfn, end, k.owed.get(0, pfn) | slot);
    pfn = end;
  }
}

/**
 * Ghost: how many pages this fsync returned without having flushed; then it owes nothing more.
 *
 * A page that another sync has locked is left to that one. By the order of dax_writeback_one() a second fsync can tag a
 * page before the first takes the tag away, pass it over, and return before the first has flushed it.
 */
function settle_owed(k: Kernel, inode: number, from: number, to: number, slot: number): number {
  let owed = 0;
  visit_cached(k, inode, from, to, (pfn, pages, entry) => {
    if (dax_is_locked(entry)) return;
    visitRuns(k.owed, 0, pfn, pfn + pages, (first, last, slots) => {
      if ((slots & slot) !== 0) owed += last - first;
    });
  });
  const frames = k.options.blocks + k.options.anonPages + k.options.cachePages;
  changeRuns(k.owed, 0, 1, frames + 1, (slots) => slots & ~slot);
  k.counters.set(0, COUNTER.fsync_slots, k.counters.get(0, COUNTER.fsync_slots) & ~slot);
  return owed;
}

/** Ghost: what the commit of this fsync has made durable; promised at once, since pages can move before it returns. */
export function promise_range(k: Kernel, inode: number, from: number, to: number): void {
  visitRuns(k.extents, inode, from, to, (page, end, extent) => {
    for (let at = page; ext_mapped(extent) && at < end;) {
      const stop = k.fs.dax ? end : k.i_pages.runEnd(inode, at, end);
      const folio = k.fs.dax ? 0 : dax_to_pfn(k.i_pages.get(inode, at));
      const block = ext_pfn(extent) + at - page;
      promise_pages(k, inode, at, stop, block, folio > 0 ? folio : block);
      at = stop;
    }
  });
}

/** Pages whose cache and medium agree now must survive a crash until they are changed again. */
function promise_pages(
  k: Kernel,
  inode: number,
  page: number,
  end: number,
  block: number,
  pfn: number,
): void {
  for (let at = 0; at < end - page;) {
    const left = end - page - at;
    const blocks = k.media.runEnd(0, block + at, block + at + left) - block;
    const pages = k.data.runEnd(0, pfn + at, pfn + at + left) - pfn;
    const value = k.media.get(0, block + at);
    const stop = Math.min(blocks, pages);
    if (value !== 0 && value === k.data.get(0, pfn + at))
      k.promised.setRange(inode, page + at, page + stop, value);
    at = stop;
  }
}

/** file_write_and_wait_range() and the commit that makes it durable: fsync(2) of pages [from, to). */
export const vfs_fsync_range = path(
  'vfs_fsync_range',
  ['inode', 'from', 'to', 'slot'],
  ({ label, call, ret }) => [
    label('fsync', 'K64', (k, f) => {
      k.emit({ type: 'fsync_call', inode: f.inode });
      if (!k.options.durability) return;
      f.slot = take_fsync_slot(k);
      note_owed(k, f.inode, f.from, f.to, f.slot);
    }),
    call(dax_writeback_mapping_range, (_k, f, callee) => {
      callee.inode = f.inode;
      callee.from = f.from;
      callee.to = f.to;
      callee.slot = f.slot;
    }),
    label('commit metadata', 'K64', (k, f) => {
      k.spend('journal_commit');
      journal_commit(k);
      if (k.options.durability) promise_range(k, f.inode, f.from, f.to);
    }),
    label('fsync returns', 'K64', (k, f) => {
      const owed = k.options.durability ? settle_owed(k, f.inode, f.from, f.to, f.slot) : 0;
      k.emit({ type: 'fsync_ret', inode: f.inode, from: f.from, to: f.to, owed });
    }),
    ret(),
  ],
);

/** filemap_write_and_wait_range(): writeback of [from, to) with what the caller holds. */
export const filemap_write_and_wait_range = dax_writeback_mapping_range;

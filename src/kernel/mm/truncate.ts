/**
 * Taking folios out of a file. Models mm/truncate.c of 6.1 for the page cache.
 *
 * Nobody here looks at references (K232, K234): a folio leaves the file while a pin keeps its frame, and the device that
 * holds it goes on with a page of no file. What waits is the lock of a folio alone, which is held for a fault, a write or
 * a write-back, never for longer than that.
 *
 * A large folio that a range cuts is zeroed in part, then split, for which it is unmapped as a whole; with a reference too
 * many it cannot be split, and goes as a whole if it is clean or stays as a whole if it is dirty (K233).
 *
 * Left out: ranges that begin or end inside a page (their callers zero those bytes themselves), shadow entries.
 */
import type { Entry, Steps } from '../../machine/program.ts';
import { changeRuns, visitRuns } from '../../machine/store.ts';
import { EBUSY } from '../errno.ts';
import { cancel_cow } from '../fs/cow.ts';
import {
  dax_is_dirty,
  dax_is_locked,
  dax_to_pfn,
  dax_wake_entries,
  DAX_PFN,
  folio_nr_pages,
  make_folio_entry,
} from '../fs/dax.ts';
import { write_blocks } from '../fs/content.ts';
import { type Kernel, path } from '../kernel.ts';
import {
  filemap_remove_folios,
  folio_end,
  folio_key,
  folio_lock,
  FOLIO_LOCKED,
  folio_mapped,
  folio_start,
  folio_unlock,
  FOLIO_WAIT,
  folios_referenced,
} from './filemap.ts';
import { unmap_mapping_pages } from './rmap.ts';

type FolioFrame = Record<'inode' | 'page' | 'end', number>;

/** unmap_mapping_folio(): every mapping of the locked folio at [page, end) goes, private copies stay. */
const unmap_mapping_folio = (call: Steps<Kernel, 'inode' | 'page' | 'end'>['call']): Entry<Kernel> =>
  call(
    unmap_mapping_pages,
    (_k, f, callee) => {
      callee.inode = f.inode;
      callee.from = f.page;
      callee.to = f.end;
    },
    'unmap_mapping_folio',
  );

/** folio_lock() of the whole folio at `page`, and of those like it up to `end`, which are whole as well. */
function lock_whole(k: Kernel, f: FolioFrame): number {
  const state = folio_lock(k, f);
  if (state !== FOLIO_LOCKED) return state;
  f.page = folio_start(k, f.inode, f.page);
  f.end = folio_end(k, f.inode, f.end);
  return state;
}

/** Folios that leave the file for good: what was reserved for them goes as well. */
function truncate_folios(k: Kernel, inode: number, page: number, end: number): void {
  cancel_cow(k, inode, page, end);
  filemap_remove_folios(k, inode, page, end);
}

/** folio_zero_range() of the pages of [from, to) that the folio at [page, end) has: not marked dirty. */
function zero_folio_pages(k: Kernel, inode: number, from: number, to: number): void {
  visitRuns(k.i_pages, inode, from, to, (page, end, entry) => {
    write_blocks(k, dax_to_pfn(entry), end - page, 0, 0, 4096);
  });
}

/** The locked folio [page, end) becomes folios of one page each, locked as it was. */
function split_folio(k: Kernel, inode: number, page: number, end: number): void {
  const entry = k.i_pages.get(inode, page);
  dax_wake_entries(k, inode, page, end, entry, true);
  changeRuns(k.i_pages, inode, page, end, (old) => {
    const single = make_folio_entry(dax_to_pfn(old), 0);
    return single + ((old % DAX_PFN) % make_folio_entry(0, 1));
  });
}

/** truncate_inode_partial_folio() of the folio that [from, to) cuts at `page`, whatever folio that is. */
const truncate_inode_partial_folio = path(
  'truncate_inode_partial_folio',
  ['inode', 'page', 'from', 'to', 'end', 'state'],
  ({ label, act, mark, branch, jump, call, sleep, ret }) => [
    mark('again'),
    label('__filemap_get_folio', 'K233', (k, f) => {
      f.end = f.page + 1;
      const whole = folio_nr_pages(k.i_pages.get(f.inode, f.page)) === 1;
      f.state = whole ? 2 * FOLIO_WAIT : lock_whole(k, f);
    }),
    branch('locked', (_k, f) => f.state === FOLIO_LOCKED, 'locked'),
    branch('nothing to cut', (_k, f) => f.state !== FOLIO_WAIT, 'done'),
    sleep('folio_wait_bit_common', 'TASK_UNINTERRUPTIBLE', (k, f) => folio_key(k, f.inode, f.page), true),
    jump('again'),
    mark('locked'),
    act('folio_zero_range', (k, f) => {
      zero_folio_pages(k, f.inode, Math.max(f.page, f.from), Math.min(f.end, f.to));
    }),
    branch('can_split_folio', (k, f) => !folios_referenced(k, f.inode, f.page, f.end), 'split'),
    branch('dirty', (k, f) => dax_is_dirty(k.i_pages.get(f.inode, f.page)), 'unlock'),
    unmap_mapping_folio(call),
    label('truncate_inode_folio', 'K233', (k, f) => {
      truncate_folios(k, f.inode, f.page, f.end);
    }),
    ret(),
    mark('split'),
    call(
      unmap_mapping_pages,
      (_k, f, callee) => {
        callee.inode = f.inode;
        callee.from = f.page;
        callee.to = f.end;
      },
      'try_to_unmap',
    ),
    label('__split_huge_page', 'K233', (k, f) => {
      // A reference that came after the first look freezes the count at the wrong number: no split.
      if (!folios_referenced(k, f.inode, f.page, f.end)) split_folio(k, f.inode, f.page, f.end);
    }),
    mark('unlock'),
    act('folio_unlock', (k, f) => {
      folio_unlock(k, f.inode, f.page, f.end);
    }),
    mark('done'),
    ret(),
  ],
);

/** The next page of [page, to) with a folio that lies in [from, to) as a whole, or `to`. */
function next_whole_folio(k: Kernel, inode: number, page: number, from: number, to: number): number {
  for (let at = k.i_pages.nextNonZero(inode, page, to); at < to;) {
    const end = folio_end(k, inode, at + 1);
    if (folio_start(k, inode, at) >= from && end <= to) return at;
    at = k.i_pages.nextNonZero(inode, Math.min(end, to), to);
  }
  return to;
}

/** How far the folios from `page` on that are alike lie in the range as wholes. */
function like_whole_folios(k: Kernel, inode: number, page: number, to: number): number {
  const pages = folio_nr_pages(k.i_pages.get(inode, page));
  return to - (to % pages);
}

/** truncate_inode_pages_range() of whole pages [from, to), whatever refers to them (K232). */
export const truncate_inode_pages_range = path(
  'truncate_inode_pages_range',
  ['inode', 'from', 'to', 'page', 'end', 'state'],
  ({ label, act, mark, branch, jump, call, sleep, ret }) => [
    branch(
      'no folios',
      (k, f) => k.i_pages.nextNonZero(f.inode, 0, k.llong_max_pages) >= k.llong_max_pages,
      'done',
    ),
    branch('start cuts no folio', (k, f) => !cuts_folio(k, f.inode, f.from), 'end edge'),
    call(truncate_inode_partial_folio, (_k, f, callee) => {
      callee.inode = f.inode;
      callee.page = f.from;
      callee.from = f.from;
      callee.to = f.to;
    }),
    mark('end edge'),
    branch('end cuts no folio', (k, f) => !cuts_folio(k, f.inode, f.to), 'whole'),
    call(
      truncate_inode_partial_folio,
      (_k, f, callee) => {
        callee.inode = f.inode;
        callee.page = f.to;
        callee.from = f.from;
        callee.to = f.to;
      },
      'truncate_inode_partial_folio at the end',
    ),
    mark('whole'),
    act('first folio', (_k, f) => {
      f.page = f.from;
    }),
    mark('next'),
    label('find_get_entries', 'K232', (k, f) => {
      f.page = next_whole_folio(k, f.inode, f.page, f.from, f.to);
      if (f.page >= f.to) return;
      f.end = like_whole_folios(k, f.inode, f.page, f.to);
      f.state = lock_whole(k, f);
    }),
    branch('no more folios', (_k, f) => f.page >= f.to, 'done'),
    branch('locked', (_k, f) => f.state === FOLIO_LOCKED, 'locked'),
    sleep('folio_wait_bit_common', 'TASK_UNINTERRUPTIBLE', (k, f) => folio_key(k, f.inode, f.page), true),
    jump('next'),
    mark('locked'),
    branch('not mapped', (k, f) => !folio_mapped(k, f.inode, f.page, f.end), 'remove'),
    unmap_mapping_folio(call),
    mark('remove'),
    label('truncate_inode_folio', 'K232', (k, f) => {
      truncate_folios(k, f.inode, f.page, f.end);
      f.page = f.end;
    }),
    jump('next'),
    mark('done'),
    ret(),
  ],
);

/** True when a range that begins or ends at `page` cuts a folio in two. */
function cuts_folio(k: Kernel, inode: number, page: number): boolean {
  return page < k.llong_max_pages && folio_start(k, inode, page) < page;
}

/**
 * invalidate_inode_pages2_range() of [from, to): every folio that the range meets leaves the file, clean ones only. Returns 0 or
 * -EBUSY when a dirty one stayed; references are not looked at (K234).
 */
export const invalidate_folios2_range = path(
  'invalidate_inode_pages2_range',
  ['inode', 'from', 'to', 'page', 'end', 'state', 'unmapped', 'error'],
  ({ label, act, mark, branch, jump, call, sleep, ret }) => [
    act('first folio', (_k, f) => {
      f.page = f.from;
    }),
    mark('next'),
    act('find_get_entries', (k, f) => {
      f.page = k.i_pages.nextNonZero(f.inode, f.page, f.to);
      f.end = f.to;
    }),
    branch('no more folios', (_k, f) => f.page >= f.to, 'done'),
    branch('did_range_unmap', (_k, f) => f.unmapped === 1, 'lock'),
    branch('folio_mapped', (k, f) => !any_mapped(k, f.inode, f.page), 'lock'),
    act('zap the rest in one hit', (_k, f) => {
      f.unmapped = 1;
    }),
    call(unmap_mapping_pages, (_k, f, callee) => {
      callee.inode = f.inode;
      callee.from = f.page;
      callee.to = f.to;
    }),
    mark('lock'),
    label('folio_lock', 'K234', (k, f) => {
      f.state = lock_whole(k, f);
    }),
    branch('locked', (_k, f) => f.state === FOLIO_LOCKED, 'locked'),
    branch('gone', (_k, f) => f.state !== FOLIO_WAIT, 'next'),
    sleep('folio_wait_bit_common', 'TASK_UNINTERRUPTIBLE', (k, f) => folio_key(k, f.inode, f.page), true),
    jump('lock'),
    mark('locked'),
    branch('not mapped any more', (k, f) => !folio_mapped(k, f.inode, f.page, f.end), 'invalidate'),
    unmap_mapping_folio(call),
    mark('invalidate'),
    label('invalidate_complete_folio2', 'K234', (k, f) => {
      if (dax_is_dirty(k.i_pages.get(f.inode, f.page))) {
        f.error = -EBUSY;
        folio_unlock(k, f.inode, f.page, f.end);
      } else filemap_remove_folios(k, f.inode, f.page, f.end);
      f.page = f.end;
    }),
    jump('next'),
    mark('done'),
    ret((_k, f) => f.error),
  ],
);

const any_mapped = (k: Kernel, inode: number, page: number): boolean =>
  folio_mapped(k, inode, folio_start(k, inode, page), folio_end(k, inode, page + 1));

/** invalidate_mapping_pages(): folios that are clean, unlocked, not mapped and referenced by nobody else go. */
export function invalidate_mapping_pages(k: Kernel, inode: number): void {
  const idle: [number, number][] = [];
  visitRuns(k.i_pages, inode, 0, k.llong_max_pages, (from, to) => {
    for (let page = from; page < to;) {
      const end = Math.max(page + 1, Math.min(to, evictable_alike(k, inode, page, to)));
      if (evictable(k, inode, page, end)) idle.push([page, end]);
      page = end;
    }
  });
  for (const [page, end] of idle) filemap_remove_folios(k, inode, page, end);
}

/** The end of the folios from `page` on that are looked at together: one folio, or in run grain all of them if none is in use. */
function evictable_alike(k: Kernel, inode: number, page: number, limit: number): number {
  return evictable(k, inode, page, limit) ? limit : folio_end(k, inode, page + 1);
}

function evictable(k: Kernel, inode: number, page: number, end: number): boolean {
  const entry = k.i_pages.get(inode, page);
  const busy = dax_is_dirty(entry) || dax_is_locked(entry);
  const [from, to] = [folio_start(k, inode, page), folio_end(k, inode, end)];
  return !busy && !folio_mapped(k, inode, from, to) && !folios_referenced(k, inode, from, to);
}

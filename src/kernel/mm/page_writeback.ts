/**
 * Write-back of the page cache. Models mm/page-writeback.c:write_cache_pages() and folio_clear_dirty_for_io() of 6.1, and what
 * ext4_do_writepages() and iomap_do_writepage() do with a folio.
 *
 * Order (K231): tag, lock the folio, take write permission away from every page table that shows it, one notification for
 * each folio and VMA, clear the dirty mark, write, unlock. A folio is written as a whole, however little of it was asked
 * for. A pin keeps nobody waiting: what a device writes through one after that is not seen, and the folio stays clean.
 *
 * Left out: PG_writeback apart from the lock, clustering, errors.
 */
import { changeRuns, visitRuns } from '../../machine/store.ts';
import {
  change_flags,
  dax_flags,
  dax_is_dirty,
  dax_to_pfn,
  PAGECACHE_TAG_DIRTY,
  PAGECACHE_TAG_TOWRITE,
} from '../fs/dax.ts';
import { persist_blocks } from '../fs/content.ts';
import { end_cow } from '../fs/cow.ts';
import { EXT_MAPPED, EXT_UNWRITTEN, ext_mapped, ext_pfn } from '../fs/extent.ts';
import { mark_inode_dirty } from '../fs/inode.ts';
import { type Kernel, path } from '../kernel.ts';
import {
  folio_end,
  folio_key,
  folio_lock,
  FOLIO_LOCKED,
  folio_mapped,
  folio_start,
  folio_unlock,
  FOLIO_WAIT,
} from './filemap.ts';
import { copy_pages } from './page.ts';
import { pfn_mkclean_range } from './rmap.ts';

/** tag_pages_for_writeback(). */
function tag_pages_for_writeback(k: Kernel, inode: number, from: number, to: number): void {
  visitRuns(k.i_pages, inode, from, to, (page, end, entry) => {
    if (dax_is_dirty(entry)) change_flags(k, inode, page, end, PAGECACHE_TAG_TOWRITE, 0);
  });
}

const tagged = (entry: number): boolean => (dax_flags(entry) & PAGECACHE_TAG_TOWRITE) !== 0;

/** The first page of [from, to) whose folio is tagged, or `to`. */
function next_tagged(k: Kernel, inode: number, from: number, to: number): number {
  let page = k.i_pages.nextNonZero(inode, from, to);
  while (page < to && !tagged(k.i_pages.get(inode, page)))
    page = k.i_pages.nextNonZero(inode, k.i_pages.runEnd(inode, page, to), to);
  return page;
}

/** iomap_writepage_map() and the end of the I/O: blocks hold what the folios of [page, end) do. A hole has no place for it. */
function write_folios(k: Kernel, inode: number, page: number, end: number): void {
  if (k.cow_fork.nextNonZero(inode, page, end) < end) end_cow(k, inode, page, end);
  visitRuns(k.i_pages, inode, page, end, (from, to, entry) => {
    visitRuns(k.extents, inode, from, to, (first, last, extent) => {
      write_blocks_of_folio(k, inode, first, last, dax_to_pfn(entry) + first - from, extent);
    });
  });
  change_flags(k, inode, page, end, 0, PAGECACHE_TAG_DIRTY);
}

function write_blocks_of_folio(
  k: Kernel,
  inode: number,
  page: number,
  end: number,
  frame: number,
  extent: number,
): void {
  const [pfn, pages] = [ext_pfn(extent), end - page];
  copy_pages(k, frame, pfn, pages);
  persist_blocks(k, pfn, pages);
  k.owed.setRange(0, frame, frame + pages, 0);
  k.spend('flush_page', pages);
  k.emit({ type: 'flush', pfn, pages });
  if (ext_mapped(extent)) return;
  changeRuns(k.extents, inode, page, end, (unwritten) => unwritten - EXT_UNWRITTEN + EXT_MAPPED);
  mark_inode_dirty(k, inode);
}

/** write_cache_pages() of pages [from, to), waiting for each (WB_SYNC_ALL). */
export const write_cache_pages = path(
  'write_cache_pages',
  ['inode', 'from', 'to', 'page', 'end', 'state'],
  ({ label, act, mark, branch, jump, call, sleep, ret }) => [
    label('tag_pages_for_writeback', 'K231', (k, f) => {
      tag_pages_for_writeback(k, f.inode, f.from, f.to);
      f.page = f.from;
    }),
    mark('next'),
    act('filemap_get_folios_tag', (k, f) => {
      f.page = next_tagged(k, f.inode, f.page, f.to);
    }),
    branch('no more tagged folios', (_k, f) => f.page >= f.to, 'done'),
    mark('lock'),
    label('folio_lock', 'K231', (k, f) => {
      f.end = f.to;
      f.state = folio_lock(k, f);
      if (f.state !== FOLIO_LOCKED) return;
      f.page = folio_start(k, f.inode, f.page);
      f.end = folio_end(k, f.inode, f.end);
    }),
    branch('locked', (_k, f) => f.state === FOLIO_LOCKED, 'locked'),
    branch('gone', (_k, f) => f.state !== FOLIO_WAIT, 'next'),
    // Who is woken takes the lock, clean or not: it is the one who hands it on.
    sleep('folio_wait_bit_common', 'TASK_UNINTERRUPTIBLE', (k, f) => folio_key(k, f.inode, f.page), true),
    jump('lock'),
    mark('locked'),
    branch('folio_test_dirty', (k, f) => !dax_is_dirty(k.i_pages.get(f.inode, f.page)), 'unlock'),
    branch('not mapped', (k, f) => !folio_mapped(k, f.inode, f.page, f.end), 'write'),
    call(
      pfn_mkclean_range,
      (_k, f, callee) => {
        callee.inode = f.inode;
        callee.from = f.page;
        callee.to = f.end;
      },
      'folio_mkclean',
    ),
    mark('write'),
    label('submit_bio', 'K231', (k, f) => {
      write_folios(k, f.inode, f.page, f.end);
    }),
    mark('unlock'),
    act('folio_unlock', (k, f) => {
      change_flags(k, f.inode, f.page, f.end, 0, PAGECACHE_TAG_TOWRITE);
      folio_unlock(k, f.inode, f.page, f.end);
      f.page = f.end;
    }),
    jump('next'),
    mark('done'),
    ret(),
  ],
);

/**
 * read(2) and write(2) through the page cache, and the zeroing of parts of pages there. Models mm/filemap.c:filemap_read() and
 * generic_perform_write(), fs/iomap/buffered-io.c and their callers of 6.1.
 *
 * A write changes the folio that page tables and pins show as well: nothing is unmapped, nobody is told (K236). Blocks are
 * taken when the page is made dirty, unwritten until it is written back; a shared block keeps what it has, and the copy is
 * reserved (xfs_reflink_reserve_cow()).
 *
 * Left out: delayed allocation (blocks are chosen at once and not at write-back; stat(2) counts both alike), O_DSYNC, faults on the user's
 * buffer, balance_dirty_pages().
 */
import { visitRuns } from '../../machine/store.ts';
import { ENOMEM, ENOSPC } from '../errno.ts';
import { i_data_sem, i_rwsem, invalidate_lock, type Kernel, path } from '../kernel.ts';
import {
  cached_alike,
  folio_key,
  folio_mark_dirty,
  read_absent_folios,
  read_cache_folios,
} from '../mm/filemap.ts';
import { forget_promises, read_file_pages, write_blocks } from './content.ts';
import { page_is_shared, shared_end, next_shared_page } from './cow.ts';
import { dax_is_locked, dax_to_pfn } from './dax.ts';
import {
  content_change_begins,
  content_copied,
  CONTENT_PIECE,
  content_changes,
  content_settles,
} from './expected_content.ts';
import { allocate_hole, allocate_range, EXT_UNWRITTEN, ext_mapped } from './extent.ts';
import { compare, i_size_write, size_byte, size_in_pages, size_page } from './inode.ts';
import { sb_end_write, sb_start_write } from './super.ts';

/** The order of the largest folio: that of a PMD. */
const MAX_PAGECACHE_ORDER = 9;

/** Blocks for dirty pages [page, end): new ones for holes, the reservation of a copy for shared ones. False: no space. */
export function reserve_blocks(k: Kernel, inode: number, page: number, end: number): boolean {
  k.spend('block_map');
  if (!allocate_range(k, inode, page, end, EXT_UNWRITTEN)) return false;
  for (let at = next_shared_page(k, inode, page, end); at < end;) {
    const stop = shared_end(k, inode, at, end);
    if (!reserve_cow(k, inode, at, stop)) return false;
    at = next_shared_page(k, inode, stop, end);
  }
  return true;
}

/** xfs_reflink_reserve_cow(): what of [page, end) has no block in the CoW fork gets one. */
function reserve_cow(k: Kernel, inode: number, page: number, end: number): boolean {
  for (let at = page; at < end;) {
    const stop = k.cow_fork.runEnd(inode, at, end);
    const staged = k.cow_fork.get(inode, at) !== 0;
    if (!staged && !allocate_hole(k, k.cow_fork, inode, at, stop, EXT_UNWRITTEN)) return false;
    at = stop;
  }
  return true;
}

/** The order of the folio that a write of [page, end) puts into the page cache at `page` (fgf_set_order()). */
function order_for_write(k: Kernel, page: number, end: number): number {
  if (!k.rules.buffered_write_makes_large_folios || !k.fs.writes_large_folios) return 0;
  let order = Math.min(MAX_PAGECACHE_ORDER, Math.floor(Math.log2(end - page)));
  while (page % 2 ** order !== 0) order--;
  return order;
}

/** Folios for what of [page, end) has none, as large as a write may make them. */
function write_begin_folios(k: Kernel, inode: number, page: number, end: number): boolean {
  for (let at = page; at < end;) {
    const stop = cached_alike(k, inode, at, end);
    const order = order_for_write(k, at, stop);
    const until = k.i_pages.get(inode, at) !== 0 ? stop : stop - ((stop - at) % 2 ** order);
    if (k.i_pages.get(inode, at) === 0 && !read_cache_folios(k, inode, at, until, order)) return false;
    at = until;
  }
  return true;
}

/** Writes `token` to bytes [from, to) of the pages [page, end), all in the page cache, and marks them dirty. */
function copy_to_folios(
  k: Kernel,
  inode: number,
  page: number,
  end: number,
  token: number,
  from: number,
  to: number,
): void {
  visitRuns(k.i_pages, inode, page, end, (at, stop, entry) => {
    write_blocks(k, dax_to_pfn(entry), stop - at, token, from, to);
  });
  forget_promises(k, inode, page, end);
  folio_mark_dirty(k, inode, page, end);
  k.spend('copy_page', end - page);
}

type WriteFrame = Record<
  'inode' | 'start_page' | 'start_byte' | 'end_page' | 'end_byte' | 'token' | 'page' | 'piece',
  number
>;

/** The pieces of [page, piece) that are written in one way: a partial first page, whole pages, a partial last one. */
function copy_piece(k: Kernel, f: WriteFrame): void {
  for (let at = f.page; at < f.piece;) {
    const from = at === f.start_page ? f.start_byte : 0;
    const to = at === f.end_page ? f.end_byte : 4096;
    const stop = from > 0 || to < 4096 ? at + 1 : Math.min(f.piece, Math.max(at + 1, f.end_page));
    copy_to_folios(k, f.inode, at, stop, f.token, from, to);
    at = stop;
  }
  content_copied(k, f.inode, f.piece);
}

/** The first page of [from, to) whose folio is locked, or `to`. */
function next_locked(k: Kernel, inode: number, from: number, to: number): number {
  let at = k.i_pages.nextNonZero(inode, from, to);
  while (at < to && !dax_is_locked(k.i_pages.get(inode, at)))
    at = k.i_pages.nextNonZero(inode, k.i_pages.runEnd(inode, at, to), to);
  return at;
}

const last_page = (f: Record<'end_page' | 'end_byte', number>): number =>
  f.end_byte > 0 ? f.end_page + 1 : f.end_page;

const WRITE = ['inode', 'start_page', 'start_byte', 'end_page', 'end_byte', 'token'] as const;

/** generic_perform_write() and iomap_file_buffered_write(), with i_rwsem held for write. */
const perform_write = path(
  'generic_perform_write',
  [...WRITE, 'page', 'piece', 'locked', 'error'],
  ({ label, act, mark, branch, jump, down_write, up, sleep, ret }) => [
    act('zero the old tail', (k, f) => {
      f.page = f.start_page;
      zero_old_tail_of_folio(k, f.inode, f.start_page, f.start_byte);
    }),
    mark('next'),
    branch('all written', (_k, f) => f.page >= last_page(f), 'written'),
    down_write('get_block', (_k, f) => i_data_sem(f.inode)),
    act('reserve blocks', (k, f) => {
      f.piece = k.extents.runEnd(f.inode, f.page, last_page(f));
      if (!reserve_blocks(k, f.inode, f.page, f.piece)) f.error = -ENOSPC;
    }),
    up('get_block done', (_k, f) => i_data_sem(f.inode)),
    branch('ENOSPC', (_k, f) => f.error < 0, 'written'),
    mark('write_begin'),
    label('__filemap_get_folio', 'K236', (k, f) => {
      f.locked = next_locked(k, f.inode, f.page, f.piece);
      if (f.locked < f.piece) return;
      if (write_begin_folios(k, f.inode, f.page, f.piece)) copy_piece(k, f);
      else f.error = -ENOMEM;
    }),
    branch('folio_lock', (_k, f) => f.locked >= f.piece, 'copied'),
    sleep('folio_wait_bit_common', 'TASK_UNINTERRUPTIBLE', (k, f) => folio_key(k, f.inode, f.locked)),
    jump('write_begin'),
    mark('copied'),
    act('write_end', (k, f) => {
      if (f.error < 0) return;
      k.emit({ type: 'written', inode: f.inode, page: f.page, pages: f.piece - f.page });
      f.page = f.piece;
    }),
    branch('go on', (_k, f) => f.error === 0, 'next'),
    mark('written'),
    act('i_size_write', (k, f) => {
      const [page, byte] = f.error < 0 ? [f.page, 0] : [f.end_page, f.end_byte];
      if (f.error < 0 && f.page > f.start_page) f.error = 0;
      if (f.error === 0 && compare(page, byte, size_page(k, f.inode), size_byte(k, f.inode)) > 0)
        i_size_write(k, f.inode, page, byte);
    }),
    ret((_k, f) => f.error),
  ],
);

/** write(2): file_start_write() (K20), then i_rwsem for write around the copy (K18). */
const writeIter = (name: string) =>
  path(name, [...WRITE, 'error'], ({ act, down_write, up, call, ret }) => [
    call(sb_start_write, () => undefined),
    down_write('inode_lock', (_k, f) => i_rwsem(f.inode)),
    act('write begins', (k, f) => {
      const { inode, start_page, start_byte, end_page, end_byte, token } = f;
      content_change_begins(k, 'write', { inode, start_page, start_byte, end_page, end_byte, token });
    }),
    call(perform_write, (_k, f, callee) => {
      for (const local of WRITE) callee[local] = f[local];
    }),
    act('result', (k, f) => {
      f.error = k.ret;
      content_settles(k, f.inode, f.error);
    }),
    up('inode_unlock', (_k, f) => i_rwsem(f.inode)),
    act('file_end_write', (k) => {
      sb_end_write(k);
    }),
    ret((_k, f) => f.error),
  ]);

export const ext4_buffered_write_iter = writeIter('ext4_buffered_write_iter');
export const xfs_file_buffered_write = writeIter('xfs_file_buffered_write');

/** filemap_read() of [page, last): what is not there is brought in under invalidate_lock. */
const filemap_read = path(
  'filemap_read',
  ['inode', 'page', 'last', 'piece', 'error'],
  ({ label, act, mark, branch, jump, down_read, up, ret }) => [
    mark('next'),
    act('piece', (k, f) => {
      f.last = Math.min(f.last, size_in_pages(k, f.inode));
      f.piece = f.page < f.last ? cached_alike(k, f.inode, f.page, f.last) : f.page;
    }),
    branch('all read', (_k, f) => f.page >= f.last, 'done'),
    branch('in the page cache', (k, f) => k.i_pages.get(f.inode, f.page) !== 0, 'copy'),
    down_read('filemap_invalidate_lock_shared', (_k, f) => invalidate_lock(f.inode)),
    act('filemap_create_folio', (k, f) => {
      if (!read_absent_folios(k, f.inode, f.page, f.piece)) f.error = -ENOMEM;
    }),
    up('filemap_invalidate_unlock_shared', (_k, f) => invalidate_lock(f.inode)),
    branch('no memory', (_k, f) => f.error < 0, 'done'),
    mark('copy'),
    label('copy_folio_to_iter', 'K228', (k, f) => {
      f.page = copy_from_folios(k, f.inode, f.page, f.piece);
    }),
    jump('next'),
    mark('done'),
    ret((_k, f) => f.error),
  ],
);

/** Reads [page, end) as far as it is in the page cache: the page after that. */
function copy_from_folios(k: Kernel, inode: number, page: number, end: number): number {
  let at = page;
  while (at < end && k.i_pages.get(inode, at) !== 0) {
    const stop = k.i_pages.runEnd(inode, at, end);
    read_file_pages(k, inode, at, stop - at, dax_to_pfn(k.i_pages.get(inode, at)));
    k.spend('copy_page', stop - at);
    at = stop;
  }
  return at;
}

const READ = ['inode', 'start_page', 'start_byte', 'end_page', 'end_byte'] as const;

/** ext4 reads without i_rwsem; XFS has its IOLOCK for read. */
export const generic_file_read_iter = path('generic_file_read_iter', READ, ({ call, ret }) => [
  call(filemap_read, (_k, f, callee) => {
    callee.inode = f.inode;
    callee.page = f.start_page;
    callee.last = last_page(f);
  }),
  ret((k) => k.ret),
]);

export const xfs_file_buffered_read = path(
  'xfs_file_buffered_read',
  [...READ, 'error'],
  ({ act, call, down_read, up, ret }) => [
    down_read('xfs_ilock_iocb IOLOCK_SHARED', (_k, f) => i_rwsem(f.inode)),
    call(filemap_read, (_k, f, callee) => {
      callee.inode = f.inode;
      callee.page = f.start_page;
      callee.last = last_page(f);
    }),
    act('result', (k, f) => {
      f.error = k.ret;
    }),
    up('xfs_iunlock IOLOCK_SHARED', (_k, f) => i_rwsem(f.inode)),
    ret((_k, f) => f.error),
  ],
);

/**
 * iomap_zero_range(), ext4_block_zero_page_range() of bytes [from, to) of a page, which is read if need be: in the folio, which is
 * dirty afterwards. A hole has nothing to zero. The lock of the folio is not waited for: who has it does not write to it.
 */
export function zero_folio_bytes(k: Kernel, inode: number, page: number, from: number, to: number): void {
  const extent = k.extents.get(inode, page);
  const cached = k.i_pages.get(inode, page) !== 0;
  if (from >= to || (!cached && !ext_mapped(extent))) return;
  if (!cached && !read_cache_folios(k, inode, page, page + 1)) return;
  const pfn = dax_to_pfn(k.i_pages.get(inode, page));
  write_blocks(k, pfn, 1, 0, from, to);
  k.spend('copy_page');
  if (extent === 0) return;
  if (page_is_shared(k, inode, page)) reserve_cow(k, inode, page, page + 1);
  forget_promises(k, inode, page, page + 1);
  folio_mark_dirty(k, inode, page, page + 1);
}

/** Bytes between the old end of file and a write beyond it read as zeros. */
function zero_old_tail_of_folio(k: Kernel, inode: number, toPage: number, toByte: number): void {
  const page = size_page(k, inode);
  if (compare(toPage, toByte, page, size_byte(k, inode)) <= 0) return;
  zero_folio_bytes(k, inode, page, size_byte(k, inode), toPage > page ? 4096 : toByte);
  content_changes(k, inode, CONTENT_PIECE.old_tail);
}

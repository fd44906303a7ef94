/**
 * read(2) and write(2) on a DAX file. Models fs/dax.c:dax_iomap_rw() and its callers of 6.1.
 *
 * A write holds i_rwsem for write (a read for read) and never waits for a pin: there is no layout break here (K22,
 * K165). New blocks drop clean entries and mappings of the range first (K44); stores are non-temporal (K68). The copy of a
 * shared block does not drop them in 6.1, so that a page mapped before goes on showing the old block (K60); in 6.12 it clears
 * the marks of dirty entries and drops them all.
 *
 * Left out: O_DSYNC, faults on the user's buffer (K19), leases.
 */
import { visitRuns } from '../../machine/store.ts';
import { EFAULT, EIO, ENOSPC } from '../errno.ts';
import { i_data_sem, i_rwsem, type Kernel, path } from '../kernel.ts';
import { clear_bad_blocks, has_bad_block, like_blocks } from './bad_blocks.ts';
import { forget_promises, persist_blocks, read_file_pages, write_blocks } from './content.ts';
import { cow_range, next_shared_page } from './cow.ts';
import { __dax_clear_dirty_range, invalidate_inode_pages2_range } from './dax.ts';
import {
  content_change_begins,
  content_copied,
  CONTENT_PIECE,
  content_changes,
  content_settles,
} from './expected_content.ts';
import { allocate_written, ext_mapped, ext_pfn } from './extent.ts';
import { compare, i_size_write, size_byte, size_in_pages, size_page } from './inode.ts';
import { sb_end_write, sb_start_write } from './super.ts';
import { dax_zero_page_bytes } from './truncate.ts';

/** Copies `token` into bytes [start, end) of pages that all have written blocks. */
function dax_copy_from_iter(
  k: Kernel,
  inode: number,
  token: number,
  startPage: number,
  startByte: number,
  endPage: number,
  endByte: number,
): void {
  const last = endByte > 0 ? endPage + 1 : endPage;
  visitRuns(k.extents, inode, startPage, last, (page, end, extent) => {
    const pfn = ext_pfn(extent);
    for (let at = page; at < end;) {
      const from = at === startPage ? startByte : 0;
      const to = at === endPage ? endByte : 4096;
      // The partial first and last pages stand alone, everything between is one piece.
      const stop = from > 0 || to < 4096 ? at + 1 : Math.min(end, endPage);
      const pages = Math.max(1, stop - at);
      write_blocks(k, pfn + at - page, pages, token, from, to);
      persist_blocks(k, pfn + at - page, pages);
      forget_promises(k, inode, at, at + pages);
      k.spend('copy_page', pages);
      at += pages;
    }
  });
  k.emit({ type: 'written', inode, page: startPage, pages: last - startPage });
}

/** Bytes between the old end of file and a write beyond it read as zeros: the tail of the old last page is zeroed. */
export function zero_old_tail(k: Kernel, inode: number, toPage: number, toByte: number): void {
  const page = size_page(k, inode);
  if (compare(toPage, toByte, page, size_byte(k, inode)) <= 0) return;
  dax_zero_page_bytes(k, inode, page, size_byte(k, inode), toPage > page ? 4096 : toByte);
  content_changes(k, inode, CONTENT_PIECE.old_tail);
}

/** Takes blocks for [from, to), copies of shared ones among them (K60): 0 or an error. */
function take_written(k: Kernel, inode: number, from: number, to: number): number {
  const error = cow_range(k, inode, from, to);
  if (error < 0) return error;
  return allocate_written(k, inode, from, to) ? 0 : -ENOSPC;
}

/**
 * DAX_RECOVERY_WRITE: a bad block that is written as a whole is good again, one that is written in part fails the piece
 * (pmem_recovery_write). The piece ends where good blocks give way to bad ones.
 */
function recover_or_stop(
  k: Kernel,
  f: Record<
    'inode' | 'page' | 'piece' | 'start_page' | 'start_byte' | 'end_page' | 'end_byte' | 'error',
    number
  >,
): void {
  if (k.poison.nextNonZero(0, 1, k.options.blocks + 1) > k.options.blocks) return;
  const pfn = ext_pfn(k.extents.get(f.inode, f.page));
  const run = k.extents.runEnd(f.inode, f.page, f.piece) - f.page;
  f.piece = f.page + like_blocks(k, pfn, run);
  if (!has_bad_block(k, pfn, 1)) return;
  const partial = (f.page === f.start_page && f.start_byte > 0) || f.page === f.end_page;
  if (partial) {
    f.error = -EFAULT;
    return;
  }
  f.piece = Math.min(f.piece, f.end_page);
  clear_bad_blocks(k, pfn, f.piece - f.page);
}

/** The end of the pages from `page` on that one iomap covers: all mapped, or all to be allocated. */
function iomap_end_of(k: Kernel, inode: number, page: number, last: number): number {
  const mapped = ext_mapped(k.extents.get(inode, page));
  let end = page;
  while (end < last && ext_mapped(k.extents.get(inode, end)) === mapped)
    end = k.extents.runEnd(inode, end, last);
  return end;
}

/**
 * dax_iomap_rw() for a write, with i_rwsem held: piece by piece allocate, drop stale mappings of new blocks only, copy;
 * then grow. Without space for the first piece it is -ENOSPC, later a short write.
 */
export const dax_write_iter = path(
  'dax_iomap_rw',
  [
    'inode',
    'start_page',
    'start_byte',
    'end_page',
    'end_byte',
    'token',
    'page',
    'piece',
    'new_blocks',
    'copied',
    'error',
  ],
  ({ label, act, mark, branch, down_write, up, call, ret }) => [
    act('zero the old tail', (k, f) => {
      f.page = f.start_page;
      zero_old_tail(k, f.inode, f.start_page, f.start_byte);
    }),
    mark('iomap_iter'),
    down_write('iomap_begin', (_k, f) => i_data_sem(f.inode)),
    act('allocate blocks', (k, f) => {
      k.spend('block_map');
      f.piece = iomap_end_of(k, f.inode, f.page, last_page(f));
      f.new_blocks = ext_mapped(k.extents.get(f.inode, f.page)) ? 0 : 1;
      f.copied = next_shared_page(k, f.inode, f.page, f.piece) < f.piece ? 1 : 0;
      f.error = take_written(k, f.inode, f.page, f.piece);
      if (f.error === 0) recover_or_stop(k, f);
    }),
    up('iomap_end', (_k, f) => i_data_sem(f.inode)),
    branch('ENOSPC', (_k, f) => f.error < 0, 'written'),
    branch('IOMAP_F_NEW', (_k, f) => f.new_blocks === 1, 'invalidate'),
    branch('no IOMAP_F_SHARED', (k, f) => f.copied === 0 || !k.rules.write_unmaps_copied_blocks, 'copy'),
    call(__dax_clear_dirty_range, (_k, f, callee) => {
      callee.inode = f.inode;
      callee.from = f.page;
      callee.to = f.piece;
    }),
    mark('invalidate'),
    call(invalidate_inode_pages2_range, (_k, f, callee) => {
      callee.inode = f.inode;
      callee.from = f.page;
      callee.to = f.piece;
    }),
    mark('copy'),
    label('dax_copy_from_iter', 'K68', (k, f) => {
      const whole = f.piece === last_page(f);
      const from = f.page === f.start_page ? f.start_byte : 0;
      dax_copy_from_iter(
        k,
        f.inode,
        f.token,
        f.page,
        from,
        whole ? f.end_page : f.piece,
        whole ? f.end_byte : 0,
      );
      content_copied(k, f.inode, f.piece);
      f.page = f.piece;
    }),
    branch('more to write', (_k, f) => f.page < last_page(f), 'iomap_iter'),
    mark('written'),
    act('i_size_write', (k, f) => {
      const [page, byte] = f.error < 0 ? [f.page, 0] : [f.end_page, f.end_byte];
      if (f.error < 0 && f.page > f.start_page) f.error = 0;
      if (f.error === 0 && compare(page, byte, size_page(k, f.inode), size_byte(k, f.inode)) > 0) {
        i_size_write(k, f.inode, page, byte);
      }
    }),
    ret((_k, f) => f.error),
  ],
);

/** The page after the last one a byte range touches. */
function last_page(f: Record<'end_page' | 'end_byte', number>): number {
  return f.end_byte > 0 ? f.end_page + 1 : f.end_page;
}

/** write(2): file_start_write() (K20), then i_rwsem for write around the copy (K18). */
const writeIter = (name: string) =>
  path(
    name,
    ['inode', 'start_page', 'start_byte', 'end_page', 'end_byte', 'token', 'error'],
    ({ act, down_write, up, call, ret }) => [
      call(sb_start_write, () => undefined),
      down_write('inode_lock', (_k, f) => i_rwsem(f.inode)),
      act('write begins', (k, f) => {
        const { inode, start_page, start_byte, end_page, end_byte, token } = f;
        content_change_begins(k, 'write', { inode, start_page, start_byte, end_page, end_byte, token });
      }),
      call(dax_write_iter, (_k, f, callee) => {
        callee.inode = f.inode;
        callee.start_page = f.start_page;
        callee.start_byte = f.start_byte;
        callee.end_page = f.end_page;
        callee.end_byte = f.end_byte;
        callee.token = f.token;
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
    ],
  );

export const ext4_dax_write_iter = writeIter('ext4_dax_write_iter');
export const xfs_file_dax_write = writeIter('xfs_file_dax_write');

/** Reads what [start, end) of the file holds, up to its size: 0, or -EIO when the first of it cannot be read. */
function dax_read(k: Kernel, inode: number, startPage: number, endPage: number, endByte: number): number {
  const last = Math.min(endByte > 0 ? endPage + 1 : endPage, size_in_pages(k, inode));
  for (let page = startPage; page < last;) {
    const extent = k.extents.get(inode, page);
    const run = k.extents.runEnd(inode, page, last) - page;
    const end = page + (ext_mapped(extent) ? like_blocks(k, ext_pfn(extent), run) : run);
    if (ext_mapped(extent) && has_bad_block(k, ext_pfn(extent), 1)) return page === startPage ? -EIO : 0;
    read_file_pages(k, inode, page, end - page, ext_mapped(extent) ? ext_pfn(extent) : 0);
    k.spend('copy_page', end - page);
    page = end;
  }
  return 0;
}

/** read(2): i_rwsem for read (K18). */
const readIter = (name: string) =>
  path(
    name,
    ['inode', 'start_page', 'start_byte', 'end_page', 'end_byte', 'error'],
    ({ label, down_read, up, ret }) => [
      down_read('inode_lock_shared', (_k, f) => i_rwsem(f.inode)),
      label('dax_iomap_rw', 'K18', (k, f) => {
        f.error = dax_read(k, f.inode, f.start_page, f.end_page, f.end_byte);
      }),
      up('inode_unlock_shared', (_k, f) => i_rwsem(f.inode)),
      ret((_k, f) => f.error),
    ],
  );

export const ext4_dax_read_iter = readIter('ext4_dax_read_iter');
export const xfs_file_dax_read = readIter('xfs_file_dax_read');

/**
 * O_DIRECT writes to a file that is not on DAX. Models fs/iomap/direct-io.c:__iomap_dio_rw() of 6.1 and its callers.
 *
 * The range is written back and its folios are taken out of the file, pinned or not (K238), then the blocks are written, then
 * folios that came in meanwhile are taken out as well. A dirty folio that cannot go sends the whole write through the page
 * cache. Page tables that showed the range fault again and find what was written; a pin does not.
 *
 * Left out: alignment below a page (it is written as it is asked for), asynchronous completion, O_DIRECT reads, which find
 * what is in the page cache all the same here.
 */
import { visitRuns } from '../../machine/store.ts';
import { EBUSY, ENOSPC } from '../errno.ts';
import { i_data_sem, i_rwsem, type Kernel, path } from '../kernel.ts';
import { invalidate_folios2_range } from '../mm/truncate.ts';
import { ext4_buffered_write_iter, reserve_blocks, xfs_file_buffered_write } from './buffered_io.ts';
import { forget_promises, persist_blocks, write_blocks } from './content.ts';
import { copy_staged, end_cow } from './cow.ts';
import { content_change_begins, content_copied, content_settles } from './expected_content.ts';
import { EXT_MAPPED, EXT_UNWRITTEN, ext_mapped, ext_pfn } from './extent.ts';
import type { Filesystem } from './filesystem.ts';
import { compare, i_size_write, mark_inode_dirty, size_byte, size_page } from './inode.ts';
import { zero_old_tail } from './read_write.ts';
import { sb_end_write, sb_start_write } from './super.ts';
import { filemap_write_and_wait_range } from './writeback.ts';

const WRITE = ['inode', 'start_page', 'start_byte', 'end_page', 'end_byte', 'token'] as const;

type WriteFrame = Record<(typeof WRITE)[number], number>;

const last_page = (f: Record<'end_page' | 'end_byte', number>): number =>
  f.end_byte > 0 ? f.end_page + 1 : f.end_page;

/** iomap_dio_bio_iter() and the end of the I/O: bytes of the blocks, all there, that unwritten ones had as zeros. */
function write_to_blocks(k: Kernel, f: WriteFrame): void {
  const last = last_page(f);
  if (k.cow_fork.nextNonZero(f.inode, f.start_page, last) < last)
    copy_reserved(k, f.inode, f.start_page, last);
  visitRuns(k.extents, f.inode, f.start_page, last, (page, end, extent) => {
    if (!ext_mapped(extent)) write_blocks(k, ext_pfn(extent), end - page, 0, 0, 4096);
    for (let at = page; at < end;) {
      const from = at === f.start_page ? f.start_byte : 0;
      const to = at === f.end_page ? f.end_byte : 4096;
      const stop = from > 0 || to < 4096 ? at + 1 : Math.min(end, Math.max(at + 1, f.end_page));
      write_blocks(k, ext_pfn(extent) + at - page, stop - at, f.token, from, to);
      forget_promises(k, f.inode, at, stop);
      at = stop;
    }
    persist_blocks(k, ext_pfn(extent), end - page);
    k.emit({ type: 'flush', pfn: ext_pfn(extent), pages: end - page });
    if (!ext_mapped(extent)) k.extents.setRange(f.inode, page, end, extent - EXT_UNWRITTEN + EXT_MAPPED);
  });
  content_copied(k, f.inode, last);
  mark_inode_dirty(k, f.inode);
  k.spend('copy_page', last - f.start_page);
  k.emit({ type: 'written', inode: f.inode, page: f.start_page, pages: last - f.start_page });
}

/** xfs_reflink_end_cow(): shared blocks of [page, end) give way to their copies, with what they hold. */
function copy_reserved(k: Kernel, inode: number, page: number, end: number): void {
  copy_staged(k, inode, page, end);
  end_cow(k, inode, page, end);
}

const pass = (f: WriteFrame, callee: WriteFrame): void => {
  for (const local of WRITE) callee[local] = f[local];
};

/** __iomap_dio_rw() with i_rwsem held: 0, -ENOSPC, or 1 (-ENOTBLK): the page cache has to do it. */
const iomap_dio_rw = path(
  '__iomap_dio_rw',
  [...WRITE, 'error'],
  ({ label, act, mark, branch, call, down_write, up, ret }) => [
    call(filemap_write_and_wait_range, (_k, f, callee) => {
      callee.inode = f.inode;
      callee.from = f.start_page;
      callee.to = last_page(f);
    }),
    call(invalidate_folios2_range, (_k, f, callee) => {
      callee.inode = f.inode;
      callee.from = f.start_page;
      callee.to = last_page(f);
    }),
    branch('EBUSY', (k) => k.ret < 0, 'fall back'),
    down_write('iomap_begin', (_k, f) => i_data_sem(f.inode)),
    act('allocate blocks', (k, f) => {
      if (!reserve_blocks(k, f.inode, f.start_page, last_page(f))) f.error = -ENOSPC;
    }),
    up('iomap_end', (_k, f) => i_data_sem(f.inode)),
    branch('ENOSPC', (_k, f) => f.error < 0, 'done'),
    label('iomap_dio_bio_iter', 'K238', (k, f) => {
      write_to_blocks(k, f);
    }),
    call(
      invalidate_folios2_range,
      (_k, f, callee) => {
        callee.inode = f.inode;
        callee.from = f.start_page;
        callee.to = last_page(f);
      },
      'invalidate_inode_pages2_range when written',
    ),
    act('i_size_write', (k, f) => {
      const { inode, end_page, end_byte } = f;
      if (compare(end_page, end_byte, size_page(k, inode), size_byte(k, inode)) > 0)
        i_size_write(k, inode, end_page, end_byte);
    }),
    mark('done'),
    ret((_k, f) => f.error),
    mark('fall back'),
    ret(() => 1),
  ],
);

/** write(2) on a descriptor with O_DIRECT; `buffered` is the filesystem's other write_iter. */
const directWrite = (name: string, buffered: Filesystem['write_iter']): Filesystem['write_iter'] =>
  path(name, [...WRITE, 'error'], ({ act, mark, branch, call, down_write, up, ret }) => [
    call(sb_start_write, () => undefined),
    down_write('inode_lock', (_k, f) => i_rwsem(f.inode)),
    act('old end of file', (k, f) => {
      const { inode, start_page, start_byte, end_page, end_byte, token } = f;
      content_change_begins(k, 'write', { inode, start_page, start_byte, end_page, end_byte, token });
      zero_old_tail(k, f.inode, f.start_page, f.start_byte);
    }),
    call(iomap_dio_rw, (_k, f, callee) => {
      pass(f, callee);
    }),
    act('result', (k, f) => {
      f.error = k.ret;
      // What the page cache has to write instead begins anew there.
      content_settles(k, f.inode, f.error === 1 ? -EBUSY : f.error);
    }),
    up('inode_unlock', (_k, f) => i_rwsem(f.inode)),
    act('file_end_write', (k) => {
      sb_end_write(k);
    }),
    branch('ENOTBLK', (_k, f) => f.error === 1, 'buffered'),
    ret((_k, f) => f.error),
    mark('buffered'),
    call(buffered, (_k, f, callee) => {
      pass(f, callee);
    }),
    ret((k) => k.ret),
  ]);

export const ext4_dio_write_iter = directWrite('ext4_dio_write_iter', ext4_buffered_write_iter);
export const xfs_file_dio_write = directWrite('xfs_file_dio_write', xfs_file_buffered_write);

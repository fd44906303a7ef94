/**
 * Changing the size of a file on XFS. Models fs/xfs/xfs_iops.c:xfs_vn_setattr() and xfs_setattr_size() of 6.1 (K51).
 *
 * Left out: transactions, owner, mode and times.
 */
import { EFBIG } from '../errno.ts';
import { i_data_sem, invalidate_lock, path } from '../kernel.ts';
import { CONTENT_PIECE, content_changes } from './expected_content.ts';
import { free_range, has_no_extents } from './extent.ts';
import { compare, i_size_write, inode_newsize_ok, size_byte, size_in_pages, size_page } from './inode.ts';
import { xfs_break_dax_layouts } from './layout_break.ts';
import { zero_old_tail } from './read_write.ts';
import { truncate_pagecache, zero_new_tail } from './truncate.ts';
import { filemap_write_and_wait_range } from './writeback.ts';

const first_after = (page: number, byte: number): number => (byte > 0 ? page + 1 : page);

/** xfs_setattr_size(), with IOLOCK and MMAPLOCK held for write and the layout broken (K51). */
export const xfs_setattr_size = path(
  'xfs_setattr_size',
  ['inode', 'size_page', 'size_byte', 'old_page', 'old_byte'],
  ({ label, act, mark, branch, down_write, up, call, ret }) => [
    branch(
      'zero length already',
      (k, f) =>
        f.size_page === 0 &&
        f.size_byte === 0 &&
        size_in_pages(k, f.inode) === 0 &&
        has_no_extents(k, f.inode),
      'done',
    ),
    label('inode_dio_wait', 'K51', (k, f) => {
      f.old_page = size_page(k, f.inode);
      f.old_byte = size_byte(k, f.inode);
    }),
    branch('grows', (_k, f) => compare(f.size_page, f.size_byte, f.old_page, f.old_byte) > 0, 'grow'),
    branch('no flush of the new end', (k) => !k.rules.xfs_truncate_flushes_new_eof, 'tail'),
    call(filemap_write_and_wait_range, (_k, f, callee) => {
      callee.inode = f.inode;
      callee.from = f.size_page;
      callee.to = f.size_page + 1;
    }),
    mark('tail'),
    label('xfs_truncate_page', 'K51', (k, f) => {
      zero_new_tail(k, f.inode, f.size_page, f.size_byte);
    }),
    mark('grow'),
    label('truncate_setsize', 'K51', (k, f) => {
      zero_old_tail(k, f.inode, f.size_page, f.size_byte);
      i_size_write(k, f.inode, f.size_page, f.size_byte);
    }),
    call(truncate_pagecache, (_k, f, callee) => {
      callee.inode = f.inode;
      callee.from = first_after(f.size_page, f.size_byte);
    }),
    branch('grew', (_k, f) => compare(f.size_page, f.size_byte, f.old_page, f.old_byte) > 0, 'done'),
    down_write('xfs_ilock ILOCK_EXCL', (_k, f) => i_data_sem(f.inode)),
    act('xfs_itruncate_extents', (k, f) => {
      free_range(k, f.inode, first_after(f.size_page, f.size_byte), k.llong_max_pages);
      content_changes(k, f.inode, CONTENT_PIECE.beyond);
    }),
    up('xfs_iunlock ILOCK_EXCL', (_k, f) => i_data_sem(f.inode)),
    mark('done'),
    ret(),
  ],
);

/** xfs_vn_setattr() for ATTR_SIZE: MMAPLOCK, the break, then xfs_setattr_size (K51). */
export const xfs_vn_setattr = path(
  'xfs_vn_setattr',
  ['inode', 'size_page', 'size_byte', 'error'],
  ({ act, mark, branch, down_write, up, call, ret }) => [
    down_write('filemap_invalidate_lock', (_k, f) => invalidate_lock(f.inode)),
    call(xfs_break_dax_layouts, (_k, f, callee) => {
      callee.inode = f.inode;
    }),
    act('break result', (k, f) => {
      f.error = k.ret;
    }),
    branch('interrupted', (_k, f) => f.error < 0, 'unlock'),
    // Unlike ext4, after the break: a size that is refused has waited for pins all the same.
    act('inode_newsize_ok', (k, f) => {
      f.error = inode_newsize_ok(k, f.inode, f.size_page, f.size_byte) ? 0 : -EFBIG;
    }),
    branch('too big', (_k, f) => f.error < 0, 'unlock'),
    call(xfs_setattr_size, (_k, f, callee) => {
      callee.inode = f.inode;
      callee.size_page = f.size_page;
      callee.size_byte = f.size_byte;
    }),
    mark('unlock'),
    up('filemap_invalidate_unlock', (_k, f) => invalidate_lock(f.inode)),
    ret((_k, f) => f.error),
  ],
);

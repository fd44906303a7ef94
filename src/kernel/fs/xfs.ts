/**
 * XFS on DAX. Models fs/xfs/xfs_file.c:xfs_file_fallocate() and xfs_bmap_util.c of 6.1; the size is in xfs_setattr.ts.
 *
 * xfs_break_layouts() stands at the top of every fallocate mode, preallocation included (K56, K57), and IOLOCK and
 * MMAPLOCK are held for write over all of it. ZERO_RANGE frees the blocks and takes new ones, unlike ext4 (K57).
 *
 * Sharing blocks is in xfs_reflink.ts, copies of shared ones in cow.ts.
 *
 * Left out: transactions, the delayed inactivation of unlinked inodes, the realtime device.
 */
import type { Path } from '../../machine/program.ts';
import { EFBIG, EINVAL, ENOSPC } from '../errno.ts';
import { i_data_sem, i_rwsem, invalidate_lock, type Kernel, path } from '../kernel.ts';
import { xfs_file_buffered_read, xfs_file_buffered_write } from './buffered_io.ts';
import { xfs_file_dio_write } from './direct_io.ts';
import { CONTENT_PIECE, content_changes, content_settles } from './expected_content.ts';
import { allocate_range, EXT_UNWRITTEN, free_range, shift_extents } from './extent.ts';
import type { Fallocate, FallocateMode, Filesystem, RangeLocals } from './filesystem.ts';
import { xfs_filemap_fault } from './filemap_fault.ts';
import { xfs_filemap_huge_fault } from './huge_fault.ts';
import {
  at_or_beyond_eof,
  beyond_maxbytes,
  compare,
  count_size_change,
  MAX_LFS_FILESIZE,
  size_byte,
  size_in_pages,
  size_page,
} from './inode.ts';
import { xfs_break_dax_layouts } from './layout_break.ts';
import { vfs_fallocate } from './open.ts';
import { vfs_clone_file_range } from './remap_range.ts';
import { xfs_file_remap_range } from './xfs_reflink.ts';
import { xfs_setattr_size, xfs_vn_setattr } from './xfs_setattr.ts';
import { xfs_reflink_unshare } from './xfs_unshare.ts';
import { xfs_file_dax_read, xfs_file_dax_write } from './read_write.ts';
import { truncate_pagecache_range, zero_partial_blocks } from './truncate.ts';
import { filemap_write_and_wait_range } from './writeback.ts';

const first_after = (page: number, byte: number): number => (byte > 0 ? page + 1 : page);

/** xfs_flush_unmap_range(): write back and drop the page-rounded range (K57). */
const xfs_flush_unmap_range = path('xfs_flush_unmap_range', ['inode', 'from', 'to'], ({ call, ret }) => [
  call(filemap_write_and_wait_range, (_k, f, callee) => {
    callee.inode = f.inode;
    callee.from = f.from;
    callee.to = f.to;
  }),
  call(truncate_pagecache_range, (_k, f, callee) => {
    callee.inode = f.inode;
    callee.from = f.from;
    callee.to = f.to;
  }),
  ret(),
]);

/** xfs_free_file_space(): whole blocks of the range become holes, partial ones are zeroed up to end of file (K57). */
export const xfs_free_file_space: Path<Kernel, RangeLocals> = path(
  'xfs_free_file_space',
  ['inode', 'start_page', 'start_byte', 'end_page', 'end_byte'],
  ({ act, label, mark, branch, down_write, up, ret }) => [
    branch('no whole block', (_k, f) => first_after(f.start_page, f.start_byte) >= f.end_page, 'zero'),
    down_write('xfs_unmap_extent', (_k, f) => i_data_sem(f.inode)),
    act('xfs_bunmapi', (k, f) => {
      free_range(k, f.inode, first_after(f.start_page, f.start_byte), f.end_page);
      content_changes(k, f.inode, CONTENT_PIECE.whole);
    }),
    up('xfs_unmap_extent done', (_k, f) => i_data_sem(f.inode)),
    mark('zero'),
    label('xfs_zero_range', 'K57', (k, f) => {
      if (at_or_beyond_eof(k, f.inode, f.start_page, f.start_byte)) return;
      zero_partial_blocks(k, f.inode, f.start_page, f.start_byte, f.end_page, f.end_byte);
    }),
    ret(),
  ],
);

/** What each mode checks after the break, and the size it ends with (null: unchanged). */
interface ModeRules {
  readonly flushes: boolean;
  readonly error: (k: Kernel, f: Record<RangeLocals, number>) => number;
}

const MODE_RULES: Record<FallocateMode, ModeRules> = {
  alloc: { flushes: false, error: () => 0 },
  punch: { flushes: true, error: () => 0 },
  zero: { flushes: true, error: () => 0 },
  collapse: {
    flushes: true,
    error: (k, f) => (unaligned(f) || at_or_beyond_eof(k, f.inode, f.end_page, f.end_byte) ? -EINVAL : 0),
  },
  insert: {
    flushes: false,
    error: (k, f) => {
      if (unaligned(f)) return -EINVAL;
      const grown = size_page(k, f.inode) + f.end_page - f.start_page;
      if (beyond_maxbytes(k, grown, size_byte(k, f.inode))) return -EFBIG;
      return at_or_beyond_eof(k, f.inode, f.start_page, f.start_byte) ? -EINVAL : 0;
    },
  },
  unshare: { flushes: false, error: () => 0 },
};

const unaligned = (f: Record<RangeLocals, number>): boolean => f.start_byte > 0 || f.end_byte > 0;

/** xfs_file_fallocate(): locks, break, flush where the mode needs it, then the mode's own path. */
const fallocatePath = (mode: FallocateMode, body: Path<Kernel, RangeLocals | 'keep_size'>): Fallocate =>
  path(
    `xfs_file_fallocate ${mode}`,
    ['inode', 'start_page', 'start_byte', 'end_page', 'end_byte', 'keep_size', 'error'],
    ({ act, label, mark, branch, down_write, up, call, ret }) => [
      down_write('xfs_ilock IOLOCK_EXCL', (_k, f) => i_rwsem(f.inode)),
      down_write('xfs_ilock MMAPLOCK_EXCL', (_k, f) => invalidate_lock(f.inode)),
      act('size change begins', (k, f) => {
        count_size_change(k, f.inode, 1);
      }),
      call(xfs_break_dax_layouts, (_k, f, callee) => {
        callee.inode = f.inode;
      }),
      act('break result', (k, f) => {
        f.error = k.ret;
      }),
      branch('interrupted', (_k, f) => f.error < 0, 'unlock'),
      label('inode_dio_wait', 'K57'),
      branch('no flush', () => !MODE_RULES[mode].flushes, 'check'),
      call(xfs_flush_unmap_range, (_k, f, callee) => {
        callee.inode = f.inode;
        callee.from = f.start_page;
        callee.to = first_after(f.end_page, f.end_byte);
      }),
      mark('check'),
      act('mode check', (k, f) => {
        f.error = MODE_RULES[mode].error(k, f);
      }),
      branch('invalid', (_k, f) => f.error < 0, 'unlock'),
      call(body, (_k, f, callee) => {
        callee.inode = f.inode;
        callee.start_page = f.start_page;
        callee.start_byte = f.start_byte;
        callee.end_page = f.end_page;
        callee.end_byte = f.end_byte;
        callee.keep_size = f.keep_size;
      }),
      act('mode result', (k, f) => {
        f.error = k.ret;
      }),
      mark('unlock'),
      act('size change ends', (k, f) => {
        content_settles(k, f.inode, f.error);
        count_size_change(k, f.inode, -1);
      }),
      up('xfs_iunlock MMAPLOCK_EXCL', (_k, f) => invalidate_lock(f.inode)),
      up('xfs_iunlock IOLOCK_EXCL', (_k, f) => i_rwsem(f.inode)),
      ret((_k, f) => f.error),
    ],
  );

const RANGE = ['inode', 'start_page', 'start_byte', 'end_page', 'end_byte', 'keep_size'] as const;

/** xfs_alloc_file_space() over whole blocks, then the size if the file must grow. */
function alloc_file_space(k: Kernel, f: Record<RangeLocals, number>): number {
  return allocate_range(k, f.inode, f.start_page, first_after(f.end_page, f.end_byte), EXT_UNWRITTEN)
    ? 0
    : -ENOSPC;
}

const xfs_alloc = path(
  'xfs_alloc_file_space',
  [...RANGE, 'error'],
  ({ act, mark, branch, down_write, up, call, ret }) => [
    down_write('xfs_ilock ILOCK_EXCL', (_k, f) => i_data_sem(f.inode)),
    act('allocate', (k, f) => {
      f.error = alloc_file_space(k, f);
    }),
    up('xfs_iunlock ILOCK_EXCL', (_k, f) => i_data_sem(f.inode)),
    branch('ENOSPC', (_k, f) => f.error < 0, 'done'),
    branch(
      'keep size',
      (k, f) =>
        f.keep_size === 1 ||
        compare(f.end_page, f.end_byte, size_page(k, f.inode), size_byte(k, f.inode)) <= 0,
      'done',
    ),
    call(xfs_setattr_size, (_k, f, callee) => {
      callee.inode = f.inode;
      callee.size_page = f.end_page;
      callee.size_byte = f.end_byte;
    }),
    mark('done'),
    ret((_k, f) => f.error),
  ],
);

const xfs_punch = path('xfs_punch_hole', RANGE, ({ call, ret }) => [
  call(xfs_free_file_space, (_k, f, callee) => {
    callee.inode = f.inode;
    callee.start_page = f.start_page;
    callee.start_byte = f.start_byte;
    callee.end_page = f.end_page;
    callee.end_byte = f.end_byte;
  }),
  ret(),
]);

/** ZERO_RANGE: a hole is punched, then the block-rounded range is allocated anew (K57). */
const xfs_zero = path('xfs_zero_file_space', [...RANGE, 'error'], ({ act, call, ret }) => [
  call(xfs_free_file_space, (_k, f, callee) => {
    callee.inode = f.inode;
    callee.start_page = f.start_page;
    callee.start_byte = f.start_byte;
    callee.end_page = f.end_page;
    callee.end_byte = f.end_byte;
  }),
  call(xfs_alloc, (_k, f, callee) => {
    callee.inode = f.inode;
    callee.start_page = f.start_page;
    callee.end_page = f.end_page;
    callee.end_byte = f.end_byte;
    callee.keep_size = f.keep_size;
  }),
  act('result', (k, f) => {
    f.error = k.ret;
  }),
  ret((_k, f) => f.error),
]);

/** xfs_prepare_shift(): from the page before the range to end of file, written back and dropped (K57). */
const xfs_prepare_shift = path('xfs_prepare_shift', ['inode', 'page'], ({ call, ret }) => [
  call(xfs_flush_unmap_range, (k, f, callee) => {
    callee.inode = f.inode;
    callee.from = Math.max(0, f.page - 1);
    callee.to = Math.max(f.page, size_in_pages(k, f.inode));
  }),
  ret(),
]);

const xfs_collapse = path('xfs_collapse_file_space', RANGE, ({ act, call, down_write, up, ret }) => [
  call(xfs_free_file_space, (_k, f, callee) => {
    callee.inode = f.inode;
    callee.start_page = f.start_page;
    callee.end_page = f.end_page;
  }),
  call(xfs_prepare_shift, (_k, f, callee) => {
    callee.inode = f.inode;
    callee.page = f.start_page;
  }),
  down_write('xfs_ilock ILOCK_EXCL', (_k, f) => i_data_sem(f.inode)),
  act('xfs_bmap_collapse_extents', (k, f) => {
    shift_extents(k, f.inode, f.end_page, f.start_page - f.end_page);
    content_changes(k, f.inode, CONTENT_PIECE.shift);
  }),
  up('xfs_iunlock ILOCK_EXCL', (_k, f) => i_data_sem(f.inode)),
  call(xfs_setattr_size, (k, f, callee) => {
    callee.inode = f.inode;
    callee.size_page = size_page(k, f.inode) + f.start_page - f.end_page;
    callee.size_byte = size_byte(k, f.inode);
  }),
  ret(),
]);

/** INSERT_RANGE: the size changes first, then the shift (K57). */
const xfs_insert = path('xfs_insert_file_space', RANGE, ({ act, call, down_write, up, ret }) => [
  call(xfs_setattr_size, (k, f, callee) => {
    callee.inode = f.inode;
    callee.size_page = size_page(k, f.inode) + f.end_page - f.start_page;
    callee.size_byte = size_byte(k, f.inode);
  }),
  call(xfs_prepare_shift, (_k, f, callee) => {
    callee.inode = f.inode;
    callee.page = f.start_page;
  }),
  down_write('xfs_ilock ILOCK_EXCL', (_k, f) => i_data_sem(f.inode)),
  act('xfs_bmap_insert_extents', (k, f) => {
    shift_extents(k, f.inode, f.start_page, f.end_page - f.start_page);
    content_changes(k, f.inode, CONTENT_PIECE.shift);
  }),
  up('xfs_iunlock ILOCK_EXCL', (_k, f) => i_data_sem(f.inode)),
  ret(),
]);

/** UNSHARE_RANGE: shared pages get copies of their own, then holes are preallocated (K61). */
const xfs_unshare = path(
  'xfs_unshare_file_space',
  [...RANGE, 'error'],
  ({ act, mark, branch, call, ret }) => [
    call(xfs_reflink_unshare, (_k, f, callee) => {
      callee.inode = f.inode;
      callee.start_page = f.start_page;
      callee.end_page = f.end_page;
      callee.end_byte = f.end_byte;
    }),
    act('unshare result', (k, f) => {
      f.error = k.ret;
    }),
    branch('failed', (_k, f) => f.error < 0, 'done'),
    call(xfs_alloc, (_k, f, callee) => {
      for (const local of RANGE) callee[local] = f[local];
    }),
    act('result', (k, f) => {
      f.error = k.ret;
    }),
    mark('done'),
    ret((_k, f) => f.error),
  ],
);

const fallocate: Record<FallocateMode, Fallocate> = {
  alloc: fallocatePath('alloc', xfs_alloc),
  punch: fallocatePath('punch', xfs_punch),
  zero: fallocatePath('zero', xfs_zero),
  collapse: fallocatePath('collapse', xfs_collapse),
  insert: fallocatePath('insert', xfs_insert),
  unshare: fallocatePath('unshare', xfs_unshare),
};

export const xfs: Filesystem = {
  name: 'xfs',
  dax: true,
  writes_large_folios: true,
  inactivates_when_thawed: true,
  clips_holes: false,
  dax_synchronous: true,
  lock_names: { i_rwsem: 'IOLOCK', invalidate_lock: 'MMAPLOCK', i_data_sem: 'ILOCK' },
  s_maxbytes: MAX_LFS_FILESIZE,
  huge_fault: xfs_filemap_huge_fault,
  setattr_size: xfs_vn_setattr,
  fallocate: vfs_fallocate(fallocate),
  write_iter: xfs_file_dax_write,
  direct_write_iter: xfs_file_dax_write,
  read_iter: xfs_file_dax_read,
  remap_file_range: vfs_clone_file_range(xfs_file_remap_range),
  shares_blocks: true,
  notifies_owners: true,
};

/** XFS without DAX: the same, with its files in the page cache. */
export const xfs_pagecache: Filesystem = {
  ...xfs,
  dax: false,
  dax_synchronous: false,
  huge_fault: xfs_filemap_fault,
  write_iter: xfs_file_buffered_write,
  direct_write_iter: xfs_file_dio_write,
  read_iter: xfs_file_buffered_read,
};

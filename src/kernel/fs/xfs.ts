/**
 * XFS on DAX. Models fs/xfs/xfs_iops.c, xfs_file.c and xfs_bmap_util.c of 6.1: setattr of the size and fallocate.
 *
 * xfs_break_layouts() stands at the top of every fallocate mode, preallocation included (K56, K57), and IOLOCK and
 * MMAPLOCK are held for write over all of it. ZERO_RANGE frees the blocks and takes new ones, unlike ext4 (K57).
 *
 * Left out: transactions, the delayed inactivation of unlinked inodes, CoW forks, the realtime device.
 */
import type { Path } from '../../machine/program.ts';
import { EFBIG, EINVAL, ENOSPC } from '../errno.ts';
import { i_data_sem, i_rwsem, invalidate_lock, type Kernel, path } from '../kernel.ts';
import { allocate_range, EXT_UNWRITTEN, free_range, has_no_extents, shift_extents } from './extent.ts';
import type { Fallocate, FallocateMode, Filesystem, RangeLocals } from './filesystem.ts';
import { xfs_filemap_huge_fault } from './huge_fault.ts';
import {
  at_or_beyond_eof,
  beyond_maxbytes,
  compare,
  count_size_change,
  i_size_write,
  inode_newsize_ok,
  MAX_LFS_FILESIZE,
  size_byte,
  size_in_pages,
  size_page,
} from './inode.ts';
import { xfs_break_layouts } from './layout_break.ts';
import { vfs_fallocate } from './open.ts';
import { xfs_file_dax_read, xfs_file_dax_write, zero_old_tail } from './read_write.ts';
import {
  dax_zero_page_bytes,
  truncate_pagecache,
  truncate_pagecache_range,
  zero_partial_blocks,
} from './truncate.ts';
import { filemap_write_and_wait_range } from './writeback.ts';

const first_after = (page: number, byte: number): number => (byte > 0 ? page + 1 : page);

/** xfs_setattr_size(), with IOLOCK and MMAPLOCK held for write and the layout broken (K51). */
const xfs_setattr_size = path(
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
      if (f.size_byte > 0) dax_zero_page_bytes(k, f.inode, f.size_page, f.size_byte, 4096);
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
    }),
    up('xfs_iunlock ILOCK_EXCL', (_k, f) => i_data_sem(f.inode)),
    mark('done'),
    ret(),
  ],
);

/** xfs_vn_setattr() for ATTR_SIZE: MMAPLOCK, the break, then xfs_setattr_size (K51). */
const xfs_vn_setattr = path(
  'xfs_vn_setattr',
  ['inode', 'size_page', 'size_byte', 'error'],
  ({ act, mark, branch, down_write, up, call, ret }) => [
    down_write('filemap_invalidate_lock', (_k, f) => invalidate_lock(f.inode)),
    call(xfs_break_layouts, (_k, f, callee) => {
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
const xfs_free_file_space: Path<Kernel, RangeLocals> = path(
  'xfs_free_file_space',
  ['inode', 'start_page', 'start_byte', 'end_page', 'end_byte'],
  ({ act, label, mark, branch, down_write, up, ret }) => [
    branch('no whole block', (_k, f) => first_after(f.start_page, f.start_byte) >= f.end_page, 'zero'),
    down_write('xfs_unmap_extent', (_k, f) => i_data_sem(f.inode)),
    act('xfs_bunmapi', (k, f) => {
      free_range(k, f.inode, first_after(f.start_page, f.start_byte), f.end_page);
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
      call(xfs_break_layouts, (_k, f, callee) => {
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
  }),
  up('xfs_iunlock ILOCK_EXCL', (_k, f) => i_data_sem(f.inode)),
  ret(),
]);

/** UNSHARE_RANGE of a file that shares nothing: only the break and the preallocation of holes remain (K61). */
const fallocate: Record<FallocateMode, Fallocate> = {
  alloc: fallocatePath('alloc', xfs_alloc),
  punch: fallocatePath('punch', xfs_punch),
  zero: fallocatePath('zero', xfs_zero),
  collapse: fallocatePath('collapse', xfs_collapse),
  insert: fallocatePath('insert', xfs_insert),
  unshare: fallocatePath('unshare', xfs_alloc),
};

export const xfs: Filesystem = {
  name: 'xfs',
  lock_names: { i_rwsem: 'IOLOCK', invalidate_lock: 'MMAPLOCK', i_data_sem: 'ILOCK' },
  s_maxbytes: MAX_LFS_FILESIZE,
  huge_fault: xfs_filemap_huge_fault,
  setattr_size: xfs_vn_setattr,
  fallocate: vfs_fallocate(fallocate),
  write_iter: xfs_file_dax_write,
  read_iter: xfs_file_dax_read,
};

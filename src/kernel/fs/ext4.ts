/**
 * ext4 on DAX. Models fs/ext4/inode.c and fs/ext4/extents.c of 6.1: setattr of the size and every fallocate mode.
 *
 * Every mode that takes blocks away holds i_rwsem and invalidate_lock for write and breaks the layout of the whole
 * file first; plain preallocation does not (K49, K50, K52 to K56, K224).
 *
 * Left out: journal handles, timestamps, quotas, preallocation windows, clusters of more than one block.
 */
import { EFBIG, EINVAL, ENOSPC, EOPNOTSUPP } from '../errno.ts';
import { i_data_sem, i_rwsem, invalidate_lock, type Kernel, path } from '../kernel.ts';
import { ext4_buffered_write_iter, generic_file_read_iter } from './buffered_io.ts';
import { ext4_dio_write_iter } from './direct_io.ts';
import { CONTENT_PIECE, content_changes, content_settles } from './expected_content.ts';
import { allocate_range, convert_to_unwritten, EXT_UNWRITTEN, free_range, shift_extents } from './extent.ts';
import type { Fallocate, FallocateMode, Filesystem, RangeLocals } from './filesystem.ts';
import { ext4_filemap_fault } from './filemap_fault.ts';
import { ext4_dax_huge_fault } from './huge_fault.ts';
import {
  at_or_beyond_eof,
  beyond_maxbytes,
  compare,
  count_size_change,
  i_size_write,
  inode_newsize_ok,
  size_byte,
  size_page,
} from './inode.ts';
import { ext4_break_layouts } from './layout_break.ts';
import { vfs_fallocate } from './open.ts';
import { no_remap_range, vfs_clone_file_range } from './remap_range.ts';
import { ext4_dax_read_iter, ext4_dax_write_iter, zero_old_tail } from './read_write.ts';
import {
  truncate_pagecache,
  truncate_pagecache_range,
  zero_new_tail,
  zero_partial_blocks,
} from './truncate.ts';
import { filemap_write_and_wait_range } from './writeback.ts';

/** First whole page of the range, and the page after its last whole one. */
const first_block = (f: Record<'start_page' | 'start_byte', number>): number =>
  f.start_page + (f.start_byte > 0 ? 1 : 0);

/** ext4_setattr() for ATTR_SIZE: the break stands outside the test for shrinking (K49, K50). */
const ext4_setattr = path(
  'ext4_setattr',
  ['inode', 'size_page', 'size_byte', 'old_page', 'old_byte', 'error'],
  ({ label, act, mark, branch, down_write, up, call, ret }) => [
    branch('inode_newsize_ok', (k, f) => !inode_newsize_ok(k, f.inode, f.size_page, f.size_byte), 'too big'),
    label('inode_dio_wait', 'K49'),
    down_write('filemap_invalidate_lock', (_k, f) => invalidate_lock(f.inode)),
    call(ext4_break_layouts, (_k, f, callee) => {
      callee.inode = f.inode;
    }),
    act('break result', (k, f) => {
      f.error = k.ret;
      f.old_page = size_page(k, f.inode);
      f.old_byte = size_byte(k, f.inode);
    }),
    branch('interrupted', (_k, f) => f.error < 0, 'unlock'),
    branch(
      'same size',
      (_k, f) => compare(f.size_page, f.size_byte, f.old_page, f.old_byte) === 0,
      'pagecache',
    ),
    down_write('i_data_sem', (_k, f) => i_data_sem(f.inode)),
    act('i_size_write', (k, f) => {
      zero_old_tail(k, f.inode, f.size_page, f.size_byte);
      i_size_write(k, f.inode, f.size_page, f.size_byte);
    }),
    up('i_data_sem', (_k, f) => i_data_sem(f.inode)),
    mark('pagecache'),
    call(truncate_pagecache, (_k, f, callee) => {
      callee.inode = f.inode;
      callee.from = first_after(f.size_page, f.size_byte);
    }),
    branch('grew', (_k, f) => compare(f.size_page, f.size_byte, f.old_page, f.old_byte) > 0, 'unlock'),
    label('ext4_block_truncate_page', 'K49', (k, f) => {
      zero_new_tail(k, f.inode, f.size_page, f.size_byte);
    }),
    down_write('ext4_truncate', (_k, f) => i_data_sem(f.inode)),
    act('ext4_ext_truncate', (k, f) => {
      free_range(k, f.inode, first_after(f.size_page, f.size_byte), k.llong_max_pages);
      content_changes(k, f.inode, CONTENT_PIECE.beyond);
    }),
    up('ext4_truncate done', (_k, f) => i_data_sem(f.inode)),
    mark('unlock'),
    up('filemap_invalidate_unlock', (_k, f) => invalidate_lock(f.inode)),
    ret((_k, f) => f.error),
    mark('too big'),
    ret(() => -EFBIG),
  ],
);

/** The first page that lies wholly at or beyond a position. */
const first_after = (page: number, byte: number): number => (byte > 0 ? page + 1 : page);

/** ext4_alloc_file_blocks(): plain preallocation, which breaks nothing (K56). */
const ext4_fallocate = path(
  'ext4_fallocate',
  ['inode', 'start_page', 'start_byte', 'end_page', 'end_byte', 'keep_size', 'error'],
  ({ act, label, down_write, up, ret }) => [
    down_write('inode_lock', (_k, f) => i_rwsem(f.inode)),
    label('ext4_alloc_file_blocks', 'K56', (k, f) => {
      f.error = preallocate(k, f);
    }),
    act('grow', (k, f) => {
      if (f.error === 0 && f.keep_size === 0) grow_to(k, f.inode, f.end_page, f.end_byte);
    }),
    act('content settles', settle_content),
    up('inode_unlock', (_k, f) => i_rwsem(f.inode)),
    ret((_k, f) => f.error),
  ],
);

function preallocate(k: Kernel, f: Record<RangeLocals, number>): number {
  return allocate_range(k, f.inode, f.start_page, first_after(f.end_page, f.end_byte), EXT_UNWRITTEN)
    ? 0
    : -ENOSPC;
}

/** The file ends no earlier than at the position; what lay between reads as zeros. */
function grow_to(k: Kernel, inode: number, page: number, byte: number): void {
  if (!at_or_beyond_eof(k, inode, page, byte)) return;
  zero_old_tail(k, inode, page, byte);
  i_size_write(k, inode, page, byte);
}

/** Ghost: what a call that succeeds has not done by now is expected of it all the same. */
function settle_content(k: Kernel, f: Record<'inode' | 'error', number>): void {
  content_settles(k, f.inode, f.error);
}

const breaks_first = (k: Kernel): boolean => k.rules.ext4_fallocate_breaks_first;

/**
 * A hole cannot begin at or beyond end of file; one that ends beyond it ends with the page of i_size (K52), where later
 * kernels round up: of a whole last page they do not take the page after it.
 */
function clip_punch(k: Kernel, f: Record<RangeLocals, number>): boolean {
  if (at_or_beyond_eof(k, f.inode, f.start_page, f.start_byte)) return false;
  const [page, byte] = [size_page(k, f.inode), size_byte(k, f.inode)];
  if (compare(f.end_page, f.end_byte, page, byte) > 0) {
    f.end_page = breaks_first(k) ? first_after(page, byte) : page + 1;
    f.end_byte = 0;
  }
  return true;
}

/** ext4_punch_hole() (K52). */
const ext4_punch_hole: Fallocate = path(
  'ext4_punch_hole',
  ['inode', 'start_page', 'start_byte', 'end_page', 'end_byte', 'keep_size', 'error'],
  ({ label, act, mark, branch, down_write, up, call, ret }) => [
    branch('no write-back first', (k) => !k.rules.ext4_punch_writes_back_first, 'lock'),
    call(filemap_write_and_wait_range, (_k, f, callee) => {
      callee.inode = f.inode;
      callee.from = f.start_page;
      callee.to = first_after(f.end_page, f.end_byte);
    }),
    mark('lock'),
    down_write('inode_lock', (_k, f) => i_rwsem(f.inode)),
    branch('range is looked at later', breaks_first, 'drain'),
    branch('beyond end of file', (k, f) => !clip_punch(k, f), 'unlock inode'),
    mark('drain'),
    label('inode_dio_wait', 'K52'),
    down_write('filemap_invalidate_lock', (_k, f) => invalidate_lock(f.inode)),
    call(ext4_break_layouts, (_k, f, callee) => {
      callee.inode = f.inode;
    }),
    act('break result', (k, f) => {
      f.error = k.ret;
    }),
    branch('interrupted', (_k, f) => f.error < 0, 'unlock'),
    branch('beyond end of file after all', (k, f) => breaks_first(k) && !clip_punch(k, f), 'unlock'),
    branch('no whole page', (_k, f) => first_block(f) >= f.end_page, 'partial'),
    call(truncate_pagecache_range, (_k, f, callee) => {
      callee.inode = f.inode;
      callee.from = first_block(f);
      callee.to = f.end_page;
    }),
    mark('partial'),
    label('ext4_zero_partial_blocks', 'K52', zero_edges),
    branch('no whole block', (_k, f) => first_block(f) >= f.end_page, 'unlock'),
    down_write('i_data_sem', (_k, f) => i_data_sem(f.inode)),
    act('ext4_ext_remove_space', (k, f) => {
      free_range(k, f.inode, first_block(f), f.end_page);
      content_changes(k, f.inode, CONTENT_PIECE.whole);
    }),
    up('i_data_sem', (_k, f) => i_data_sem(f.inode)),
    mark('unlock'),
    up('filemap_invalidate_unlock', (_k, f) => invalidate_lock(f.inode)),
    mark('unlock inode'),
    act('content settles', settle_content),
    up('inode_unlock', (_k, f) => i_rwsem(f.inode)),
    ret((_k, f) => f.error),
  ],
);

/** Blocks for a range with edges inside a page, the edges' own included; the file may grow. */
function preallocate_edges(k: Kernel, f: Record<RangeLocals | 'keep_size' | 'error', number>): void {
  if (f.start_byte === 0 && f.end_byte === 0) return;
  f.error = preallocate(k, f);
  if (f.error === 0 && f.keep_size === 0) grow_to(k, f.inode, f.end_page, f.end_byte);
}

function zero_edges(k: Kernel, f: Record<RangeLocals, number>): void {
  zero_partial_blocks(k, f.inode, f.start_page, f.start_byte, f.end_page, f.end_byte);
}

/**
 * ext4_zero_range(): edges are preallocated, and the file may grow, before the break (K53, K224), which is for whole pages
 * only; or, where ext4_fallocate() breaks first, everything happens after it and under the lock (K223).
 */
const ext4_zero_range: Fallocate = path(
  'ext4_zero_range',
  ['inode', 'start_page', 'start_byte', 'end_page', 'end_byte', 'keep_size', 'error'],
  ({ label, act, mark, branch, down_write, up, call, ret }) => [
    down_write('inode_lock', (_k, f) => i_rwsem(f.inode)),
    branch('edges come later', breaks_first, 'break'),
    label('preallocate the unaligned edges', 'K224', preallocate_edges),
    branch('ENOSPC', (_k, f) => f.error < 0, 'unlock inode'),
    branch('no whole page', (_k, f) => first_block(f) >= f.end_page, 'partial'),
    mark('break'),
    down_write('filemap_invalidate_lock', (_k, f) => invalidate_lock(f.inode)),
    call(ext4_break_layouts, (_k, f, callee) => {
      callee.inode = f.inode;
    }),
    act('break result', (k, f) => {
      f.error = k.ret;
    }),
    branch('interrupted', (_k, f) => f.error < 0, 'unlock'),
    branch('edges have blocks', (k) => !breaks_first(k), 'drop'),
    label('preallocate the unaligned edges after the break', 'K223', preallocate_edges),
    branch('ENOSPC after the break', (_k, f) => f.error < 0, 'unlock'),
    branch('no whole page to drop', (_k, f) => first_block(f) >= f.end_page, 'edges'),
    mark('drop'),
    call(truncate_pagecache_range, (_k, f, callee) => {
      callee.inode = f.inode;
      callee.from = first_block(f);
      callee.to = f.end_page;
    }),
    down_write('i_data_sem', (_k, f) => i_data_sem(f.inode)),
    act('convert to unwritten', (k, f) => {
      convert_to_unwritten(k, f.inode, first_block(f), f.end_page);
      content_changes(k, f.inode, CONTENT_PIECE.whole);
      if (!allocate_range(k, f.inode, first_block(f), f.end_page, EXT_UNWRITTEN)) f.error = -ENOSPC;
    }),
    up('i_data_sem', (_k, f) => i_data_sem(f.inode)),
    act('grow', (k, f) => {
      if (f.error === 0 && f.keep_size === 0) grow_to(k, f.inode, f.end_page, f.end_byte);
    }),
    mark('edges'),
    branch('edges are zeroed later', (k, f) => f.error < 0 || !breaks_first(k), 'unlock'),
    label('ext4_zero_partial_blocks under the lock', 'K223', zero_edges),
    mark('unlock'),
    up('filemap_invalidate_unlock', (_k, f) => invalidate_lock(f.inode)),
    branch('failed, or all done', (k, f) => f.error < 0 || breaks_first(k), 'unlock inode'),
    mark('partial'),
    label('ext4_zero_partial_blocks', 'K53', zero_edges),
    mark('unlock inode'),
    act('content settles', settle_content),
    up('inode_unlock', (_k, f) => i_rwsem(f.inode)),
    ret((_k, f) => f.error),
  ],
);

/** Errors that COLLAPSE_RANGE and INSERT_RANGE check with i_rwsem held. */
function shift_error(k: Kernel, f: Record<RangeLocals, number>, insert: boolean): number {
  if (f.start_byte > 0 || f.end_byte > 0) return -EINVAL;
  if (insert) {
    if (beyond_maxbytes(k, size_page(k, f.inode) + f.end_page - f.start_page, size_byte(k, f.inode)))
      return -EFBIG;
    return at_or_beyond_eof(k, f.inode, f.start_page, f.start_byte) ? -EINVAL : 0;
  }
  return at_or_beyond_eof(k, f.inode, f.end_page, f.end_byte) ? -EINVAL : 0;
}

/** ext4_collapse_range() and ext4_insert_range(): the same prologue, then the shift (K54, K55). */
const shiftRange = (name: string, insert: boolean): Fallocate =>
  path(
    name,
    ['inode', 'start_page', 'start_byte', 'end_page', 'end_byte', 'keep_size', 'error'],
    ({ act, label, mark, branch, down_write, up, call, ret }) => [
      down_write('inode_lock', (_k, f) => i_rwsem(f.inode)),
      act('check', (k, f) => {
        f.error = breaks_first(k) ? 0 : shift_error(k, f, insert);
        count_size_change(k, f.inode, 1);
      }),
      branch('invalid', (_k, f) => f.error < 0, 'unlock inode'),
      label('inode_dio_wait', insert ? 'K55' : 'K54'),
      down_write('filemap_invalidate_lock', (_k, f) => invalidate_lock(f.inode)),
      call(ext4_break_layouts, (_k, f, callee) => {
        callee.inode = f.inode;
      }),
      act('break result', (k, f) => {
        f.error = k.ret;
      }),
      branch('interrupted', (_k, f) => f.error < 0, 'unlock'),
      act('check after the break', (k, f) => {
        if (breaks_first(k)) f.error = shift_error(k, f, insert);
      }),
      branch('invalid after the break', (_k, f) => f.error < 0, 'unlock'),
      branch('nothing before it', () => insert, 'write the rest'),
      // "The tail of the last page before the removed range": with whole pages, the page the range begins with.
      call(
        filemap_write_and_wait_range,
        (_k, f, callee) => {
          callee.inode = f.inode;
          callee.from = f.start_page;
          callee.to = f.start_page + 1;
        },
        'write the tail',
      ),
      mark('write the rest'),
      call(filemap_write_and_wait_range, (k, f, callee) => {
        callee.inode = f.inode;
        callee.from = insert ? f.start_page : f.end_page;
        callee.to = k.llong_max_pages;
      }),
      call(truncate_pagecache, (_k, f, callee) => {
        callee.inode = f.inode;
        callee.from = f.start_page;
      }),
      down_write('i_data_sem', (_k, f) => i_data_sem(f.inode)),
      act('ext4_ext_shift_extents', (k, f) => {
        const by = f.end_page - f.start_page;
        if (insert) shift_extents(k, f.inode, f.start_page, by);
        else {
          free_range(k, f.inode, f.start_page, f.end_page);
          shift_extents(k, f.inode, f.end_page, -by);
        }
        content_changes(k, f.inode, CONTENT_PIECE.shift);
        i_size_write(k, f.inode, size_page(k, f.inode) + (insert ? by : -by), size_byte(k, f.inode));
      }),
      up('i_data_sem', (_k, f) => i_data_sem(f.inode)),
      mark('unlock'),
      up('filemap_invalidate_unlock', (_k, f) => invalidate_lock(f.inode)),
      mark('unlock inode'),
      act('size change ends', (k, f) => {
        settle_content(k, f);
        count_size_change(k, f.inode, -1);
      }),
      up('inode_unlock', (_k, f) => i_rwsem(f.inode)),
      ret((_k, f) => f.error),
    ],
  );

/** A mode ext4 does not have: refused before any lock. */
const notSupported: Fallocate = path(
  'ext4_fallocate_unsupported',
  ['inode', 'start_page', 'start_byte', 'end_page', 'end_byte', 'keep_size'],
  ({ ret }) => [ret(() => -EOPNOTSUPP)],
);

const fallocate: Record<FallocateMode, Fallocate> = {
  alloc: ext4_fallocate,
  punch: ext4_punch_hole,
  zero: ext4_zero_range,
  collapse: shiftRange('ext4_collapse_range', false),
  insert: shiftRange('ext4_insert_range', true),
  unshare: notSupported,
};

export const ext4: Filesystem = {
  name: 'ext4',
  dax: true,
  writes_large_folios: false,
  inactivates_when_thawed: false,
  clips_holes: true,
  dax_synchronous: true,
  lock_names: {},
  // ext4_max_size(): ee_block has 32 bits, and one block less lets ee_len cover the last extent.
  s_maxbytes: { page: 2 ** 32 - 1, byte: 0 },
  huge_fault: ext4_dax_huge_fault,
  setattr_size: ext4_setattr,
  fallocate: vfs_fallocate(fallocate),
  write_iter: ext4_dax_write_iter,
  direct_write_iter: ext4_dax_write_iter,
  read_iter: ext4_dax_read_iter,
  remap_file_range: vfs_clone_file_range(no_remap_range),
  shares_blocks: false,
  notifies_owners: false,
};

/** ext4 without DAX: the same, with its files in the page cache. */
export const ext4_pagecache: Filesystem = {
  ...ext4,
  dax: false,
  dax_synchronous: false,
  huge_fault: ext4_filemap_fault,
  write_iter: ext4_buffered_write_iter,
  direct_write_iter: ext4_dio_write_iter,
  read_iter: generic_file_read_iter,
};

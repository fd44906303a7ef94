/**
 * Sharing blocks between files: FICLONERANGE and FIDEDUPERANGE. Models fs/xfs/xfs_file.c:xfs_file_remap_range(),
 * xfs_reflink.c and xfs_inode.c:xfs_ilock2_io_mmap() of 6.1, both files on DAX.
 *
 * Order (K59, K227): both IOLOCKs, the lower inode first; its MMAPLOCK and a layout break that sleeps with the MMAPLOCK let
 * go; the other's MMAPLOCK and one look for a busy page: if there is one, both MMAPLOCKs are let go and it all begins
 * again at once, without a sleep and without a look at signals, the IOLOCKs held. Then checks, write-back of both ranges,
 * the destination's pages dropped, the source demoted to shared locks, and block by block the remap.
 *
 * The loop that spins is a sleep here that only the page's count ends: nothing else changes in it, and what differs is CPU
 * time (K211).
 *
 * Left out: layout leases, quota, realtime files, fatal signals in the middle, a shut-down filesystem.
 */
import { i_data_sem, i_rwsem, INODE, invalidate_lock, type Kernel, path, WAIT } from '../kernel.ts';
import { page_idle } from '../mm/page.ts';
import { holds_page, share_blocks } from './block_owner.ts';
import { forget_promises } from './content.ts';
import { dax_layout_busy_page } from './dax.ts';
import { content_change_begins, content_copied, content_settles } from './expected_content.ts';
import { ext_mapped, ext_pfn, unmap_extents } from './extent.ts';
import { compare, i_size_write, mark_inode_dirty, size_byte, size_page } from './inode.ts';
import { xfs_break_dax_layouts } from './layout_break.ts';
import { zero_old_tail } from './read_write.ts';
import {
  dax_dedupe_file_range_compare,
  generic_remap_checks,
  REMAP,
  remap_end,
  type RemapLocals,
} from './remap_range.ts';
import { truncate_pagecache_range } from './truncate.ts';
import { filemap_write_and_wait_range } from './writeback.ts';

/** Takes both files' IOLOCK and MMAPLOCK for write with their layouts broken; an error leaves none of them held. */
const xfs_ilock2_io_mmap = path(
  'xfs_ilock2_io_mmap',
  ['first', 'second', 'error', 'pfn'],
  ({ act, mark, branch, jump, call, down_write, up, sleep, ret }) => [
    down_write('inode_lock of the first', (_k, f) => i_rwsem(f.first)),
    branch('one file', (_k, f) => f.second === 0, 'again'),
    down_write('inode_lock of the second', (_k, f) => i_rwsem(f.second)),
    mark('again'),
    down_write('xfs_ilock MMAPLOCK_EXCL of the first', (_k, f) => invalidate_lock(f.first)),
    call(
      xfs_break_dax_layouts,
      (_k, f, callee) => {
        callee.inode = f.first;
      },
      'xfs_break_dax_layouts',
    ),
    act('break result', (k, f) => {
      f.error = k.ret;
    }),
    branch('interrupted', (_k, f) => f.error < 0, 'interrupted'),
    branch('one file only', (_k, f) => f.second === 0, 'done'),
    down_write('xfs_ilock MMAPLOCK_EXCL of the second', (_k, f) => invalidate_lock(f.second)),
    call(dax_layout_busy_page, (_k, f, callee) => {
      callee.inode = f.second;
    }),
    act('busy page of the second', (k, f) => {
      f.pfn = k.ret;
      k.inodes.set(f.second, INODE.found_busy, f.pfn === 0 ? 0 : 1);
      if (f.pfn === 0) k.emit({ type: 'layout_break', inode: f.second });
      else k.emit({ type: 'layout_wait', inode: f.second, pfn: f.pfn });
    }),
    // page_ref_count(page) != 1: one that has gone idle since it was found is not looked for again.
    branch('nothing busy', (k, f) => f.pfn === 0 || page_idle(k, f.pfn), 'idle'),
    up('xfs_iunlock MMAPLOCK_EXCL of the second', (_k, f) => invalidate_lock(f.second)),
    up('xfs_iunlock MMAPLOCK_EXCL of the first', (_k, f) => invalidate_lock(f.first)),
    sleep('goto again', 'TASK_UNINTERRUPTIBLE', (_k, f) => ({ kind: WAIT.page_idle, a: f.pfn, b: 0 })),
    jump('again'),
    mark('interrupted'),
    up('xfs_iunlock MMAPLOCK_EXCL', (_k, f) => invalidate_lock(f.first)),
    branch('one IOLOCK', (_k, f) => f.second === 0, 'unlock first'),
    up('inode_unlock of the second', (_k, f) => i_rwsem(f.second)),
    mark('unlock first'),
    up('inode_unlock of the first', (_k, f) => i_rwsem(f.first)),
    ret((_k, f) => f.error),
    mark('idle'),
    act('broken', (k, f) => {
      k.inodes.set(f.second, INODE.found_busy, 0);
    }),
    mark('done'),
    ret(),
  ],
);

/** xfs_iunlock2_io_mmap(), and xfs_iunlock2_remapping() when the source's locks have been demoted. */
const xfs_iunlock2 = path('xfs_iunlock2_remapping', ['inode', 'source'], ({ act, mark, branch, up, ret }) => [
  act('xfs_iflags_clear', (k, f) => {
    k.inodes.set(f.source, INODE.remapping, 0);
  }),
  up('xfs_iunlock MMAPLOCK of the destination', (_k, f) => invalidate_lock(f.inode)),
  branch('one file', (_k, f) => f.source === f.inode, 'io'),
  up('xfs_iunlock MMAPLOCK of the source', (_k, f) => invalidate_lock(f.source)),
  mark('io'),
  up('inode_unlock of the destination', (_k, f) => i_rwsem(f.inode)),
  branch('one IOLOCK', (_k, f) => f.source === f.inode, 'done'),
  up('inode_unlock of the source', (_k, f) => i_rwsem(f.source)),
  mark('done'),
  ret(),
]);

/** Pages of the destination that the remap covers, a last partial one included. */
const last_page = (f: Record<RemapLocals, number>): number => remap_end(f) + (f.end_byte > 0 ? 1 : 0);

/** xfs_reflink_remap_prep() after the checks, all locks held: both ranges on the medium, the destination's pages gone. */
const xfs_reflink_remap_prep = path(
  'xfs_reflink_remap_prep',
  [...REMAP, 'error', 'from'],
  ({ label, act, mark, branch, call, ret }) => [
    call(filemap_write_and_wait_range, (_k, f, callee) => {
      callee.inode = f.source;
      callee.from = f.start_page;
      callee.to = f.start_page + last_page(f) - f.at_page;
    }),
    call(
      filemap_write_and_wait_range,
      (_k, f, callee) => {
        callee.inode = f.inode;
        callee.from = f.at_page;
        callee.to = last_page(f);
      },
      'write back the destination',
    ),
    branch('no dedupe', (_k, f) => f.dedupe === 0, 'prepare'),
    label('dax_dedupe_file_range_compare', 'K59', (k, f) => {
      f.error = dax_dedupe_file_range_compare(k, f);
      k.spend('copy_page', last_page(f) - f.at_page);
    }),
    branch('differ', (_k, f) => f.error < 0, 'done'),
    mark('prepare'),
    act('xfs_reflink_zero_posteof', (k, f) => {
      f.from = Math.min(f.at_page, size_page(k, f.inode));
      zero_old_tail(k, f.inode, f.at_page, 0);
    }),
    call(
      filemap_write_and_wait_range,
      (_k, f, callee) => {
        callee.inode = f.inode;
        callee.from = f.from;
        callee.to = last_page(f);
      },
      'xfs_flush_unmap_range',
    ),
    call(truncate_pagecache_range, (_k, f, callee) => {
      callee.inode = f.inode;
      callee.from = f.from;
      callee.to = last_page(f);
    }),
    act('xfs_iflags_set XFS_IREMAPPING', (k, f) => {
      k.inodes.set(f.source, INODE.remapping, 1);
    }),
    mark('done'),
    ret((_k, f) => f.error),
  ],
);

/**
 * xfs_reflink_remap_extent() for as many pages from `page` of the destination as are alike in both block maps: the page
 * after them.
 */
function remap_extent(k: Kernel, f: Record<RemapLocals, number>, page: number, last: number): number {
  const from = f.start_page + page - f.at_page;
  const extent = k.extents.get(f.source, from);
  const sourceEnd = k.extents.runEnd(f.source, from, from + last - page);
  const targetEnd = k.extents.runEnd(f.inode, page, last);
  const end = k.grainEnd(page, Math.min(page + sourceEnd - from, targetEnd));
  const pages = end - page;
  if (!is_remapped(k, extent, f.inode, page)) {
    unmap_extents(k, f.inode, page, end);
    if (ext_mapped(extent)) {
      k.extents.setRange(f.inode, page, end, extent);
      share_blocks(k, ext_pfn(extent), pages);
    }
  }
  // A dedupe changes no content, so that what was promised of it stands.
  if (f.dedupe === 0) forget_promises(k, f.inode, page, end);
  mark_inode_dirty(k, f.inode);
  grow_to(k, f.inode, end, f);
  k.spend('block_map');
  return end;
}

/** The destination shows this extent already, or both are unwritten: nothing to remap. */
function is_remapped(k: Kernel, extent: number, inode: number, page: number): boolean {
  if (ext_mapped(extent)) return holds_page(k, ext_pfn(extent), inode, page);
  const target = k.extents.get(inode, page);
  return extent === 0 ? target === 0 : target !== 0 && !ext_mapped(target);
}

/** i_size: up to what has been remapped, never beyond the end of the range. */
function grow_to(k: Kernel, inode: number, end: number, f: Record<RemapLocals, number>): void {
  const partial = end > remap_end(f);
  const [page, byte] = partial ? [remap_end(f), f.end_byte] : [end, 0];
  if (compare(page, byte, size_page(k, inode), size_byte(k, inode)) > 0) i_size_write(k, inode, page, byte);
}

/** xfs_file_remap_range(): 0 or an error. */
export const xfs_file_remap_range = path(
  'xfs_file_remap_range',
  [...REMAP, 'error', 'page'],
  ({ label, act, mark, branch, jump, call, down_read, down_write, up, downgrade_write, ret }) => [
    call(xfs_ilock2_io_mmap, (_k, f, callee) => {
      callee.first = Math.min(f.inode, f.source);
      callee.second = f.inode === f.source ? 0 : Math.max(f.inode, f.source);
    }),
    act('lock result', (k, f) => {
      f.error = k.ret;
    }),
    branch('interrupted', (_k, f) => f.error < 0, 'out'),
    act('change of content', (k, f) => {
      const { inode, source, start_page, start_byte, end_page, end_byte, at_page } = f;
      const args = { inode, source, start_page, start_byte, end_page, end_byte, at_page };
      content_change_begins(k, f.dedupe === 1 ? 'dedupe' : 'reflink', args);
    }),
    label('generic_remap_checks', 'K59', (k, f) => {
      f.error = generic_remap_checks(k, f);
    }),
    branch('refused', (_k, f) => f.error < 0, 'unlock'),
    call(xfs_reflink_remap_prep, (_k, f, callee) => {
      for (const local of REMAP) callee[local] = f[local];
    }),
    act('prep result', (k, f) => {
      f.error = k.ret;
      f.page = f.at_page;
    }),
    branch('unlike', (_k, f) => f.error < 0, 'unlock'),
    branch('one file', (_k, f) => f.inode === f.source, 'next'),
    downgrade_write('xfs_ilock_demote MMAPLOCK', (_k, f) => invalidate_lock(f.source)),
    downgrade_write('xfs_ilock_demote IOLOCK', (_k, f) => i_rwsem(f.source)),
    mark('next'),
    branch('all remapped', (_k, f) => f.page >= last_page(f), 'unlock'),
    down_read('xfs_ilock_data_map_shared', (_k, f) => i_data_sem(f.source)),
    act('xfs_bmapi_read', (k) => {
      k.spend('block_map');
    }),
    up('xfs_iunlock data map', (_k, f) => i_data_sem(f.source)),
    down_write('xfs_reflink_remap_extent', (_k, f) => i_data_sem(f.inode)),
    act('remap extent', (k, f) => {
      f.page = remap_extent(k, f, f.page, last_page(f));
      content_copied(k, f.inode, f.page);
    }),
    up('xfs_reflink_remap_extent done', (_k, f) => i_data_sem(f.inode)),
    jump('next'),
    mark('unlock'),
    act('content settles', (k, f) => {
      content_settles(k, f.inode, f.error);
    }),
    call(xfs_iunlock2, (_k, f, callee) => {
      callee.inode = f.inode;
      callee.source = f.source;
    }),
    mark('out'),
    ret((_k, f) => f.error),
  ],
);

/**
 * The end of an inode: last name and last reference gone. Models fs/inode.c:evict() and the filesystems' evict_inode of
 * 6.1.
 *
 * Nothing here waits for a pin (K62): entries are deleted, blocks freed, whatever still points at them.
 *
 * While the filesystem is frozen ext4 sleeps here (sb_start_intwrite) and XFS leaves the inode to be inactivated when it is
 * thawed (K20).
 *
 * Left out: XFS's background inactivation otherwise; it runs in the context of the last iput here.
 */
import { i_data_sem, INODE, type Kernel, path, WAIT } from '../kernel.ts';
import { truncate_inode_pages_range } from '../mm/truncate.ts';
import { dax_delete_mapping_entries } from './dax.ts';
import { content_gone } from './expected_content.ts';
import { free_range } from './extent.ts';
import { i_size_write, needs_eviction } from './inode.ts';
import { level_closed, SB_FREEZE_FS } from './super.ts';

/** The next inode that nothing refers to and that is not being evicted yet, or 0. */
function unused_inode(k: Kernel): number {
  for (let inode = 1; inode <= k.inodeCount; inode++) if (needs_eviction(k, inode)) return inode;
  return 0;
}

/** iput_final() for every inode whose last reference the caller dropped; runs without any lock held. */
export const evict_unused_inodes = path(
  'evict',
  ['inode'],
  ({ act, label, mark, branch, jump, down_write, up, call, sleep, ret }) => [
    mark('next'),
    branch('not frozen', (k) => unused_inode(k) === 0 || !level_closed(k, SB_FREEZE_FS), 'iput'),
    branch('xfs_inodegc is stopped', (k) => k.fs.inactivates_when_thawed, 'done'),
    sleep('sb_start_intwrite', 'TASK_UNINTERRUPTIBLE', () => ({ kind: WAIT.thaw, a: SB_FREEZE_FS, b: 0 })),
    jump('next'),
    mark('iput'),
    act('iput_final', (k, f) => {
      f.inode = unused_inode(k);
      if (f.inode > 0) k.inodes.set(f.inode, INODE.evicted, 1);
    }),
    branch('nothing unused', (_k, f) => f.inode === 0, 'done'),
    branch('no dax_mapping', (k) => !k.fs.dax, 'folios'),
    call(
      dax_delete_mapping_entries,
      (k, f, callee) => {
        callee.inode = f.inode;
        callee.from = 0;
        callee.to = k.llong_max_pages;
      },
      'truncate_inode_pages_final',
    ),
    jump('deleted'),
    mark('folios'),
    call(truncate_inode_pages_range, (k, f, callee) => {
      callee.inode = f.inode;
      callee.from = 0;
      callee.to = k.llong_max_pages;
    }),
    mark('deleted'),
    label('evict_inode', 'K62'),
    down_write('free blocks', (_k, f) => i_data_sem(f.inode)),
    act('free_range', (k, f) => {
      free_range(k, f.inode, 0, k.llong_max_pages);
      content_gone(k, f.inode);
      i_size_write(k, f.inode, 0, 0);
    }),
    up('free blocks done', (_k, f) => i_data_sem(f.inode)),
    jump('next'),
    mark('done'),
    ret(),
  ],
);

/**
 * umount(2) of the one filesystem. Models fs/namespace.c:do_umount() of 6.1 without flags, and what of the filesystem goes with
 * it.
 *
 * Every open file and every mapping has the mount busy (propagate_mount_busy()), so that a process that has a device's memory
 * mapped keeps it mounted. What nobody counts is a pin: when only pins are left the unmounting goes on, and nothing in 6.1
 * waits for them (K62).
 *
 * A filesystem that can go is written back (generic_shutdown_super()) and, so that workloads can go on, mounted again at once.
 *
 * Left out: MNT_DETACH and MNT_FORCE, mounts on top of it; calls by name that are under way but write nothing.
 */
import { EBUSY } from '../errno.ts';
import { INODE, type Kernel, path, s_umount, SB } from '../kernel.ts';
import { journal_commit } from './journal.ts';
import { SB_UNFROZEN } from './super.ts';
import { dax_writeback_mapping_range } from './writeback.ts';

/** propagate_mount_busy(): somebody has a file open or mapped, or is inside a call that writes. */
function propagate_mount_busy(k: Kernel): boolean {
  if (k.sb.get(0, SB.writers) > 0) return true;
  for (let inode = 1; inode <= k.inodeCount; inode++) if (k.inodes.get(inode, INODE.refs) > 0) return true;
  return false;
}

/** Returns 0 or -EBUSY. */
export const path_umount = path(
  'path_umount',
  ['inode', 'busy'],
  ({ act, label, mark, branch, jump, call, down_write, up, ret }) => [
    label('propagate_mount_busy', 'K62', (k, f) => {
      f.busy = propagate_mount_busy(k) ? 1 : 0;
      f.inode = 1;
    }),
    branch('busy', (_k, f) => f.busy === 1, 'busy'),
    down_write('s_umount', () => s_umount),
    // A freeze has a reference of its own to the super block, and everything is on the medium.
    branch('frozen', (k) => k.sb.get(0, SB.frozen) !== SB_UNFROZEN, 'written'),
    mark('sync_filesystem'),
    branch('all synced', (k, f) => f.inode > k.inodeCount, 'synced'),
    call(dax_writeback_mapping_range, (k, f, callee) => {
      callee.inode = f.inode;
      callee.from = 0;
      callee.to = k.llong_max_pages;
    }),
    act('next inode', (_k, f) => {
      f.inode++;
    }),
    jump('sync_filesystem'),
    mark('synced'),
    label('put_super', 'K17', (k) => {
      k.spend('journal_commit');
      journal_commit(k);
    }),
    mark('written'),
    up('s_umount released', () => s_umount),
    ret(),
    mark('busy'),
    ret(() => -EBUSY),
  ],
);

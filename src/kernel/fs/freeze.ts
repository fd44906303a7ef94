/**
 * Freezing and thawing. Models fs/super.c:freeze_super() and thaw_super(), and the sb_start_write() family of 6.1.
 *
 * s_writers.frozen rises level by level (K20): SB_FREEZE_WRITE keeps system calls that write out and waits for those that
 * are inside, SB_FREEZE_PAGEFAULT does the same with write faults, the CPU's and a device's alike. Then everything dirty is
 * written back, which takes write permission from page tables and mirrors (K64), so that each later write must fault, and
 * sleeps. Reads, read faults, fsync and layout waits that hold no sb_start_write() go on. Nothing here looks for pins: a
 * device that holds one goes on writing to the frozen filesystem.
 *
 * An entry that an fsync under way has locked is left to that fsync, where the release passes over it (K174): for a moment
 * after the freeze its page can still be writable.
 *
 * Whoever waits for a thaw sleeps uninterruptibly. freeze_super() itself waits for writers however long they take, with the
 * doors behind them closed already.
 *
 * Left out: SB_FREEZE_FS as a level of its own (nothing but eviction asks for it), filesystems that fail to freeze,
 * making files in a frozen filesystem.
 */
import { EBUSY, EINVAL } from '../errno.ts';
import { type Kernel, path, s_umount, SB, WAIT } from '../kernel.ts';
import { evict_unused_inodes } from './evict.ts';
import { journal_commit } from './journal.ts';
import {
  SB_FREEZE_COMPLETE,
  SB_FREEZE_FS,
  SB_FREEZE_PAGEFAULT,
  SB_FREEZE_WRITE,
  SB_UNFROZEN,
} from './super.ts';
import { dax_writeback_mapping_range } from './writeback.ts';

function set_frozen(k: Kernel, level: number): void {
  k.sb.set(0, SB.frozen, level);
}

/** FIFREEZE: 0 or -EBUSY when it is frozen, or being frozen, already. */
export const freeze_super = path(
  'freeze_super',
  ['inode'],
  ({ act, label, mark, branch, jump, call, down_write, up, sleep, ret }) => [
    down_write('s_umount', () => s_umount),
    branch('frozen already', (k) => k.sb.get(0, SB.frozen) !== SB_UNFROZEN, 'busy'),
    act('SB_FREEZE_WRITE', (k) => {
      set_frozen(k, SB_FREEZE_WRITE);
      k.sb.set(0, SB.freezer, k.current + 1);
      k.sb.set(0, SB.passed_over, 0);
    }),
    up('s_umount while writers leave', () => s_umount),
    mark('wait for writers'),
    label('sb_wait_write SB_FREEZE_WRITE', 'K20'),
    branch('no writers', (k) => k.sb.get(0, SB.writers) === 0, 'no writers'),
    sleep('percpu_down_write', 'TASK_UNINTERRUPTIBLE', () => ({
      kind: WAIT.writers,
      a: SB_FREEZE_WRITE,
      b: 0,
    })),
    jump('wait for writers'),
    mark('no writers'),
    down_write('s_umount again', () => s_umount),
    act('SB_FREEZE_PAGEFAULT', (k) => {
      set_frozen(k, SB_FREEZE_PAGEFAULT);
    }),
    mark('wait for faults'),
    label('sb_wait_write SB_FREEZE_PAGEFAULT', 'K20'),
    branch('no write faults', (k) => k.sb.get(0, SB.faults) === 0, 'sync'),
    sleep('percpu_down_write of faults', 'TASK_UNINTERRUPTIBLE', () => ({
      kind: WAIT.writers,
      a: SB_FREEZE_PAGEFAULT,
      b: 0,
    })),
    jump('wait for faults'),
    mark('sync'),
    act('sync_filesystem', (_k, f) => {
      f.inode = 1;
    }),
    mark('next inode'),
    branch('all synced', (k, f) => f.inode > k.inodeCount, 'synced'),
    call(dax_writeback_mapping_range, (k, f, callee) => {
      callee.inode = f.inode;
      callee.from = 0;
      callee.to = k.llong_max_pages;
    }),
    act('next inode', (_k, f) => {
      f.inode++;
    }),
    jump('next inode'),
    mark('synced'),
    label('freeze_fs', 'K20', (k) => {
      set_frozen(k, SB_FREEZE_FS);
      k.spend('journal_commit');
      journal_commit(k);
      set_frozen(k, SB_FREEZE_COMPLETE);
      k.sb.set(0, SB.freezer, 0);
      k.emit({ type: 'frozen', frozen: true });
    }),
    up('s_umount when frozen', () => s_umount),
    ret(),
    mark('busy'),
    up('s_umount when busy', () => s_umount),
    ret(() => -EBUSY),
  ],
);

/** FITHAW: 0, or -EINVAL when the filesystem is not frozen. Wakes whoever waits for it. */
export const thaw_super = path('thaw_super', [], ({ act, mark, branch, call, down_write, up, ret }) => [
  down_write('s_umount', () => s_umount),
  branch('not frozen', (k) => k.sb.get(0, SB.frozen) !== SB_FREEZE_COMPLETE, 'not frozen'),
  act('SB_UNFROZEN', (k) => {
    set_frozen(k, SB_UNFROZEN);
    k.emit({ type: 'frozen', frozen: false });
    k.m.queues.wakeWhere(WAIT.thaw, () => true, true);
  }),
  up('s_umount when thawed', () => s_umount),
  // xfs_inodegc_start(): inodes that lost their last user meanwhile.
  call(evict_unused_inodes, () => undefined),
  ret(),
  mark('not frozen'),
  up('s_umount when not frozen', () => s_umount),
  ret(() => -EINVAL),
]);

/**
 * The filesystems' fault handlers: freeze protection, invalidate_lock for read, dax_iomap_fault (K40, K42).
 *
 * Models ext4_dax_huge_fault() and __xfs_filemap_fault() of 6.1. A write fault on a shared mapping waits for a thaw before it
 * takes invalidate_lock (K20). While an inode is the source of a reflink (XFS only) its faults take the lock for write, and
 * so wait for the remap to end (xfs_ilock_for_write_fault, K40).
 *
 * Left out: journal credits.
 */
import { INODE, invalidate_lock, path } from '../kernel.ts';
import { VM_FAULT_NEEDDSYNC } from '../errno.ts';
import { dax_iomap_pte_fault } from './dax_fault.ts';
import { dax_iomap_pmd_fault } from './dax_pmd_fault.ts';
import { dax_finish_sync_fault } from './sync_fault.ts';
import { sb_end_pagefault, sb_start_pagefault } from './super.ts';

const hugeFault = (name: string) =>
  path(
    name,
    ['inode', 'page', 'end', 'mm', 'va', 'vma', 'write', 'cow', 'pmd', 'device', 'result'],
    ({ act, mark, branch, jump, down_read, down_write, up, call, ret }) => [
      branch('no write fault', (_k, f) => f.write === 0, 'lock'),
      call(sb_start_pagefault, () => undefined),
      mark('lock'),
      down_read('filemap_invalidate_lock_shared', (_k, f) => invalidate_lock(f.inode)),
      branch('no XFS_IREMAPPING', (k, f) => k.inodes.get(f.inode, INODE.remapping) === 0, 'locked'),
      up('xfs_iunlock MMAPLOCK_SHARED', (_k, f) => invalidate_lock(f.inode)),
      down_write('xfs_ilock MMAPLOCK_EXCL', (_k, f) => invalidate_lock(f.inode)),
      mark('locked'),
      branch('PE_SIZE_PTE', (_k, f) => f.pmd === 0, 'pte'),
      call(dax_iomap_pmd_fault, (_k, f, callee) => {
        callee.inode = f.inode;
        callee.page = f.page;
        callee.end = f.end;
        callee.mm = f.mm;
        callee.va = f.va;
        callee.vma = f.vma;
        callee.write = f.write;
        callee.device = f.device;
      }),
      jump('faulted'),
      mark('pte'),
      call(dax_iomap_pte_fault, (_k, f, callee) => {
        callee.inode = f.inode;
        callee.page = f.page;
        callee.end = f.end;
        callee.mm = f.mm;
        callee.va = f.va;
        callee.vma = f.vma;
        callee.write = f.write;
        callee.cow = f.cow;
        callee.device = f.device;
      }),
      mark('faulted'),
      act('result', (k, f) => {
        f.result = k.ret;
      }),
      branch('no VM_FAULT_NEEDDSYNC', (_k, f) => f.result > -VM_FAULT_NEEDDSYNC, 'unlock'),
      call(dax_finish_sync_fault, (_k, f, callee) => {
        callee.inode = f.inode;
        callee.page = f.page;
        callee.end = f.page - f.result - VM_FAULT_NEEDDSYNC;
        callee.mm = f.mm;
        callee.va = f.va;
        callee.pmd = f.pmd;
      }),
      act('synced', (k, f) => {
        f.result = k.ret;
      }),
      mark('unlock'),
      up('filemap_invalidate_unlock_shared', (_k, f) => invalidate_lock(f.inode)),
      branch('no sb_end_pagefault', (_k, f) => f.write === 0, 'done'),
      act('sb_end_pagefault', (k) => {
        sb_end_pagefault(k);
      }),
      mark('done'),
      ret((_k, f) => f.result),
    ],
  );

export const ext4_dax_huge_fault = hugeFault('ext4_dax_huge_fault');
export const xfs_filemap_huge_fault = hugeFault('__xfs_filemap_fault');

/**
 * fork(2). Models kernel/fork.c of 6.1: copy_files(), dup_mmap() and the waking of the child.
 *
 * Both mmap_locks are held for write while the VMAs are copied, each under the rmap lock of its file; a VMA with
 * VM_DONTCOPY is left out, and page tables are copied only where vma_needs_copy() (K73). The child has no notifier
 * subscription of its own and no region: a device that was given the parent's memory keeps the parent's. It begins in user
 * space once the copy is complete.
 *
 * Left out: vfork and threads (a thread shares the address space, so nothing is copied), the device file that a child
 * inherits (it is closed with the process that opened it).
 */
import { EAGAIN } from '../errno.ts';
import { dup_fd, exit_files } from '../fs/file.ts';
import { i_mmap_rwsem, type Kernel, MM, mmap_lock, path, VMA } from '../kernel.ts';
import { mmput } from './exit_mmap.ts';
import { copy_page_range } from './memory_fork.ts';
import { first_vma, NO_VMA, vm_area_dup } from './vma.ts';

/** The parent's next VMA from `at` on, and its file. */
function next_vma(k: Kernel, f: Record<'oldmm' | 'at' | 'vma' | 'start' | 'inode', number>): void {
  f.vma = first_vma(k, f.oldmm, f.at, k.llong_max_pages, false);
  if (f.vma === NO_VMA) return;
  f.start = k.vmas.get(f.vma, VMA.start);
  f.at = k.vmas.get(f.vma, VMA.end);
  f.inode = k.vmas.get(f.vma, VMA.inode);
}

/** The child's VMA, after the parent's in the tree of the file. */
function insert_copy(k: Kernel, vma: number, mm: number): void {
  const [start, end, pgoff] = [VMA.start, VMA.end, VMA.pgoff].map((column) => k.vmas.get(vma, column));
  const copy = vm_area_dup(k, vma, { mm, start: start ?? 0, end: end ?? 0, pgoff: pgoff ?? 0 });
  k.vmas.set(copy, VMA.inherited, 1);
}

/** dup_mmap(): `mm` becomes a copy of `oldmm`. Returns 0 or -ENOMEM. */
const dup_mmap = path(
  'dup_mmap',
  ['oldmm', 'mm', 'at', 'vma', 'start', 'inode', 'error'],
  ({ act, mark, branch, down_write, up, call, ret }) => [
    down_write('mmap_write_lock', (_k, f) => mmap_lock(f.oldmm)),
    down_write('mmap_write_lock_nested', (_k, f) => mmap_lock(f.mm)),
    mark('next'),
    act('mas_for_each', next_vma),
    branch('no more VMAs', (_k, f) => f.vma === NO_VMA, 'out'),
    branch('VM_DONTCOPY', (k, f) => k.vmas.get(f.vma, VMA.dontcopy) === 1, 'next'),
    down_write('i_mmap_lock_write', (_k, f) => i_mmap_rwsem(f.inode)),
    act('vma_interval_tree_insert_after', (k, f) => {
      insert_copy(k, f.vma, f.mm);
    }),
    up('i_mmap_unlock_write', (_k, f) => i_mmap_rwsem(f.inode)),
    branch('vma_needs_copy', (k, f) => k.vmas.get(f.vma, VMA.anon_vma) === 0, 'next'),
    call(copy_page_range, (_k, f, callee) => {
      callee.mm = f.oldmm;
      callee.dst_mm = f.mm;
      callee.start = f.start;
      callee.end = f.at;
    }),
    act('copied', (k, f) => {
      f.error = k.ret;
    }),
    branch('go on', (_k, f) => f.error === 0, 'next'),
    mark('out'),
    up('mmap_write_unlock of the child', (_k, f) => mmap_lock(f.mm)),
    act('flush_tlb_mm', (k) => {
      k.spend('tlb_flush');
    }),
    up('mmap_write_unlock', (_k, f) => mmap_lock(f.oldmm)),
    ret((_k, f) => f.error),
  ],
);

/**
 * fork(2): task `child` begins in address space `child_mm`, a copy of the caller's; `threads` tasks are to work in it.
 * Returns a number above 0, which stands for the pid, -ENOMEM, or -EAGAIN when the task is there already.
 */
export const kernel_clone = path(
  'kernel_clone',
  ['mm', 'child', 'child_mm', 'threads', 'error'],
  ({ label, act, mark, branch, call, ret }) => [
    branch('no such task to make', (k, f) => !k.m.is_new(f.child), 'busy'),
    label('copy_process', 'K73', (k, f) => {
      dup_fd(k, f.mm, f.child_mm);
      k.mms.set(f.child_mm, MM.users, 1);
      // Limits are inherited, what is charged against them is not.
      k.mms.set(f.child_mm, MM.memlock, k.mms.get(f.mm, MM.memlock));
      k.mms.set(f.child_mm, MM.torn_down, 0);
    }),
    call(dup_mmap, (_k, f, callee) => {
      callee.oldmm = f.mm;
      callee.mm = f.child_mm;
    }),
    act('copied', (k, f) => {
      f.error = k.ret;
    }),
    branch('failed', (_k, f) => f.error < 0, 'failed'),
    label('wake_up_new_task', 'K73', (k, f) => {
      k.mms.set(f.child_mm, MM.tasks, f.threads);
      k.m.wake_up_new_task(f.child);
      k.emit({ type: 'fork', parent: f.mm, mm: f.child_mm });
    }),
    ret((_k, f) => f.child + 1),
    mark('failed'),
    call(mmput, (_k, f, callee) => {
      callee.mm = f.child_mm;
    }),
    call(exit_files, (_k, f, callee) => {
      callee.mm = f.child_mm;
    }),
    ret((_k, f) => f.error),
    mark('busy'),
    ret(() => -EAGAIN),
  ],
);

/**
 * The end of an address space. Models kernel/exit.c:do_exit() and mm/mmap.c:exit_mmap() of 6.1.
 *
 * Order (K79): the last user is gone, mirrors hear RELEASE over everything, VMAs are unmapped, then the process's
 * files are closed, the device's among them. A driver that holds a user reference at that moment runs exit_mmap
 * itself when it drops it: it must hold no lock then that its own callback takes (K190). The struct stays for as long as
 * somebody has grabbed it (sched_mm.ts).
 */
import { evict_unused_inodes } from '../fs/evict.ts';
import { exit_files } from '../fs/file.ts';
import { MM, path } from '../kernel.ts';
import { mmu_notifier_release } from './mmu_notifier.ts';
import { unmap_all } from './mmap.ts';
import { mmdrop_by_last_user } from './sched_mm.ts';

/** mmput(): drops a user reference; the last one takes the address space down (K1). */
export const mmput = path('mmput', ['mm', 'last'], ({ act, branch, mark, call, ret }) => [
  act('atomic_dec_and_test', (k, f) => {
    const users = k.mms.get(f.mm, MM.users) - 1;
    k.mms.set(f.mm, MM.users, users);
    f.last = users === 0 ? 1 : 0;
  }),
  branch('still in use', (_k, f) => f.last === 0, 'done'),
  call(mmu_notifier_release, (_k, f, callee) => {
    callee.mm = f.mm;
  }),
  call(unmap_all, (_k, f, callee) => {
    callee.mm = f.mm;
  }),
  act('mmdrop', (k, f) => {
    mmdrop_by_last_user(k, f.mm);
  }),
  call(evict_unused_inodes, () => undefined),
  mark('done'),
  ret(),
]);

/** do_exit() of a task: exit_mm, then exit_files for the last task of the process. */
export const do_exit = path('do_exit', ['mm', 'last'], ({ act, branch, mark, call, invoke, ret }) => [
  act('exit_signals', (k, f) => {
    const tasks = k.mms.get(f.mm, MM.tasks) - 1;
    k.mms.set(f.mm, MM.tasks, tasks);
    f.last = tasks === 0 ? 1 : 0;
  }),
  branch('other threads remain', (_k, f) => f.last === 0, 'done'),
  act('the process exits', (k, f) => {
    k.mms.set(f.mm, MM.exiting, 1);
  }),
  call(mmput, (_k, f, callee) => {
    callee.mm = f.mm;
  }),
  invoke<'mm'>(
    'exit_files',
    (k) => k.options.release_device,
    (_k, f, callee) => {
      callee.mm = f.mm;
    },
  ),
  call(
    exit_files,
    (_k, f, callee) => {
      callee.mm = f.mm;
    },
    'exit_files, the others',
  ),
  mark('done'),
  act('TASK_DEAD', (k) => {
    k.m.kill(k.current);
  }),
  ret(),
]);

/**
 * System calls: which path an operation enters, with which arguments.
 */
import type { AnyPath, Path } from '../machine/program.ts';
import { ioctl_attach, ioctl_detach } from '../drivers/device.ts';
import { ioctl_signal_fence, ioctl_transfer } from '../drivers/device_transfer.ts';
import { path, type System } from '../drivers/system.ts';
import type { Filesystem } from '../kernel/fs/filesystem.ts';
import { drop_caches_sysctl_handler } from '../kernel/fs/drop_caches.ts';
import { do_renameat2, do_sys_open, do_unlinkat, sys_close } from '../kernel/fs/namei.ts';
import { freeze_super, thaw_super } from '../kernel/fs/freeze.ts';
import { do_truncate } from '../kernel/fs/truncate.ts';
import { path_umount } from '../kernel/fs/umount.ts';
import { vfs_fsync_range } from '../kernel/fs/writeback.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { do_exit } from '../kernel/mm/exit_mmap.ts';
import { kernel_clone } from '../kernel/mm/fork.ts';
import {
  madvise_dontfork,
  madvise_dontneed,
  madvise_free,
  madvise_pageout,
  madvise_remove,
} from '../kernel/mm/madvise.ts';
import { cpu_access } from '../kernel/mm/memory.ts';
import { memory_failure } from '../kernel/mm/memory_failure.ts';
import { __vm_munmap, ksys_mmap_pgoff } from '../kernel/mm/mmap.ts';
import { do_mprotect_pkey } from '../kernel/mm/mprotect.ts';
import { sys_mremap } from '../kernel/mm/mremap.ts';
import { ksys_msync } from '../kernel/mm/msync.ts';
import { clear_refs_write } from '../kernel/mm/task_mmu.ts';
import type { Operation } from '../workload/operation.ts';

/** Who calls: the task's address space, what its writes leave in a page, and which task is in which address space. */
export interface Caller {
  readonly mm: number;
  readonly token: number;
  readonly tasks: readonly { readonly mm: number }[];
}

/** Inode of a file of the workload: inode 0 is the directory. */
export const inodeOf = (file: number): number => file + 1;

const sys_kill = path('sys_kill', ['to'], ({ label, ret }) => [
  label('send_signal', 'K32', (k, f) => {
    k.m.signal(f.to);
  }),
  ret(),
]);

/** Every path a system call can enter, besides the filesystem's own. */
export const SYSCALL_PATHS: readonly AnyPath<System>[] = [
  do_truncate,
  do_sys_open,
  sys_close,
  do_unlinkat,
  do_renameat2,
  vfs_fsync_range,
  freeze_super,
  thaw_super,
  path_umount,
  drop_caches_sysctl_handler,
  memory_failure,
  ksys_msync,
  ksys_mmap_pgoff,
  __vm_munmap,
  sys_mremap,
  do_mprotect_pkey,
  madvise_dontneed,
  madvise_remove,
  madvise_free,
  madvise_pageout,
  madvise_dontfork,
  clear_refs_write,
  kernel_clone,
  cpu_access,
  do_exit,
  sys_kill,
  ioctl_attach,
  ioctl_detach,
  ioctl_transfer,
  ioctl_signal_fence,
];

/** A path to enter and its arguments; locals that are not arguments start at 0. */
interface Call {
  readonly path: AnyPath<System>;
  readonly args: Readonly<Record<string, number>>;
}

function call<L extends string>(entry: Path<System, L>, args: Partial<Record<L, number>>): Call {
  return { path: entry, args: args as Record<string, number> };
}

/** Makes the task enter the kernel with an operation. */
export function enterSyscall(k: System, task: number, op: Operation, caller: Caller): void {
  const { path: entry, args } = callOf(k, op, caller);
  k.m.enter(task, entry as Path<Kernel>, (frame) => {
    Object.assign(frame, args);
  });
}

function callOf(k: System, op: Operation, caller: Caller): Call {
  if ('file' in op) return op.kind === 'mmap' ? mappingCall(op, caller) : fileCall(k, op, caller);
  if ('region' in op) return deviceCall(op, caller);
  if (op.kind === 'exit') return call(do_exit, { mm: caller.mm });
  if (op.kind === 'signal') return call(sys_kill, { to: op.to });
  if (op.kind === 'freeze') return call(freeze_super, {});
  if (op.kind === 'thaw') return call(thaw_super, {});
  if (op.kind === 'umount') return call(path_umount, {});
  if (op.kind === 'drop_caches') return call(drop_caches_sysctl_handler, {});
  if (op.kind === 'clear_refs') return call(clear_refs_write, { mm: caller.mm });
  if (op.kind === 'fork') return forkCall(op.child, caller);
  return mappingCall(op, caller);
}

function forkCall(child: number, { mm, tasks }: Caller): Call {
  const child_mm = (tasks[child] as { mm: number }).mm;
  const threads = tasks.filter((task) => task.mm === child_mm).length;
  return call(kernel_clone, { mm, child, child_mm, threads });
}

type FileOperation = Exclude<Extract<Operation, { file: number }>, { kind: 'mmap' }>;

function fileCall(k: System, op: FileOperation, caller: Caller): Call {
  const inode = inodeOf(op.file);
  switch (op.kind) {
    case 'open':
    case 'open_trunc':
      return call(do_sys_open, { mm: caller.mm, inode, trunc: op.kind === 'open_trunc' ? 1 : 0 });
    case 'close':
      return call(sys_close, { mm: caller.mm, inode });
    case 'truncate':
      return call(do_truncate, { inode, size_page: op.size.page, size_byte: op.size.byte });
    case 'alloc':
    case 'zero':
      return call(k.fs.fallocate[op.kind], { ...fileRange(op), keep_size: op.keepSize ? 1 : 0 });
    case 'punch':
      return call(k.fs.fallocate.punch, { ...fileRange(op), keep_size: 1 });
    case 'collapse':
    case 'insert':
    case 'unshare':
      return call(k.fs.fallocate[op.kind], fileRange(op));
    case 'read':
      return call(k.fs.read_iter, fileRange(op));
    case 'write':
      return call(op.direct === true ? k.fs.direct_write_iter : k.fs.write_iter, {
        ...fileRange(op),
        token: caller.token,
      });
    case 'reflink':
    case 'dedupe': {
      const [source, dedupe] = [inodeOf(op.source), op.kind === 'dedupe' ? 1 : 0];
      const at = { at_page: op.at.page, at_byte: op.at.byte };
      return call(k.fs.remap_file_range, { ...fileRange(op), ...at, source, dedupe });
    }
    case 'memory_failure':
      return call(memory_failure, { inode, page: op.page, mm: caller.mm });
    case 'fsync':
      return call(vfs_fsync_range, { inode, from: 0, to: k.llong_max_pages });
    case 'unlink':
      return call(do_unlinkat, { inode });
    case 'rename':
      return call(do_renameat2, { inode, over: op.over === undefined ? 0 : inodeOf(op.over) });
  }
}

type MappingOperation = Extract<
  Operation,
  { kind: 'mmap' | 'munmap' | 'mremap' | 'mprotect' | 'msync' | 'load' | 'store' | 'persist' | AdviceKind }
>;

type AdviceKind = keyof typeof ADVICE;

const ADVICE = {
  madvise_dontneed,
  madvise_remove,
  madvise_free,
  madvise_pageout,
  madvise_dontfork,
} as const;

function mappingCall(op: MappingOperation, { mm, token }: Caller): Call {
  const range = { mm, from: op.from, to: op.to };
  switch (op.kind) {
    case 'mmap': {
      const [shared, writable, sync] = [op.shared ? 1 : 0, op.writable ? 1 : 0, op.sync === true ? 1 : 0];
      const file = { inode: inodeOf(op.file), pgoff: op.pgoff };
      return call(ksys_mmap_pgoff, { ...range, ...file, shared, writable, sync });
    }
    case 'munmap':
      return call(__vm_munmap, range);
    case 'mremap':
      return call(sys_mremap, {
        ...range,
        new_from: op.newFrom,
        new_to: op.newTo,
        dont_unmap: op.dontUnmap === true ? 1 : 0,
      });
    case 'mprotect':
      return call(do_mprotect_pkey, {
        ...range,
        readable: op.readable ? 1 : 0,
        writable: op.writable ? 1 : 0,
      });
    case 'madvise_dontneed':
    case 'madvise_remove':
    case 'madvise_free':
    case 'madvise_pageout':
    case 'madvise_dontfork':
      return call(ADVICE[op.kind], range);
    case 'msync':
      return call(ksys_msync, range);
    case 'persist':
      return call(cpu_access, { mm, va: op.from, end: op.to, flush: 1 });
    case 'load':
    case 'store':
      return call(cpu_access, { mm, va: op.from, end: op.to, write: op.kind === 'store' ? 1 : 0, token });
  }
}

type DeviceOperation = Extract<Operation, { region: number }>;

function deviceCall(op: DeviceOperation, { mm, token }: Caller): Call {
  const { region } = op;
  switch (op.kind) {
    case 'attach':
      return call(ioctl_attach, {
        region,
        mm,
        start: op.from,
        end: op.to,
        writable: op.writable ? 1 : 0,
        per_transfer: op.perTransfer ? 1 : 0,
        survives_exit: op.survivesExit ? 1 : 0,
      });
    case 'detach':
      return call(ioctl_detach, { region });
    case 'dma_read':
    case 'dma_write': {
      const [write, fence] = [op.kind === 'dma_write' ? 1 : 0, op.fence ? 1 : 0];
      const wait = op.wait === true ? 1 : 0;
      return call(ioctl_transfer, { region, start: op.from, end: op.to, write, fence, wait, token });
    }
    case 'signal_fence':
      return call(ioctl_signal_fence, { region });
  }
}

function fileRange(op: Extract<Operation, { start: unknown }>) {
  return {
    inode: inodeOf(op.file),
    start_page: op.start.page,
    start_byte: op.start.byte,
    end_page: op.end.page,
    end_byte: op.end.byte,
  };
}

/** The paths of a filesystem, for the compiler. */
export function filesystemPaths(fs: Filesystem): AnyPath<System>[] {
  const { huge_fault, setattr_size, write_iter, direct_write_iter, read_iter, remap_file_range } = fs;
  const io = direct_write_iter === write_iter ? [write_iter] : [write_iter, direct_write_iter];
  return [huge_fault, setattr_size, ...io, read_iter, remap_file_range, ...Object.values(fs.fallocate)];
}

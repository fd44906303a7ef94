/**
 * System calls: which path an operation enters, with which arguments.
 */
import type { AnyPath, Path } from '../machine/program.ts';
import { ioctl_attach, ioctl_detach, ioctl_signal_fence, ioctl_transfer } from '../drivers/device.ts';
import { path, type System } from '../drivers/system.ts';
import type { Filesystem } from '../kernel/fs/filesystem.ts';
import { close_fd, do_renameat2, do_sys_open, do_unlinkat } from '../kernel/fs/namei.ts';
import { do_truncate } from '../kernel/fs/truncate.ts';
import { ksys_msync, vfs_fsync_range } from '../kernel/fs/writeback.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { do_exit } from '../kernel/mm/exit_mmap.ts';
import { cpu_access } from '../kernel/mm/memory.ts';
import { __vm_munmap, ksys_mmap_pgoff, madvise_dontneed, sys_mremap } from '../kernel/mm/mmap.ts';
import type { Operation } from '../workload/operation.ts';

/** Who calls: the task's address space and what its writes leave in a page. */
export interface Caller {
  readonly mm: number;
  readonly token: number;
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
  close_fd,
  do_unlinkat,
  do_renameat2,
  vfs_fsync_range,
  ksys_msync,
  ksys_mmap_pgoff,
  __vm_munmap,
  sys_mremap,
  madvise_dontneed,
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
  return mappingCall(op, caller);
}

type FileOperation = Exclude<Extract<Operation, { file: number }>, { kind: 'mmap' }>;

function fileCall(k: System, op: FileOperation, caller: Caller): Call {
  const inode = inodeOf(op.file);
  switch (op.kind) {
    case 'open':
    case 'open_trunc':
      return call(do_sys_open, { inode, trunc: op.kind === 'open_trunc' ? 1 : 0 });
    case 'close':
      return call(close_fd, { inode });
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
      return call(k.fs.write_iter, { ...fileRange(op), token: caller.token });
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
  { kind: 'mmap' | 'munmap' | 'mremap' | 'madvise_dontneed' | 'msync' | 'load' | 'store' }
>;

function mappingCall(op: MappingOperation, { mm, token }: Caller): Call {
  const range = { mm, from: op.from, to: op.to };
  switch (op.kind) {
    case 'mmap': {
      const [shared, writable] = [op.shared ? 1 : 0, op.writable ? 1 : 0];
      return call(ksys_mmap_pgoff, { ...range, inode: inodeOf(op.file), pgoff: op.pgoff, shared, writable });
    }
    case 'munmap':
      return call(__vm_munmap, range);
    case 'mremap':
      return call(sys_mremap, { ...range, new_from: op.newFrom, new_to: op.newTo });
    case 'madvise_dontneed':
      return call(madvise_dontneed, range);
    case 'msync':
      return call(ksys_msync, range);
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
      return call(ioctl_transfer, { region, start: op.from, end: op.to, write, fence, token });
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
  return [fs.huge_fault, fs.setattr_size, fs.write_iter, fs.read_iter, ...Object.values(fs.fallocate)];
}

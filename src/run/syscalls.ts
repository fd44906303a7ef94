/**
 * System calls: which path an operation enters, with which arguments.
 */
import type { AnyPath, Frame, Path } from '../machine/program.ts';
import { ioctl_attach, ioctl_detach, ioctl_signal_fence, ioctl_transfer } from '../drivers/device.ts';
import { path, type System } from '../drivers/system.ts';
import type { Filesystem } from '../kernel/fs/filesystem.ts';
import { close_fd, do_renameat2, do_sys_open, do_unlinkat } from '../kernel/fs/namei.ts';
import { do_truncate } from '../kernel/fs/truncate.ts';
import { ksys_msync, vfs_fsync_range } from '../kernel/fs/writeback.ts';
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

/** Makes the task enter the kernel with an operation. */
export function enterSyscall(k: System, task: number, op: Operation, caller: Caller): void {
  const enter = <L extends string>(entry: Path<System, L>, args: Partial<Record<L, number>>): void => {
    k.m.enter(task, entry as Path<never, L> as never, (frame: Frame<L>) => {
      Object.assign(frame, args);
    });
  };
  switch (op.kind) {
    case 'open':
    case 'open_trunc':
      enter(do_sys_open, { inode: inodeOf(op.file), trunc: op.kind === 'open_trunc' ? 1 : 0 });
      return;
    case 'close':
      enter(close_fd, { inode: inodeOf(op.file) });
      return;
    case 'truncate':
      enter(do_truncate, { inode: inodeOf(op.file), size_page: op.size.page, size_byte: op.size.byte });
      return;
    case 'alloc':
    case 'zero':
    case 'punch':
    case 'collapse':
    case 'insert':
    case 'unshare': {
      const keepSize = op.kind === 'punch' || ((op.kind === 'alloc' || op.kind === 'zero') && op.keepSize);
      enter(k.fs.fallocate[op.kind], { ...fileRange(op), keep_size: keepSize ? 1 : 0 });
      return;
    }
    case 'read':
      enter(k.fs.read_iter, fileRange(op));
      return;
    case 'write':
      enter(k.fs.write_iter, { ...fileRange(op), token: caller.token });
      return;
    case 'fsync':
      enter(vfs_fsync_range, { inode: inodeOf(op.file), from: 0, to: k.llong_max_pages });
      return;
    case 'unlink':
      enter(do_unlinkat, { inode: inodeOf(op.file) });
      return;
    case 'rename':
      enter(do_renameat2, { inode: inodeOf(op.file), over: op.over === undefined ? 0 : inodeOf(op.over) });
      return;
    case 'mmap':
      enter(ksys_mmap_pgoff, {
        mm: caller.mm,
        from: op.from,
        to: op.to,
        inode: inodeOf(op.file),
        pgoff: op.pgoff,
        shared: op.shared ? 1 : 0,
        writable: op.writable ? 1 : 0,
      });
      return;
    case 'munmap':
      enter(__vm_munmap, { mm: caller.mm, from: op.from, to: op.to });
      return;
    case 'mremap':
      enter(sys_mremap, { mm: caller.mm, from: op.from, to: op.to, new_from: op.newFrom, new_to: op.newTo });
      return;
    case 'madvise_dontneed':
      enter(madvise_dontneed, { mm: caller.mm, from: op.from, to: op.to });
      return;
    case 'msync':
      enter(ksys_msync, { mm: caller.mm, from: op.from, to: op.to });
      return;
    case 'load':
    case 'store':
      enter(cpu_access, { mm: caller.mm, va: op.from, end: op.to, write: op.kind === 'store' ? 1 : 0, token: caller.token });
      return;
    case 'exit':
      enter(do_exit, { mm: caller.mm });
      return;
    case 'signal':
      enter(sys_kill, { to: op.to });
      return;
    default:
      enterDeviceCall(enter, op, caller);
  }
}

/** Locals that are not arguments start at 0. */
type Enter = <L extends string>(entry: Path<System, L>, args: Partial<Record<L, number>>) => void;
type DeviceOperation = Extract<Operation, { kind: 'attach' | 'detach' | 'dma_read' | 'dma_write' | 'signal_fence' }>;

function enterDeviceCall(enter: Enter, op: DeviceOperation, caller: Caller): void {
  switch (op.kind) {
    case 'attach':
      enter(ioctl_attach, {
        region: op.region,
        mm: caller.mm,
        start: op.from,
        end: op.to,
        writable: op.writable ? 1 : 0,
        per_transfer: op.perTransfer ? 1 : 0,
        survives_exit: op.survivesExit ? 1 : 0,
      });
      return;
    case 'detach':
      enter(ioctl_detach, { region: op.region });
      return;
    case 'dma_read':
    case 'dma_write':
      enter(ioctl_transfer, {
        region: op.region,
        start: op.from,
        end: op.to,
        write: op.kind === 'dma_write' ? 1 : 0,
        fence: op.fence ? 1 : 0,
        token: caller.token,
      });
      return;
    case 'signal_fence':
      enter(ioctl_signal_fence, { region: op.region });
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

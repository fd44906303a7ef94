/**
 * Which files a process has open. Models fs/file.c of 6.1 as counts per process and file: descriptors that fork has
 * duplicated refer to the file together, and the last one that is closed drops it (K62).
 *
 * Left out: descriptor numbers, and processes that share one table without sharing memory (CLONE_FILES without CLONE_VM).
 */
import { visitRuns } from '../../machine/store.ts';
import { type Kernel, path } from '../kernel.ts';
import { evict_unused_inodes } from './evict.ts';
import { inode_get, inode_put } from './inode.ts';

/** fd_install(): one more descriptor of the process refers to the file. */
export function fd_install(k: Kernel, mm: number, inode: number): void {
  k.descriptors.setRange(mm, inode, inode + 1, k.descriptors.get(mm, inode) + 1);
  inode_get(k, inode);
}

/** close_fd(): one descriptor of the process less; one that it does not have is passed over. */
export function close_fd(k: Kernel, mm: number, inode: number): void {
  const open = k.descriptors.get(mm, inode);
  if (open === 0) return;
  k.descriptors.setRange(mm, inode, inode + 1, open - 1);
  inode_put(k, inode);
}

/** Calls `visit` for each file that the process has open, and how often. */
function each_open_file(k: Kernel, mm: number, visit: (inode: number, count: number) => void): void {
  visitRuns(k.descriptors, mm, 0, k.inodeCount + 1, (from, to, count) => {
    for (let inode = from; inode < to; inode++) visit(inode, count);
  });
}

/** dup_fd(): the child has every descriptor of its parent. */
export function dup_fd(k: Kernel, mm: number, child: number): void {
  each_open_file(k, mm, (inode, count) => {
    for (let fd = 0; fd < count; fd++) fd_install(k, child, inode);
  });
}

/** exit_files(): everything the process still has open is closed. */
export const exit_files = path('exit_files', ['mm'], ({ act, call, ret }) => [
  act('close_files', (k, f) => {
    each_open_file(k, f.mm, (inode, count) => {
      for (let fd = 0; fd < count; fd++) inode_put(k, inode);
    });
    k.descriptors.setRange(f.mm, 0, k.inodeCount + 1, 0);
  }),
  call(evict_unused_inodes, () => undefined),
  ret(),
]);

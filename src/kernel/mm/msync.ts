/**
 * msync(2) with MS_SYNC. Models mm/msync.c of 6.1: an fsync of each shared file range, mmap_lock let go meanwhile.
 *
 * What is not mapped is passed over, and the call then ends with -ENOMEM after it has synced the rest.
 *
 * Left out: MS_ASYNC, which does nothing, and MS_INVALIDATE.
 */
import { ENOMEM } from '../errno.ts';
import { vfs_fsync_range } from '../fs/writeback.ts';
import { type Kernel, mmap_lock, path, VMA } from '../kernel.ts';
import { first_vma, linear_page_index, NO_VMA } from './vma.ts';

/** The next VMA of [from, to): which pages of which file, 0 for a private one; `from` moves behind it. */
function next_range(
  k: Kernel,
  f: Record<'mm' | 'from' | 'to' | 'vma' | 'inode' | 'first' | 'last' | 'gap', number>,
): void {
  f.vma = first_vma(k, f.mm, f.from, f.to, false);
  if (f.vma === NO_VMA) {
    if (f.from < f.to) f.gap = 1;
    return;
  }
  const start = Math.max(f.from, k.vmas.get(f.vma, VMA.start));
  const end = Math.min(f.to, k.vmas.get(f.vma, VMA.end));
  if (start > f.from) f.gap = 1;
  f.inode = k.vmas.get(f.vma, VMA.shared) === 1 ? k.vmas.get(f.vma, VMA.inode) : 0;
  f.first = linear_page_index(k, f.vma, start);
  f.last = f.first + end - start;
  f.from = end;
}

export const ksys_msync = path(
  'ksys_msync',
  ['mm', 'from', 'to', 'vma', 'inode', 'first', 'last', 'gap', 'error'],
  ({ act, mark, branch, jump, down_read, up, call, ret }) => [
    down_read('mmap_read_lock', (_k, f) => mmap_lock(f.mm)),
    mark('next'),
    act('find_vma', next_range),
    branch('no more VMAs', (_k, f) => f.vma === NO_VMA, 'done'),
    branch('private', (_k, f) => f.inode === 0, 'next'),
    up('mmap_read_unlock', (_k, f) => mmap_lock(f.mm)),
    call(vfs_fsync_range, (_k, f, callee) => {
      callee.inode = f.inode;
      callee.from = f.first;
      callee.to = f.last;
    }),
    act('result', (k, f) => {
      f.error = k.ret;
    }),
    branch('failed', (_k, f) => f.error < 0, 'failed'),
    down_read('mmap_read_lock again', (_k, f) => mmap_lock(f.mm)),
    jump('next'),
    mark('done'),
    up('mmap_read_unlock at the end', (_k, f) => mmap_lock(f.mm)),
    mark('failed'),
    ret((_k, f) => f.error || (f.gap === 1 ? -ENOMEM : 0)),
  ],
);

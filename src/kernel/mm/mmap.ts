/**
 * Address-space calls. Models mm/mmap.c, mm/mremap.c and mm/madvise.c of 6.1 for file VMAs.
 *
 * munmap detaches the VMAs under mmap_lock for write, then downgrades it and zaps (K69); mirrors hear UNMAP. A VMA
 * stays in its file's i_mmap tree until its page tables are gone, so a truncate can meet it there.
 *
 * Left out: VMA merging, mprotect, growing stacks, VMAs without a file.
 */
import { EFAULT } from '../errno.ts';
import { MMU_NOTIFY_CLEAR, MMU_NOTIFY_UNMAP } from '../event.ts';
import { evict_unused_inodes } from '../fs/evict.ts';
import { inode_put } from '../fs/inode.ts';
import { COUNTER, i_mmap_rwsem, type Kernel, mmap_lock, path, VMA } from '../kernel.ts';
import { mmu_notifier_invalidate_range_end, mmu_notifier_invalidate_range_start } from './mmu_notifier.ts';
import { zap_pte_range } from './pgtable.ts';
import { find_vma, first_vma, linear_page_index, NO_VMA, split_vma, vma_link, vma_unlink } from './vma.ts';

/** A VMA of `mm` that an edge of [from, to) cuts, or NO_VMA. */
function straddling_vma(k: Kernel, mm: number, from: number, to: number): { vma: number; at: number } {
  for (const at of [from, to]) {
    const vma = find_vma(k, mm, at);
    if (vma !== NO_VMA && k.vmas.get(vma, VMA.start) < at) return { vma, at };
  }
  return { vma: NO_VMA, at: 0 };
}

function detach_vmas(k: Kernel, mm: number, from: number, to: number): void {
  for (let vma = first_vma(k, mm, from, to, false); vma !== NO_VMA; vma = first_vma(k, mm, from, to, false)) {
    k.vmas.set(vma, VMA.detached, 1);
  }
}

/** The first half of do_mas_align_munmap(): split what is cut, then detach; mmap_lock held for write. */
const detach_vmas_to_be_unmapped = path(
  'detach_vmas_to_be_unmapped',
  ['mm', 'from', 'to', 'vma', 'at', 'inode'],
  ({ act, mark, branch, jump, down_write, up, ret }) => [
    mark('split'),
    act('straddling VMA', (k, f) => {
      const cut = straddling_vma(k, f.mm, f.from, f.to);
      f.vma = cut.vma;
      f.at = cut.at;
      f.inode = cut.vma === NO_VMA ? 0 : k.vmas.get(cut.vma, VMA.inode);
    }),
    branch('none', (_k, f) => f.vma === NO_VMA, 'detach'),
    down_write('i_mmap_lock_write', (_k, f) => i_mmap_rwsem(f.inode)),
    act('__split_vma', (k, f) => {
      split_vma(k, f.vma, f.at);
    }),
    up('i_mmap_unlock_write', (_k, f) => i_mmap_rwsem(f.inode)),
    jump('split'),
    mark('detach'),
    act('detach', (k, f) => {
      detach_vmas(k, f.mm, f.from, f.to);
    }),
    ret(),
  ],
);

/** unmap_region(): one notification for the whole range, zap each detached VMA, then take them out of their files' trees. */
const unmap_region = path(
  'unmap_region',
  ['mm', 'from', 'to', 'vma', 'start', 'end', 'inode'],
  ({ label, act, mark, branch, jump, down_write, up, call, ret }) => [
    branch('no VMAs', (k, f) => first_vma(k, f.mm, f.from, f.to, true) === NO_VMA, 'done'),
    call(mmu_notifier_invalidate_range_start, (_k, f, callee) => {
      callee.mm = f.mm;
      callee.start = f.from;
      callee.end = f.to;
      callee.event = MMU_NOTIFY_UNMAP;
    }),
    act('first VMA to zap', (_k, f) => {
      f.end = f.from;
    }),
    mark('zap'),
    label('unmap_single_vma', 'K69', (k, f) => {
      f.vma = first_vma(k, f.mm, f.end, f.to, true);
      if (f.vma === NO_VMA) return;
      f.start = k.vmas.get(f.vma, VMA.start);
      f.end = k.vmas.get(f.vma, VMA.end);
      zap_pte_range(k, f.mm, f.start, f.end, true);
    }),
    branch('more to zap', (k, f) => first_vma(k, f.mm, f.end, f.to, true) !== NO_VMA, 'zap'),
    label('mmu_notifier_invalidate_range_end', 'K69', (k, f) => {
      mmu_notifier_invalidate_range_end(k, f.mm, f.from, f.to);
    }),
    mark('free_pgtables'),
    act('next VMA', (k, f) => {
      f.vma = first_vma(k, f.mm, f.from, f.to, true);
      f.inode = f.vma === NO_VMA ? 0 : k.vmas.get(f.vma, VMA.inode);
    }),
    branch('no more VMAs', (_k, f) => f.vma === NO_VMA, 'done'),
    down_write('i_mmap_lock_write', (_k, f) => i_mmap_rwsem(f.inode)),
    act('unlink_file_vma', (k, f) => {
      vma_unlink(k, f.vma);
      inode_put(k, f.inode);
    }),
    up('i_mmap_unlock_write', (_k, f) => i_mmap_rwsem(f.inode)),
    jump('free_pgtables'),
    mark('done'),
    ret(),
  ],
);

/** do_munmap() with mmap_lock held for write throughout. */
const do_munmap = path('do_munmap', ['mm', 'from', 'to'], ({ call, ret }) => [
  call(detach_vmas_to_be_unmapped, (_k, f, callee) => {
    callee.mm = f.mm;
    callee.from = f.from;
    callee.to = f.to;
  }),
  call(unmap_region, (_k, f, callee) => {
    callee.mm = f.mm;
    callee.from = f.from;
    callee.to = f.to;
  }),
  ret(),
]);

/** munmap(2). */
export const __vm_munmap = path(
  '__vm_munmap',
  ['mm', 'from', 'to'],
  ({ down_write, downgrade_write, up, call, ret }) => [
    down_write('mmap_write_lock', (_k, f) => mmap_lock(f.mm)),
    call(detach_vmas_to_be_unmapped, (_k, f, callee) => {
      callee.mm = f.mm;
      callee.from = f.from;
      callee.to = f.to;
    }),
    downgrade_write('mmap_write_downgrade', (_k, f) => mmap_lock(f.mm)),
    call(unmap_region, (_k, f, callee) => {
      callee.mm = f.mm;
      callee.from = f.from;
      callee.to = f.to;
    }),
    up('mmap_read_unlock', (_k, f) => mmap_lock(f.mm)),
    call(evict_unused_inodes, () => undefined),
    ret(),
  ],
);

/** mmap(2) of a file at a fixed address: what was there is unmapped first. */
export const ksys_mmap_pgoff = path(
  'ksys_mmap_pgoff',
  ['mm', 'from', 'to', 'inode', 'pgoff', 'shared', 'writable'],
  ({ act, branch, mark, down_write, up, call, ret }) => [
    down_write('mmap_write_lock', (_k, f) => mmap_lock(f.mm)),
    branch('range is free', (k, f) => first_vma(k, f.mm, f.from, f.to, false) === NO_VMA, 'link'),
    call(do_munmap, (_k, f, callee) => {
      callee.mm = f.mm;
      callee.from = f.from;
      callee.to = f.to;
    }),
    mark('link'),
    down_write('i_mmap_lock_write', (_k, f) => i_mmap_rwsem(f.inode)),
    act('vma_link', (k, f) => {
      const { mm, from, to, inode, pgoff, shared, writable } = f;
      vma_link(k, { mm, start: from, end: to, inode, pgoff, shared, writable });
    }),
    up('i_mmap_unlock_write', (_k, f) => i_mmap_rwsem(f.inode)),
    up('mmap_write_unlock', (_k, f) => mmap_lock(f.mm)),
    call(evict_unused_inodes, () => undefined),
    ret(),
  ],
);

/** move_ptes(): entries of the old range appear at the new one. */
function move_ptes(k: Kernel, mm: number, from: number, to: number, newFrom: number): void {
  for (let va = from; va < to;) {
    const end = k.ptes.runEnd(mm, va, to);
    k.ptes.setRange(mm, newFrom + va - from, newFrom + end - from, k.ptes.get(mm, va));
    k.ptes.setRange(mm, va, end, 0);
    va = end;
  }
  k.spend('tlb_flush');
  k.emit({ type: 'pte', mm, from, to });
}

/** mremap(2): the notifier hears UNMAP over the old range only, and a subscription does not move (K72). */
export const sys_mremap = path(
  'sys_mremap',
  ['mm', 'from', 'to', 'new_from', 'new_to', 'vma', 'inode'],
  ({ label, act, mark, branch, jump, down_write, up, call, ret }) => [
    down_write('mmap_write_lock', (_k, f) => mmap_lock(f.mm)),
    branch(
      'new range is free',
      (k, f) => f.new_from === f.from || first_vma(k, f.mm, f.new_from, f.new_to, false) === NO_VMA,
      'resize VMA',
    ),
    call(
      do_munmap,
      (_k, f, callee) => {
        callee.mm = f.mm;
        callee.from = f.new_from;
        callee.to = f.new_to;
      },
      'do_munmap of the new range',
    ),
    mark('resize VMA'),
    act('vma_to_resize', (k, f) => {
      f.vma = find_vma(k, f.mm, f.from);
      f.inode = f.vma === NO_VMA ? 0 : k.vmas.get(f.vma, VMA.inode);
    }),
    branch('no VMA', (_k, f) => f.vma === NO_VMA, 'fault'),
    branch('stays in place', (_k, f) => f.new_from === f.from, 'resize'),
    down_write('i_mmap_lock_write', (_k, f) => i_mmap_rwsem(f.inode)),
    act('copy_vma', (k, f) => {
      vma_link(k, {
        mm: f.mm,
        start: f.new_from,
        end: f.new_to,
        inode: f.inode,
        pgoff: linear_page_index(k, f.vma, f.from),
        shared: k.vmas.get(f.vma, VMA.shared),
        writable: k.vmas.get(f.vma, VMA.writable),
      });
    }),
    up('i_mmap_unlock_write', (_k, f) => i_mmap_rwsem(f.inode)),
    call(mmu_notifier_invalidate_range_start, (_k, f, callee) => {
      callee.mm = f.mm;
      callee.start = f.from;
      callee.end = f.to;
      callee.event = MMU_NOTIFY_UNMAP;
    }),
    label('move_page_tables', 'K72', (k, f) => {
      move_ptes(k, f.mm, f.from, Math.min(f.to, f.from + f.new_to - f.new_from), f.new_from);
    }),
    label('mmu_notifier_invalidate_range_end', 'K72', (k, f) => {
      mmu_notifier_invalidate_range_end(k, f.mm, f.from, f.to);
    }),
    call(do_munmap, (_k, f, callee) => {
      callee.mm = f.mm;
      callee.from = f.from;
      callee.to = f.to;
    }),
    jump('unlock'),

    mark('resize'),
    branch('grows', (_k, f) => f.new_to >= f.to, 'expand'),
    call(
      do_munmap,
      (_k, f, callee) => {
        callee.mm = f.mm;
        callee.from = f.new_to;
        callee.to = f.to;
      },
      'do_munmap of the tail',
    ),
    jump('unlock'),
    mark('expand'),
    down_write('i_mmap_lock_write to expand', (_k, f) => i_mmap_rwsem(f.inode)),
    act('vma_expand', (k, f) => {
      k.vmas.set(f.vma, VMA.end, Math.max(f.new_to, k.vmas.get(f.vma, VMA.end)));
    }),
    up('i_mmap_unlock_write after', (_k, f) => i_mmap_rwsem(f.inode)),
    mark('unlock'),
    up('mmap_write_unlock', (_k, f) => mmap_lock(f.mm)),
    ret(),
    mark('fault'),
    up('mmap_write_unlock without VMA', (_k, f) => mmap_lock(f.mm)),
    ret(() => -EFAULT),
  ],
);

/** madvise(MADV_DONTNEED): the page tables let go, the file keeps its data (K70). */
export const madvise_dontneed = path(
  'madvise_dontneed',
  ['mm', 'from', 'to', 'vma', 'start', 'end'],
  ({ label, act, mark, branch, jump, down_read, up, call, ret }) => [
    down_read('mmap_read_lock', (_k, f) => mmap_lock(f.mm)),
    mark('next'),
    act('next VMA', (k, f) => {
      f.vma = first_vma(k, f.mm, f.from, f.to, false);
      if (f.vma === NO_VMA) return;
      f.start = Math.max(f.from, k.vmas.get(f.vma, VMA.start));
      f.end = Math.min(f.to, k.vmas.get(f.vma, VMA.end));
      f.from = f.end;
    }),
    branch('no more VMAs', (_k, f) => f.vma === NO_VMA, 'done'),
    call(mmu_notifier_invalidate_range_start, (_k, f, callee) => {
      callee.mm = f.mm;
      callee.start = f.start;
      callee.end = f.end;
      callee.event = MMU_NOTIFY_CLEAR;
    }),
    label('zap_page_range_single', 'K70', (k, f) => {
      zap_pte_range(k, f.mm, f.start, f.end, true);
    }),
    label('mmu_notifier_invalidate_range_end', 'K70', (k, f) => {
      mmu_notifier_invalidate_range_end(k, f.mm, f.start, f.end);
    }),
    jump('next'),
    mark('done'),
    up('mmap_read_unlock', (_k, f) => mmap_lock(f.mm)),
    ret(),
  ],
);

/** exit_mmap()'s unmapping: every VMA of the mm. */
export const unmap_all = path('exit_mmap unmap_vmas', ['mm'], ({ down_write, up, call, ret }) => [
  down_write('mmap_write_lock', (_k, f) => mmap_lock(f.mm)),
  call(do_munmap, (k, f, callee) => {
    callee.mm = f.mm;
    callee.from = 0;
    callee.to = lastAddress(k, f.mm);
  }),
  up('mmap_write_unlock', (_k, f) => mmap_lock(f.mm)),
  ret(),
]);

function lastAddress(k: Kernel, mm: number): number {
  let last = 0;
  for (let vma = 0; vma < k.counters.get(0, COUNTER.vmas); vma++) {
    if (k.vmas.get(vma, VMA.used) === 1 && k.vmas.get(vma, VMA.mm) === mm)
      last = Math.max(last, k.vmas.get(vma, VMA.end));
  }
  return last;
}

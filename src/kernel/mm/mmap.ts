/**
 * mmap(2) and munmap(2). Models mm/mmap.c of 6.1 for file VMAs.
 *
 * munmap detaches the VMAs under mmap_lock for write, then downgrades it and zaps (K69); mirrors hear UNMAP. A VMA
 * stays in its file's i_mmap tree until its page tables are gone, so a truncate can meet it there.
 *
 * Left out: VMA merging, growing stacks, VMAs without a file.
 */
import { EOPNOTSUPP } from '../errno.ts';
import { MMU_NOTIFY_UNMAP } from '../event.ts';
import { evict_unused_inodes } from '../fs/evict.ts';
import { inode_put } from '../fs/inode.ts';
import { COUNTER, i_mmap_rwsem, type Kernel, mmap_lock, path, VMA } from '../kernel.ts';
import { mmu_notifier_invalidate_range_end, mmu_notifier_invalidate_range_start } from './mmu_notifier.ts';
import { vma_adjust_trans_huge } from './huge_memory.ts';
import { free_page_tables, pmd_end, pmd_start, zap_pte_range } from './pgtable.ts';
import { find_vma, first_vma, NO_VMA, split_vma, vma_link, vma_unlink } from './vma.ts';

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

/** __split_vma() of every VMA that an edge of [from, to) cuts; mmap_lock held for write. */
export const split_vmas_at = path(
  'split_vmas_at',
  ['mm', 'from', 'to', 'vma', 'at', 'inode'],
  ({ act, mark, branch, jump, call, down_write, up, ret }) => [
    mark('split'),
    act('straddling VMA', (k, f) => {
      const cut = straddling_vma(k, f.mm, f.from, f.to);
      f.vma = cut.vma;
      f.at = cut.at;
      f.inode = cut.vma === NO_VMA ? 0 : k.vmas.get(cut.vma, VMA.inode);
    }),
    branch('none', (_k, f) => f.vma === NO_VMA, 'done'),
    call(vma_adjust_trans_huge, (_k, f, callee) => {
      callee.mm = f.mm;
      callee.vma = f.vma;
      callee.at = f.at;
    }),
    down_write('i_mmap_lock_write', (_k, f) => i_mmap_rwsem(f.inode)),
    act('__split_vma', (k, f) => {
      split_vma(k, f.vma, f.at);
    }),
    up('i_mmap_unlock_write', (_k, f) => i_mmap_rwsem(f.inode)),
    jump('split'),
    mark('done'),
    ret(),
  ],
);

/** The first half of do_mas_align_munmap(): split what is cut, then detach; mmap_lock held for write. */
export const detach_vmas_to_be_unmapped = path(
  'detach_vmas_to_be_unmapped',
  ['mm', 'from', 'to'],
  ({ act, call, ret }) => [
    call(split_vmas_at, (_k, f, callee) => {
      callee.mm = f.mm;
      callee.from = f.from;
      callee.to = f.to;
    }),
    act('detach', (k, f) => {
      detach_vmas(k, f.mm, f.from, f.to);
    }),
    ret(),
  ],
);

/** unmap_region(): one notification for the whole range, zap each detached VMA, then take them out of their files' trees. */
export const unmap_region = path(
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
    // A VMA that was cut has had its huge pages split: here the edges of VMAs cut none.
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
    branch('no more VMAs', (_k, f) => f.vma === NO_VMA, 'free_pgd_range'),
    down_write('i_mmap_lock_write', (_k, f) => i_mmap_rwsem(f.inode)),
    act('unlink_file_vma', (k, f) => {
      vma_unlink(k, f.vma);
      inode_put(k, f.inode);
    }),
    up('i_mmap_unlock_write', (_k, f) => i_mmap_rwsem(f.inode)),
    jump('free_pgtables'),
    mark('free_pgd_range'),
    act('free_pgd_range', (k, f) => {
      const { floor, ceiling } = unused_around(k, f.mm, f.from, f.to);
      free_page_tables(k, f.mm, floor, ceiling);
    }),
    mark('done'),
    ret(),
  ],
);

/** [from, to), widened to the PMDs at its edges as far as no VMA of the mm uses them. */
function unused_around(k: Kernel, mm: number, from: number, to: number): { floor: number; ceiling: number } {
  const [low, high] = [pmd_start(k, from), pmd_end(k, to)];
  const used = (start: number, end: number): boolean =>
    first_vma(k, mm, start, end, false) !== NO_VMA || first_vma(k, mm, start, end, true) !== NO_VMA;
  return { floor: used(low, from) ? from : low, ceiling: used(to, high) ? to : high };
}

/** do_munmap() with mmap_lock held for write throughout. */
export const do_munmap = path('do_munmap', ['mm', 'from', 'to'], ({ call, ret }) => [
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
  ['mm', 'from', 'to', 'inode', 'pgoff', 'shared', 'writable', 'sync'],
  ({ act, branch, mark, down_write, up, call, ret }) => [
    down_write('mmap_write_lock', (_k, f) => mmap_lock(f.mm)),
    branch('range is free', (k, f) => first_vma(k, f.mm, f.from, f.to, false) === NO_VMA, 'link'),
    call(do_munmap, (_k, f, callee) => {
      callee.mm = f.mm;
      callee.from = f.from;
      callee.to = f.to;
    }),
    mark('link'),
    // f_op->mmap refuses MAP_SYNC when what was there before is gone already.
    branch('daxdev_mapping_supported', (k, f) => f.sync === 1 && !k.fs.dax_synchronous, 'not supported'),
    down_write('i_mmap_lock_write', (_k, f) => i_mmap_rwsem(f.inode)),
    act('vma_link', (k, f) => {
      const { mm, from, to, inode, pgoff, shared, writable, sync } = f;
      vma_link(k, { mm, start: from, end: to, inode, pgoff, shared, writable, sync });
    }),
    up('i_mmap_unlock_write', (_k, f) => i_mmap_rwsem(f.inode)),
    up('mmap_write_unlock', (_k, f) => mmap_lock(f.mm)),
    call(evict_unused_inodes, () => undefined),
    ret(),
    mark('not supported'),
    up('mmap_write_unlock unmapped', (_k, f) => mmap_lock(f.mm)),
    call(evict_unused_inodes, () => undefined, 'fput'),
    ret(() => -EOPNOTSUPP),
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

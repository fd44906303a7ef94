/**
 * mremap(2). Models mm/mremap.c of 6.1 for file VMAs.
 *
 * Shrinking unmaps the tail, growing in place makes the VMA longer, and a move copies the VMA and moves its page table
 * entries. Mirrors hear UNMAP over the old range only, and a subscription does not move with the pages (K72). With
 * MREMAP_DONTUNMAP the old VMA stays, without a page in it.
 *
 * An equal in the interval tree comes after the one it was copied from, so a walk of the tree meets an entry at its old
 * place or at its new one and needs no lock against the move (copy_vma(): need_rmap_locks).
 *
 * Left out: accounting and VM_DONTEXPAND, merging of the new VMA with its neighbours, old_len 0, the hint of a
 * MREMAP_DONTUNMAP without MREMAP_FIXED (the new address is where the pages go).
 */
import { EFAULT, EINVAL, ENOMEM } from '../errno.ts';
import { MMU_NOTIFY_UNMAP } from '../event.ts';
import { evict_unused_inodes } from '../fs/evict.ts';
import { i_mmap_rwsem, type Kernel, mmap_lock, path, VMA } from '../kernel.ts';
import { split_huge_pmds_to_move } from './huge_memory.ts';
import { detach_vmas_to_be_unmapped, do_munmap, unmap_region } from './mmap.ts';
import { mmu_notifier_invalidate_range_end, mmu_notifier_invalidate_range_start } from './mmu_notifier.ts';
import { mk_pte, pte_alloc, pte_flags, pte_huge, pte_pfn, PTE_SOFT_CLEAN } from './pgtable.ts';
import { duplicate_private_copies, forget_private_copies } from './private_copy.ts';
import { find_vma, first_vma, linear_page_index, NO_VMA, vm_area_dup } from './vma.ts';

/** move_ptes(), move_huge_pmd(): entries of the old range appear at the new one, soft-dirty from now on. */
function move_ptes(k: Kernel, mm: number, from: number, to: number, newFrom: number): void {
  for (let va = from; va < to;) {
    const end = k.ptes.runEnd(mm, va, to);
    const pte = k.ptes.get(mm, va);
    const [newVa, newEnd] = [newFrom + va - from, newFrom + end - from];
    if (pte !== 0 && !pte_huge(pte)) pte_alloc(k, mm, newVa, newEnd);
    const moved = pte === 0 ? 0 : mk_pte(pte_pfn(pte), pte_flags(pte) & ~PTE_SOFT_CLEAN);
    k.ptes.setRange(mm, newVa, newEnd, moved);
    k.ptes.setRange(mm, va, end, 0);
    va = end;
  }
  duplicate_private_copies(k, mm, from, to, mm, newFrom);
  forget_private_copies(k, mm, from, to);
  k.spend('tlb_flush');
  k.emit({ type: 'pte', mm, from, to });
}

/** vma_to_resize(): 0, or why [from, to) cannot become another range. */
function vma_to_resize(k: Kernel, mm: number, from: number, to: number): number {
  const vma = find_vma(k, mm, from);
  // A range that crosses the end of its VMA cannot be remapped.
  return vma === NO_VMA || to > k.vmas.get(vma, VMA.end) ? -EFAULT : 0;
}

/** move_vma(): the VMA is copied, its entries move, and the old range is unmapped; mmap_lock held for write. */
const move_vma = path(
  'move_vma',
  ['mm', 'from', 'to', 'new_from', 'new_to', 'dont_unmap', 'vma', 'inode'],
  ({ label, act, mark, branch, down_write, up, call, ret }) => [
    act('vma_lookup', (k, f) => {
      f.vma = find_vma(k, f.mm, f.from);
      f.inode = k.vmas.get(f.vma, VMA.inode);
    }),
    down_write('i_mmap_lock_write', (_k, f) => i_mmap_rwsem(f.inode)),
    act('copy_vma', (k, f) => {
      const pgoff = linear_page_index(k, f.vma, f.from);
      vm_area_dup(k, f.vma, { mm: f.mm, start: f.new_from, end: f.new_to, pgoff });
    }),
    up('i_mmap_unlock_write', (_k, f) => i_mmap_rwsem(f.inode)),
    call(mmu_notifier_invalidate_range_start, (_k, f, callee) => {
      callee.mm = f.mm;
      callee.start = f.from;
      callee.end = f.to;
      callee.event = MMU_NOTIFY_UNMAP;
    }),
    call(split_huge_pmds_to_move, (_k, f, callee) => {
      callee.mm = f.mm;
      callee.from = f.from;
      callee.to = f.to;
      callee.by = f.new_from - f.from;
    }),
    label('move_page_tables', 'K72', (k, f) => {
      move_ptes(k, f.mm, f.from, f.to, f.new_from);
    }),
    label('mmu_notifier_invalidate_range_end', 'K72', (k, f) => {
      mmu_notifier_invalidate_range_end(k, f.mm, f.from, f.to);
    }),
    branch('MREMAP_DONTUNMAP', (_k, f) => f.dont_unmap === 1, 'stays'),
    call(do_munmap, (_k, f, callee) => {
      callee.mm = f.mm;
      callee.from = f.from;
      callee.to = f.to;
    }),
    ret(),
    mark('stays'),
    act('unlink_anon_vmas', (k, f) => {
      const whole = k.vmas.get(f.vma, VMA.start) === f.from && k.vmas.get(f.vma, VMA.end) === f.to;
      if (whole) k.vmas.set(f.vma, VMA.anon_vma, 0);
    }),
    ret(),
  ],
);

/** mremap_to(): what is at the new place goes first, then the tail that is not moved, then the range moves. */
const mremap_to = path(
  'mremap_to',
  ['mm', 'from', 'to', 'new_from', 'new_to', 'dont_unmap', 'error'],
  ({ act, mark, branch, call, ret }) => [
    act('checks', (_k, f) => {
      const overlaps = f.to > f.new_from && f.new_to > f.from;
      const resized = f.dont_unmap === 1 && f.to - f.from !== f.new_to - f.new_from;
      f.error = overlaps || resized ? -EINVAL : 0;
    }),
    branch('refused', (_k, f) => f.error < 0, 'failed'),
    call(
      do_munmap,
      (_k, f, callee) => {
        callee.mm = f.mm;
        callee.from = f.new_from;
        callee.to = f.new_to;
      },
      'do_munmap of the new range',
    ),
    branch('no tail', (_k, f) => f.to - f.from <= f.new_to - f.new_from, 'resize'),
    call(
      do_munmap,
      (_k, f, callee) => {
        callee.mm = f.mm;
        callee.from = f.from + f.new_to - f.new_from;
        callee.to = f.to;
      },
      'do_munmap of the tail',
    ),
    mark('resize'),
    act('vma_to_resize', (k, f) => {
      f.to = Math.min(f.to, f.from + f.new_to - f.new_from);
      f.error = vma_to_resize(k, f.mm, f.from, f.to);
    }),
    branch('not one VMA', (_k, f) => f.error < 0, 'failed'),
    call(move_vma, (_k, f, callee) => {
      callee.mm = f.mm;
      callee.from = f.from;
      callee.to = f.to;
      callee.new_from = f.new_from;
      callee.new_to = f.new_to;
      callee.dont_unmap = f.dont_unmap;
    }),
    mark('failed'),
    ret((_k, f) => f.error),
  ],
);

/** True when the VMA that ends at `to` can reach to `end`: nothing is there yet (vma_expandable()). */
function vma_expandable(k: Kernel, vma: number, to: number, end: number): boolean {
  const mm = k.vmas.get(vma, VMA.mm);
  return k.vmas.get(vma, VMA.end) === to && first_vma(k, mm, to, end, false) === NO_VMA;
}

/** Growing without MREMAP_MAYMOVE; mmap_lock held for write. */
const expand_in_place = path(
  'mremap in place',
  ['mm', 'from', 'to', 'new_to', 'vma', 'inode', 'error'],
  ({ act, mark, branch, down_write, up, ret }) => [
    act('vma_to_resize', (k, f) => {
      f.vma = find_vma(k, f.mm, f.from);
      f.inode = k.vmas.get(f.vma, VMA.inode);
      f.error = vma_to_resize(k, f.mm, f.from, f.to);
      if (f.error === 0 && !vma_expandable(k, f.vma, f.to, f.new_to)) f.error = -ENOMEM;
    }),
    branch('cannot grow', (_k, f) => f.error < 0, 'done'),
    down_write('i_mmap_lock_write', (_k, f) => i_mmap_rwsem(f.inode)),
    act('vma_expand', (k, f) => {
      k.vmas.set(f.vma, VMA.end, f.new_to);
    }),
    up('i_mmap_unlock_write', (_k, f) => i_mmap_rwsem(f.inode)),
    mark('done'),
    ret((_k, f) => f.error),
  ],
);

/**
 * mremap(2): in place when `new_from` is `from`, else with MREMAP_FIXED, or with MREMAP_DONTUNMAP if `dont_unmap`. A shrink
 * in place lets go of mmap_lock for write as munmap does (K69).
 */
export const sys_mremap = path(
  'sys_mremap',
  ['mm', 'from', 'to', 'new_from', 'new_to', 'dont_unmap', 'error'],
  ({ act, mark, branch, jump, down_write, downgrade_write, up, call, ret }) => [
    down_write('mmap_write_lock', (_k, f) => mmap_lock(f.mm)),
    act('vma_lookup', (k, f) => {
      f.error = find_vma(k, f.mm, f.from) === NO_VMA ? -EFAULT : 0;
    }),
    branch('no VMA', (_k, f) => f.error < 0, 'unlock'),
    branch('stays in place', (_k, f) => f.new_from === f.from, 'in place'),
    call(mremap_to, (_k, f, callee) => {
      callee.mm = f.mm;
      callee.from = f.from;
      callee.to = f.to;
      callee.new_from = f.new_from;
      callee.new_to = f.new_to;
      callee.dont_unmap = f.dont_unmap;
    }),
    jump('result'),

    mark('in place'),
    branch('shrinks', (_k, f) => f.new_to <= f.to, 'shrink'),
    call(expand_in_place, (_k, f, callee) => {
      callee.mm = f.mm;
      callee.from = f.from;
      callee.to = f.to;
      callee.new_to = f.new_to;
    }),
    mark('result'),
    act('result', (k, f) => {
      f.error = k.ret;
    }),
    mark('unlock'),
    up('mmap_write_unlock', (_k, f) => mmap_lock(f.mm)),
    call(evict_unused_inodes, () => undefined),
    ret((_k, f) => f.error),

    mark('shrink'),
    branch('as long as before', (_k, f) => f.new_to === f.to, 'unlock'),
    call(detach_vmas_to_be_unmapped, (_k, f, callee) => {
      callee.mm = f.mm;
      callee.from = f.new_to;
      callee.to = f.to;
    }),
    downgrade_write('mmap_write_downgrade', (_k, f) => mmap_lock(f.mm)),
    call(unmap_region, (_k, f, callee) => {
      callee.mm = f.mm;
      callee.from = f.new_to;
      callee.to = f.to;
    }),
    up('mmap_read_unlock', (_k, f) => mmap_lock(f.mm)),
    call(evict_unused_inodes, () => undefined, 'evict after the shrink'),
    ret(),
  ],
);

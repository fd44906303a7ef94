/**
 * From a file's pages to the page tables that map them. Models mm/memory.c:unmap_mapping_pages() and
 * fs/dax.c:dax_writeback's pfn_mkclean_range() of 6.1.
 *
 * Order (K29): i_mmap_rwsem for read; per VMA in interval tree order: start callbacks, then the page table under
 * its lock, then end. Every other CPU can act between any two of these.
 */
import { i_mmap_rwsem, type Kernel, path, VMA } from '../kernel.ts';
import { MMU_NOTIFY_CLEAR, MMU_NOTIFY_PROTECTION_PAGE } from '../event.ts';
import { mmu_notifier_invalidate_range_end, mmu_notifier_invalidate_range_start } from './mmu_notifier.ts';
import { unmap_single_vma } from './huge_memory.ts';
import { wrprotect_ptes } from './pgtable.ts';
import { next_in_i_mmap, NO_VMA, vma_range } from './vma.ts';

/** unmap_mapping_pages(): pages [from, to) of the file leave every page table; private copies only if `even_cows`. */
export const unmap_mapping_pages = path(
  'unmap_mapping_pages',
  ['inode', 'from', 'to', 'even_cows', 'vma', 'mm', 'start', 'end'],
  ({ label, act, mark, branch, jump, down_read, up, call, ret }) => [
    down_read('i_mmap_lock_read', (_k, f) => i_mmap_rwsem(f.inode)),
    act('vma_interval_tree_first', (k, f) => {
      f.vma = next_in_i_mmap(k, f.inode, f.from, f.to, NO_VMA);
    }),
    mark('next'),
    branch('no more VMAs', (_k, f) => f.vma === NO_VMA, 'done'),
    act('vma range', (k, f) => {
      const range = vma_range(k, f.vma, f.from, f.to);
      f.mm = k.vmas.get(f.vma, VMA.mm);
      f.start = range.start;
      f.end = range.end;
    }),
    call(mmu_notifier_invalidate_range_start, (_k, f, callee) => {
      callee.mm = f.mm;
      callee.start = f.start;
      callee.end = f.end;
      callee.event = MMU_NOTIFY_CLEAR;
    }),
    call(unmap_single_vma, (_k, f, callee) => {
      callee.mm = f.mm;
      callee.start = f.start;
      callee.end = f.end;
      callee.even_cows = f.even_cows;
    }),
    label('mmu_notifier_invalidate_range_end', 'K29', (k, f) => {
      mmu_notifier_invalidate_range_end(k, f.mm, f.start, f.end);
      f.vma = next_in_i_mmap(k, f.inode, f.from, f.to, f.vma);
    }),
    jump('next'),
    mark('done'),
    up('i_mmap_unlock_read', (_k, f) => i_mmap_rwsem(f.inode)),
    ret(),
  ],
);

function next_shared(k: Kernel, inode: number, from: number, to: number, after: number): number {
  let vma = next_in_i_mmap(k, inode, from, to, after);
  while (vma !== NO_VMA && k.vmas.get(vma, VMA.shared) === 0) vma = next_in_i_mmap(k, inode, from, to, vma);
  return vma;
}

/** pfn_mkclean_range(): pages [from, to) lose write and dirty in every shared VMA, mirrors first (K64, K178). */
export const pfn_mkclean_range = path(
  'pfn_mkclean_range',
  ['inode', 'from', 'to', 'vma', 'mm', 'start', 'end'],
  ({ label, act, mark, branch, jump, down_read, up, call, ret }) => [
    down_read('i_mmap_lock_read', (_k, f) => i_mmap_rwsem(f.inode)),
    act('first shared VMA', (k, f) => {
      f.vma = next_shared(k, f.inode, f.from, f.to, NO_VMA);
    }),
    mark('next'),
    branch('no more VMAs', (_k, f) => f.vma === NO_VMA, 'done'),
    act('vma range', (k, f) => {
      const range = vma_range(k, f.vma, f.from, f.to);
      f.mm = k.vmas.get(f.vma, VMA.mm);
      f.start = range.start;
      f.end = range.end;
    }),
    call(mmu_notifier_invalidate_range_start, (_k, f, callee) => {
      callee.mm = f.mm;
      callee.start = f.start;
      callee.end = f.end;
      callee.event = MMU_NOTIFY_PROTECTION_PAGE;
    }),
    label('page_vma_mkclean_one', 'K64', (k, f) => {
      wrprotect_ptes(k, f.mm, f.start, f.end);
    }),
    label('mmu_notifier_invalidate_range_end', 'K64', (k, f) => {
      mmu_notifier_invalidate_range_end(k, f.mm, f.start, f.end);
      f.vma = next_shared(k, f.inode, f.from, f.to, f.vma);
    }),
    jump('next'),
    mark('done'),
    up('i_mmap_unlock_read', (_k, f) => i_mmap_rwsem(f.inode)),
    ret(),
  ],
);

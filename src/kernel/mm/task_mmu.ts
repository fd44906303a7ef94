/**
 * Soft-dirty tracking. Models fs/proc/task_mmu.c:clear_refs_write() of 6.1 for `echo 4 > /proc/PID/clear_refs`.
 *
 * Every entry of the address space loses the right to write and its soft-dirty bit, inside one SOFT_DIRTY notification
 * over everything, so that the next write to each page faults and is seen. A private copy that may be pinned is spared:
 * a write fault could move the process off it.
 *
 * Left out: the other values that can be written, /proc/PID/pagemap.
 */
import { MMU_NOTIFY_SOFT_DIRTY } from '../event.ts';
import { COUNTER, type Kernel, mmap_lock, path, VMA } from '../kernel.ts';
import { visitRuns } from '../../machine/store.ts';
import { like_anon_pages, page_maybe_dma_pinned } from './memory_cow.ts';
import { mmu_notifier_invalidate_range_end, mmu_notifier_invalidate_range_start } from './mmu_notifier.ts';
import { mk_pte, PTE_SOFT_CLEAN, PTE_WRITE, pte_anon, pte_flags, pte_pfn, pte_write } from './pgtable.ts';
import { first_vma, NO_VMA } from './vma.ts';

function clear_vm_softdirty(k: Kernel, mm: number): void {
  for (let vma = 0; vma < k.counters.get(0, COUNTER.vmas); vma++)
    if (k.vmas.get(vma, VMA.mm) === mm) k.vmas.set(vma, VMA.softdirty, 0);
}

/** clear_soft_dirty() and clear_soft_dirty_pmd() of [from, to). */
function clear_soft_dirty(k: Kernel, mm: number, from: number, to: number): void {
  visitRuns(k.ptes, mm, from, to, (first, last, run) => {
    for (let va = first; va < last;) {
      const pte = va === first ? run : k.ptes.get(mm, va);
      const pages = pte_anon(pte) ? like_anon_pages(k, pte_pfn(pte), last - va) : last - va;
      const pinned = pte_write(pte) && pte_anon(pte) && page_maybe_dma_pinned(k, pte_pfn(pte));
      if (!pinned) {
        const flags = (pte_flags(pte) & ~PTE_WRITE) | PTE_SOFT_CLEAN;
        k.ptes.setRange(mm, va, va + pages, mk_pte(pte_pfn(pte), flags));
        k.emit({ type: 'pte', mm, from: va, to: va + pages });
      }
      va += pages;
    }
  });
}

export const clear_refs_write = path(
  'clear_refs_write',
  ['mm', 'vma', 'from'],
  ({ label, act, mark, branch, down_write, up, call, ret }) => [
    down_write('mmap_write_lock', (_k, f) => mmap_lock(f.mm)),
    act('VM_SOFTDIRTY', (k, f) => {
      clear_vm_softdirty(k, f.mm);
    }),
    call(mmu_notifier_invalidate_range_start, (k, f, callee) => {
      callee.mm = f.mm;
      callee.start = 0;
      callee.end = k.llong_max_pages;
      callee.event = MMU_NOTIFY_SOFT_DIRTY;
    }),
    mark('next'),
    label('clear_refs_pte_range', 'K122', (k, f) => {
      f.vma = first_vma(k, f.mm, f.from, k.llong_max_pages, false);
      if (f.vma === NO_VMA) return;
      f.from = k.vmas.get(f.vma, VMA.end);
      clear_soft_dirty(k, f.mm, k.vmas.get(f.vma, VMA.start), f.from);
    }),
    branch('more VMAs', (_k, f) => f.vma !== NO_VMA, 'next'),
    label('mmu_notifier_invalidate_range_end', 'K122', (k, f) => {
      mmu_notifier_invalidate_range_end(k, f.mm, 0, k.llong_max_pages);
      k.spend('tlb_flush');
    }),
    up('mmap_write_unlock', (_k, f) => mmap_lock(f.mm)),
    ret(),
  ],
);

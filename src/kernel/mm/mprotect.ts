/**
 * mprotect(2). Models mm/mprotect.c of 6.1 for file VMAs.
 *
 * The rights of a VMA change first, then those of its entries, inside a PROTECTION_VMA notification that begins where a
 * PMD is populated and ends with the PUD (K71); where nothing is populated nobody is told. Entries only lose the right to
 * write: a shared file mapping wants to hear of each first write, a private one copies. One that is dirty gets it back at
 * once, since nobody would learn anything from another fault. PROT_NONE keeps the frame and allows no access.
 *
 * What is mapped before a gap is changed before -ENOMEM is returned.
 *
 * Left out: execute permission, protection keys, merging with neighbours, files opened for reading only (every file of the
 * model may be written), the splitting of a huge PMD that the range cuts (the VMA's has been split when it was cut).
 */
import { ENOMEM } from '../errno.ts';
import { MMU_NOTIFY_PROTECTION_VMA } from '../event.ts';
import { type Kernel, mmap_lock, path, VMA } from '../kernel.ts';
import { like_anon_pages } from './memory_cow.ts';
import { split_vmas_at } from './mmap.ts';
import { mmu_notifier_invalidate_range_end, mmu_notifier_invalidate_range_start } from './mmu_notifier.ts';
import {
  mk_pte,
  PTE_DIRTY,
  PTE_PROTNONE,
  PTE_SOFT_CLEAN,
  PTE_WRITE,
  pte_anon,
  pte_flags,
  pte_huge,
  pte_pfn,
  pte_present,
  pte_span_end,
} from './pgtable.ts';
import { find_vma, NO_VMA } from './vma.ts';

/** PMDs that one PUD holds. */
const PTRS_PER_PMD = 512;

/** can_change_pte_writable(): a write fault would map the page writable without asking anybody (6.1: if it is dirty). */
function can_change_pte_writable(k: Kernel, vma: number, pte: number): boolean {
  const flags = pte_flags(pte);
  if (pte_huge(pte) || (flags & PTE_DIRTY) === 0) return false;
  if ((flags & PTE_SOFT_CLEAN) !== 0 && k.vmas.get(vma, VMA.softdirty) === 0) return false;
  return k.vmas.get(vma, VMA.shared) === 1 || (pte_anon(pte) && k.anon_exclusive.get(0, pte_pfn(pte)) === 1);
}

/** pte_modify() to the VMA's page protection, and back to writable where that may be. */
function change_pte(k: Kernel, vma: number, pte: number): number {
  const writable = k.vmas.get(vma, VMA.writable) === 1;
  const none = !writable && k.vmas.get(vma, VMA.readable) === 0;
  const kept = pte_flags(pte) & ~(PTE_WRITE | PTE_PROTNONE);
  const rights = none ? PTE_PROTNONE : writable && can_change_pte_writable(k, vma, pte) ? PTE_WRITE : 0;
  return mk_pte(pte_pfn(pte), kept | rights);
}

/** change_pte_range(), change_huge_pmd(): entries from `va` on that are alike; returns where they end. */
function change_ptes(k: Kernel, mm: number, vma: number, va: number, limit: number): number {
  const pte = k.ptes.get(mm, va);
  const end = pte_span_end(k, mm, va, limit);
  if (!pte_present(pte)) return end;
  const stop = pte_anon(pte) ? va + like_anon_pages(k, pte_pfn(pte), end - va) : end;
  const changed = change_pte(k, vma, pte);
  if (changed === pte) return stop;
  k.ptes.setRange(mm, va, stop, changed);
  k.emit({ type: 'pte', mm, from: va, to: stop });
  return stop;
}

/** The first address of [va, end) below which a PMD is populated, or `end`. */
function next_populated(k: Kernel, mm: number, va: number, end: number): number {
  const { pmd_pages } = k.options;
  const table =
    k.page_tables.nextNonZero(mm, Math.floor(va / pmd_pages), Math.ceil(end / pmd_pages)) * pmd_pages;
  return Math.max(va, Math.min(end, table, k.ptes.nextNonZero(mm, va, end)));
}

/** change_protection() of [start, end), which lies in one VMA: one notification for each populated PUD. */
const change_protection = path(
  'change_protection',
  ['mm', 'start', 'end', 'vma', 'va', 'first', 'pud_end'],
  ({ label, act, mark, branch, jump, call, ret }) => [
    act('first address', (_k, f) => {
      f.va = f.start;
    }),
    mark('next PUD'),
    act('change_pmd_range', (k, f) => {
      const pud_pages = k.options.pmd_pages * PTRS_PER_PMD;
      f.va = next_populated(k, f.mm, f.va, f.end);
      f.first = f.va;
      f.pud_end = Math.min(f.end, f.va - (f.va % pud_pages) + pud_pages);
    }),
    branch('nothing populated', (_k, f) => f.va >= f.end, 'done'),
    call(mmu_notifier_invalidate_range_start, (_k, f, callee) => {
      callee.mm = f.mm;
      callee.start = f.first;
      callee.end = f.pud_end;
      callee.event = MMU_NOTIFY_PROTECTION_VMA;
    }),
    mark('next entry'),
    label('change_pte_range', 'K71', (k, f) => {
      f.va = k.ptes.nextNonZero(f.mm, f.va, f.pud_end);
      if (f.va < f.pud_end) f.va = change_ptes(k, f.mm, f.vma, f.va, f.pud_end);
    }),
    branch('more entries', (_k, f) => f.va < f.pud_end, 'next entry'),
    label('mmu_notifier_invalidate_range_end', 'K71', (k, f) => {
      mmu_notifier_invalidate_range_end(k, f.mm, f.first, f.pud_end);
      k.spend('tlb_flush');
    }),
    jump('next PUD'),
    mark('done'),
    ret(),
  ],
);

/** mprotect(2) of [from, to). */
export const do_mprotect_pkey = path(
  'do_mprotect_pkey',
  ['mm', 'from', 'to', 'readable', 'writable', 'vma', 'end', 'error'],
  ({ act, mark, branch, down_write, up, call, ret }) => [
    down_write('mmap_write_lock', (_k, f) => mmap_lock(f.mm)),
    mark('next'),
    act('find_vma', (k, f) => {
      f.vma = find_vma(k, f.mm, f.from);
      if (f.vma === NO_VMA) f.error = -ENOMEM;
      else f.end = Math.min(f.to, k.vmas.get(f.vma, VMA.end));
    }),
    branch('gap', (_k, f) => f.error < 0, 'done'),
    branch(
      'same rights',
      (k, f) =>
        k.vmas.get(f.vma, VMA.readable) === f.readable && k.vmas.get(f.vma, VMA.writable) === f.writable,
      'fixed',
    ),
    call(split_vmas_at, (_k, f, callee) => {
      callee.mm = f.mm;
      callee.from = f.from;
      callee.to = f.end;
    }),
    act('vm_flags', (k, f) => {
      f.vma = find_vma(k, f.mm, f.from);
      k.vmas.set(f.vma, VMA.readable, f.readable);
      k.vmas.set(f.vma, VMA.writable, f.writable);
    }),
    call(change_protection, (_k, f, callee) => {
      callee.mm = f.mm;
      callee.start = f.from;
      callee.end = f.end;
      callee.vma = f.vma;
    }),
    mark('fixed'),
    act('mprotect_fixup', (_k, f) => {
      f.from = f.end;
    }),
    branch('more', (_k, f) => f.from < f.to, 'next'),
    mark('done'),
    up('mmap_write_unlock', (_k, f) => mmap_lock(f.mm)),
    ret((_k, f) => f.error),
  ],
);

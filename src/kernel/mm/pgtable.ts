/**
 * CPU page tables: one entry per virtual page.
 *
 * Models the PTE level of 6.1 for shared and private file mappings (K4): none, present read-only, present
 * read-write, the zero page, and a private copy. An entry is pfn * 16 + flags.
 *
 * Left out: PMD entries, swap-type entries (fsdax pages are never swapped or migrated, K76), the special bit.
 */
import { changeRuns, visitRuns } from '../../machine/store.ts';
import type { Kernel } from '../kernel.ts';
import { page_ref_sub } from './page.ts';

export const PTE_WRITE = 1;
export const PTE_DIRTY = 2;
/** A private copy: an anonymous page. */
export const PTE_ANON = 4;
export const PTE_PRESENT = 8;
/** Factor of the pfn in an entry. */
export const PTE_PFN = 16;

export const pte_present = (pte: number): boolean => (pte & PTE_PRESENT) !== 0 || pte >= PTE_PFN;
export const pte_write = (pte: number): boolean => pte % 2 === 1;
export const pte_pfn = (pte: number): number => Math.floor(pte / PTE_PFN);
export const pte_flags = (pte: number): number => pte % PTE_PFN;
export const pte_anon = (pte: number): boolean => (pte_flags(pte) & PTE_ANON) !== 0;
export const mk_pte = (pfn: number, flags: number): number => pfn * PTE_PFN + (flags | PTE_PRESENT);

/** True when an entry allows the access. */
export function pte_allows(pte: number, write: boolean): boolean {
  return pte_present(pte) && (!write || pte_write(pte));
}

/** set_pte_at(): whatever the entry was, it is this one now. */
export function set_pte_at(k: Kernel, mm: number, va: number, pfn: number, flags: number): void {
  k.ptes.setRange(mm, va, va + 1, mk_pte(pfn, flags));
  k.emit({ type: 'pte', mm, from: va, to: va + 1 });
}

/**
 * vmf_insert_mixed() and, when `flags` has PTE_WRITE, its mkwrite form: maps [va, va + pages) to consecutive frames
 * from `pfn` (to the zero page when 0). An entry that is there already stays, as insert_pfn() leaves it: mkwrite
 * adds rights to the same frame and replaces nothing (K5).
 */
export function insert_pfns(
  k: Kernel,
  mm: number,
  va: number,
  pages: number,
  pfn: number,
  flags: number,
): void {
  const mkwrite = (flags & PTE_WRITE) !== 0;
  changeRuns(k.ptes, mm, va, va + pages, (pte, at) => {
    const frame = pfn === 0 ? 0 : pfn + at - va;
    if (!pte_present(pte)) return mk_pte(frame, flags);
    return mkwrite && pte_pfn(pte) === frame ? mk_pte(frame, pte_flags(pte) | flags) : pte;
  });
  k.emit({ type: 'pte', mm, from: va, to: va + pages });
}

/** zap_pte_range() of [from, to); private copies stay unless `even_cows` (K46). */
export function zap_pte_range(k: Kernel, mm: number, from: number, to: number, even_cows: boolean): void {
  visitRuns(k.ptes, mm, from, to, (va, end, pte) => {
    if (pte_anon(pte)) {
      if (!even_cows) return;
      page_ref_sub(k, pte_pfn(pte), end - va, 1);
    }
    k.ptes.setRange(mm, va, end, 0);
    k.spend('zap_page', end - va);
    k.emit({ type: 'pte', mm, from: va, to: end });
  });
  k.spend('tlb_flush');
}

/** page_vma_mkclean_one(): takes write and dirty away from each entry of [from, to) that is not a private copy. */
export function wrprotect_ptes(k: Kernel, mm: number, from: number, to: number): void {
  changeRuns(k.ptes, mm, from, to, (pte, va) => {
    if (!pte_present(pte) || pte_anon(pte)) return pte;
    const clean = pte - (pte_flags(pte) & (PTE_WRITE | PTE_DIRTY));
    if (clean !== pte) k.emit({ type: 'pte', mm, from: va, to });
    return clean;
  });
  k.spend('tlb_flush');
}

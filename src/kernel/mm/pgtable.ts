/**
 * CPU page tables: one entry per virtual page.
 *
 * Models the PTE and PMD levels of 6.1 for shared and private file mappings (K4): none, present read-only, present
 * read-write, without access, the zero page, and a private copy. An entry is pfn * 128 + flags.
 *
 * A huge PMD is the same entry on all `pmd_pages` pages of an aligned range, with PTE_PMD; nothing changes a part of
 * it (mm/huge_memory.ts splits it first). What else a PMD can be is in `page_tables`: 1 with a page table below it,
 * which stays until the last VMA of its range is gone (free_pgtables), and 0 for none. So pmd_none() is neither of
 * both, and only there a fault tries to map a huge page.
 *
 * Left out: PUD entries, swap-type entries (fsdax pages are never swapped or migrated, K76), the special bit.
 */
import { changeRuns, visitRuns } from '../../machine/store.ts';
import type { Kernel } from '../kernel.ts';
import { put_anon_pages } from './page.ts';
import { forget_private_copies } from './private_copy.ts';

export const PTE_WRITE = 1;
export const PTE_DIRTY = 2;
/** A private copy: an anonymous page. */
export const PTE_ANON = 4;
export const PTE_PRESENT = 8;
/** Part of a huge PMD. */
export const PTE_PMD = 16;
/** PROT_NONE: the frame stays, and nobody may touch it (pte_protnone). */
export const PTE_PROTNONE = 32;
/** Soft-dirty tracking has begun and the page was not made writable since: the opposite of the soft-dirty bit. */
export const PTE_SOFT_CLEAN = 64;
/** Factor of the pfn in an entry. */
export const PTE_PFN = 128;

export const pte_present = (pte: number): boolean => (pte & PTE_PRESENT) !== 0 || pte >= PTE_PFN;
export const pte_write = (pte: number): boolean => pte % 2 === 1;
export const pte_pfn = (pte: number): number => Math.floor(pte / PTE_PFN);
export const pte_flags = (pte: number): number => pte % PTE_PFN;
export const pte_anon = (pte: number): boolean => (pte_flags(pte) & PTE_ANON) !== 0;
/** pmd_devmap() and is_huge_zero_pmd(): the entry is part of a huge PMD. */
export const pte_huge = (pte: number): boolean => (pte_flags(pte) & PTE_PMD) !== 0;
export const mk_pte = (pfn: number, flags: number): number => pfn * PTE_PFN + (flags | PTE_PRESENT);

/** True when an entry allows the access. */
export function pte_allows(pte: number, write: boolean): boolean {
  return pte_present(pte) && (pte_flags(pte) & PTE_PROTNONE) === 0 && (!write || pte_write(pte));
}

/** The first page of the PMD that covers a page, and the first page after the PMD that covers the page before. */
export const pmd_start = (k: Kernel, page: number): number => page - (page % k.options.pmd_pages);
export const pmd_end = (k: Kernel, page: number): number => pmd_start(k, page + k.options.pmd_pages - 1);

/** True when a page table hangs below the PMD of `va`. */
export function has_page_table(k: Kernel, mm: number, va: number): boolean {
  return k.page_tables.get(mm, pmd_start(k, va) / k.options.pmd_pages) === 1;
}

/** pte_alloc(): there is a page table below each PMD of [from, to). */
export function pte_alloc(k: Kernel, mm: number, from: number, to: number): void {
  const { pmd_pages } = k.options;
  k.page_tables.setRange(mm, pmd_start(k, from) / pmd_pages, pmd_end(k, to) / pmd_pages, 1);
}

/** free_pgd_range() of [from, to): the page tables below whole PMDs go; their entries have been zapped before. */
export function free_page_tables(k: Kernel, mm: number, from: number, to: number): void {
  const { pmd_pages } = k.options;
  k.page_tables.setRange(mm, pmd_end(k, from) / pmd_pages, pmd_start(k, to) / pmd_pages, 0);
}

/**
 * How far one look at the entry of `va` goes, at most to `limit`: a run of like entries in run grain, else one entry;
 * that is one page, or what is left of a huge PMD.
 */
export function pte_span_end(k: Kernel, mm: number, va: number, limit: number): number {
  const end = k.ptes.runEnd(mm, va, limit);
  const huge = pte_huge(k.ptes.get(mm, va));
  return Math.max(k.grainEnd(va, end), huge ? Math.min(end, pmd_end(k, va + 1)) : 0);
}

/** pte_mkdirty() of [va, end): the dirty bit of a huge PMD is one for all of its pages. */
export function mkdirty_ptes(k: Kernel, mm: number, va: number, end: number): void {
  const huge = pte_huge(k.ptes.get(mm, va));
  const from = huge ? pmd_start(k, va) : va;
  const pte = k.ptes.get(mm, from);
  if ((pte_flags(pte) & PTE_DIRTY) !== 0) return;
  k.ptes.setRange(mm, from, huge ? pmd_end(k, end) : end, mk_pte(pte_pfn(pte), pte_flags(pte) | PTE_DIRTY));
}

/** set_pte_at() of [va, va + pages): whatever the entries were, they name consecutive frames from `pfn` now. */
export function set_ptes_at(
  k: Kernel,
  mm: number,
  va: number,
  pages: number,
  pfn: number,
  flags: number,
): void {
  pte_alloc(k, mm, va, va + pages);
  k.ptes.setRange(mm, va, va + pages, mk_pte(pfn, flags));
  k.emit({ type: 'pte', mm, from: va, to: va + pages });
}

/**
 * vmf_insert_mixed() and, when `flags` has PTE_WRITE, its mkwrite form: maps [va, va + pages) to consecutive frames
 * from `pfn` (to the zero page when 0). An entry that is there already stays, as insert_pfn() leaves it: mkwrite
 * adds rights to the same frame and replaces nothing (K5). The caller has seen that there is no huge PMD.
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
  pte_alloc(k, mm, va, va + pages);
  changeRuns(k.ptes, mm, va, va + pages, (pte, at) => {
    const frame = pfn === 0 ? 0 : pfn + at - va;
    if (!pte_present(pte)) return mk_pte(frame, flags);
    const same = mkwrite && pte_pfn(pte) === frame;
    return same ? mk_pte(frame, (pte_flags(pte) & ~PTE_SOFT_CLEAN) | flags) : pte;
  });
  k.emit({ type: 'pte', mm, from: va, to: va + pages });
}

/** Addresses of [from, to) without the huge PMDs that its edges cut. */
function whole_entries(k: Kernel, mm: number, from: number, to: number): { first: number; last: number } {
  if (from >= to) return { first: from, last: to };
  return {
    first: pte_huge(k.ptes.get(mm, from)) ? pmd_end(k, from) : from,
    last: pte_huge(k.ptes.get(mm, to - 1)) ? pmd_start(k, to) : to,
  };
}

/**
 * zap_pte_range() and zap_huge_pmd() of [from, to); private copies stay unless `even_cows` (K46). A huge PMD that an
 * edge cuts has been split before (`unmap_single_vma`); one that has come up again since is left alone.
 */
export function zap_pte_range(k: Kernel, mm: number, from: number, to: number, even_cows: boolean): void {
  const { first, last } = whole_entries(k, mm, from, to);
  visitRuns(k.ptes, mm, first, last, (va, end, pte) => {
    if (pte_anon(pte)) {
      if (!even_cows) return;
      put_anon_pages(k, pte_pfn(pte), end - va);
      forget_private_copies(k, mm, va, end);
      k.emit({ type: 'private_copies_zapped', mm, from: va, to: end });
    }
    k.ptes.setRange(mm, va, end, 0);
    k.spend('zap_page', end - va);
    k.emit({ type: 'pte', mm, from: va, to: end });
  });
  k.spend('tlb_flush');
}

/** page_vma_mkclean_one(): takes write and dirty away from each entry of [from, to) that is not a private copy. */
export function wrprotect_ptes(k: Kernel, mm: number, from: number, to: number): void {
  // A huge PMD that holds one of the pages is cleaned as a whole.
  const first = pte_huge(k.ptes.get(mm, from)) ? pmd_start(k, from) : from;
  const last = pte_huge(k.ptes.get(mm, to - 1)) ? pmd_end(k, to) : to;
  changeRuns(k.ptes, mm, first, last, (pte, va) => {
    if (!pte_present(pte) || pte_anon(pte)) return pte;
    const clean = pte - (pte_flags(pte) & (PTE_WRITE | PTE_DIRTY));
    if (clean !== pte) k.emit({ type: 'pte', mm, from: va, to: last });
    return clean;
  });
  k.spend('tlb_flush');
}

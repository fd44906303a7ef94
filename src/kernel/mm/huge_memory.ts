/**
 * Huge PMDs of DAX files. Models mm/huge_memory.c of 6.1 as far as file mappings reach it, and the callers that split.
 *
 * A huge PMD of a file is never turned into page table entries: __split_huge_pmd() drops it, with a CLEAR notification
 * for the whole huge page inside whatever range its caller has already announced, and later faults map pages again. So
 * a mirror loses pages that nobody asked about, and its callback can run nested in another invalidation of the same
 * task (K45, K189).
 *
 * Left out: THP of anonymous memory and of page cache, migration entries, deposited page tables, PUDs.
 */
import { MMU_NOTIFY_CLEAR } from '../event.ts';
import { type Kernel, path, VMA } from '../kernel.ts';
import { mmu_notifier_invalidate_range_end, mmu_notifier_invalidate_range_start } from './mmu_notifier.ts';
import {
  has_page_table,
  mk_pte,
  pmd_end,
  pmd_start,
  PTE_DIRTY,
  pte_flags,
  pte_huge,
  pte_pfn,
  PTE_PMD,
  pte_present,
  PTE_WRITE,
  zap_pte_range,
} from './pgtable.ts';
import { changeRuns } from '../../machine/store.ts';

/** True when a huge PMD maps `va`. */
export const pmd_trans_huge = (k: Kernel, mm: number, va: number): boolean => pte_huge(k.ptes.get(mm, va));

/** True when the PMD of `va` is none: no huge page and no page table. */
export const pmd_none = (k: Kernel, mm: number, va: number): boolean =>
  !pmd_trans_huge(k, mm, va) && !has_page_table(k, mm, va);

/**
 * vmf_insert_pfn_pmd(): the PMDs of [va, va + pages), all none or huge alike, map consecutive frames from `pfn` (the
 * huge zero page when 0). One that is there already gets the right to write when it maps the same frame.
 */
export function vmf_insert_pfn_pmd(
  k: Kernel,
  mm: number,
  va: number,
  pages: number,
  pfn: number,
  write: boolean,
): void {
  const flags = PTE_PMD | (write ? PTE_WRITE | PTE_DIRTY : 0);
  changeRuns(k.ptes, mm, va, va + pages, (pte, at) => {
    const frame = pfn === 0 ? 0 : pfn + at - va;
    if (!pte_present(pte)) return has_page_table(k, mm, at) ? pte : mk_pte(frame, flags);
    return write && pte_huge(pte) && pte_pfn(pte) === frame ? mk_pte(frame, pte_flags(pte) | flags) : pte;
  });
  k.emit({ type: 'pte', mm, from: va, to: va + pages });
  if (pmd_trans_huge(k, mm, va)) k.emit({ type: 'pmd_mapped', mm, from: va, to: va + pages });
}

/**
 * __split_huge_pmd() of the PMDs of [from, to), whole PMDs: the notification comes first, whether they are huge or not,
 * and what is huge when it has returned is dropped.
 */
export const __split_huge_pmd = path('__split_huge_pmd', ['mm', 'from', 'to'], ({ label, call, ret }) => [
  call(mmu_notifier_invalidate_range_start, (_k, f, callee) => {
    callee.mm = f.mm;
    callee.start = f.from;
    callee.end = f.to;
    callee.event = MMU_NOTIFY_CLEAR;
  }),
  label('__split_huge_pmd_locked', 'K45', (k, f) => {
    for (let va = f.from; va < f.to; va = k.ptes.runEnd(f.mm, va, f.to)) {
      const end = k.ptes.runEnd(f.mm, va, f.to);
      if (pmd_trans_huge(k, f.mm, va)) zap_pte_range(k, f.mm, va, end, false);
    }
  }),
  label('mmu_notifier_invalidate_range_only_end', 'K45', (k, f) => {
    mmu_notifier_invalidate_range_end(k, f.mm, f.from, f.to);
  }),
  ret(),
]);

/**
 * The part of dax_fault_check_fallback() that asks the VMA alone, which cannot change under mmap_lock: a huge page of the
 * file could be mapped at `va`. A write to a private mapping copies pages one by one.
 */
export function transhuge_vma_suitable(k: Kernel, vma: number, va: number, write: boolean): boolean {
  if (!k.fs.dax || (write && k.vmas.get(vma, VMA.shared) === 0)) return false;
  const shift = k.vmas.get(vma, VMA.start) - k.vmas.get(vma, VMA.pgoff);
  if (shift % k.options.pmd_pages !== 0) return false;
  return pmd_start(k, va) >= k.vmas.get(vma, VMA.start) && pmd_end(k, va + 1) <= k.vmas.get(vma, VMA.end);
}

/** True when an edge of a range lies inside a huge PMD. */
export function cuts_huge_pmd(k: Kernel, mm: number, edge: number): boolean {
  return edge !== pmd_start(k, edge) && pmd_trans_huge(k, mm, edge);
}

/**
 * unmap_single_vma() of [start, end) down to zap_pmd_range(), inside a notification of the caller: huge PMDs that an edge
 * cuts are split, then everything in the range goes. Both edges are split before anything is zapped; the kernel splits the second when it
 * gets there.
 */
export const unmap_single_vma = path(
  'unmap_single_vma',
  ['mm', 'start', 'end', 'even_cows'],
  ({ label, branch, mark, call, ret }) => [
    branch('start cuts no huge PMD', (k, f) => !cuts_huge_pmd(k, f.mm, f.start), 'end edge'),
    call(
      __split_huge_pmd,
      (k, f, callee) => {
        callee.mm = f.mm;
        callee.from = pmd_start(k, f.start);
        callee.to = pmd_end(k, f.start);
      },
      '__split_huge_pmd at the start',
    ),
    mark('end edge'),
    branch('end cuts no huge PMD', (k, f) => !cuts_huge_pmd(k, f.mm, f.end), 'zap'),
    call(
      __split_huge_pmd,
      (k, f, callee) => {
        callee.mm = f.mm;
        callee.from = pmd_start(k, f.end);
        callee.to = pmd_end(k, f.end);
      },
      '__split_huge_pmd at the end',
    ),
    mark('zap'),
    label('zap_pte_range', 'K29', (k, f) => {
      zap_pte_range(k, f.mm, f.start, f.end, f.even_cows === 1);
    }),
    ret(),
  ],
);

/** split_huge_pmd_if_needed(): a VMA that is cut at `at` may have had a huge page there. */
function could_hold_huge_page(k: Kernel, vma: number, at: number): boolean {
  const [first, last] = [pmd_start(k, at), pmd_end(k, at)];
  if (first === at) return false;
  return first >= k.vmas.get(vma, VMA.start) && last <= k.vmas.get(vma, VMA.end);
}

/**
 * vma_adjust_trans_huge(), before a VMA is cut at `at`: the notification is sent if the VMA covered the whole PMD, mapped
 * huge or not. The caller holds mmap_lock for write.
 */
export const vma_adjust_trans_huge = path(
  'vma_adjust_trans_huge',
  ['mm', 'vma', 'at'],
  ({ branch, mark, call, ret }) => [
    branch('no huge page could be there', (k, f) => !could_hold_huge_page(k, f.vma, f.at), 'done'),
    branch('mm_find_pmd', (k, f) => pmd_none(k, f.mm, f.at), 'done'),
    call(__split_huge_pmd, (k, f, callee) => {
      callee.mm = f.mm;
      callee.from = pmd_start(k, f.at);
      callee.to = pmd_end(k, f.at);
    }),
    mark('done'),
    ret(),
  ],
);

/** The next huge PMD of [va, to), or `to`. */
function next_huge(k: Kernel, mm: number, va: number, to: number): number {
  let at = k.ptes.nextNonZero(mm, va, to);
  while (at < to && !pmd_trans_huge(k, mm, at)) at = k.ptes.nextNonZero(mm, k.ptes.runEnd(mm, at, to), to);
  return at;
}

/**
 * What move_page_tables() does to huge PMDs of [from, to) before entries move by `by`: whole ones move as they are when
 * they stay aligned, all others are split, each with its own notification (a run of them at once in run grain).
 */
export const split_huge_pmds_to_move = path(
  'split_huge_pmds_to_move',
  ['mm', 'from', 'to', 'by', 'va', 'end'],
  ({ act, mark, branch, jump, call, ret }) => [
    act('first address', (_k, f) => {
      f.va = f.from;
    }),
    mark('next'),
    act('next huge PMD', (k, f) => {
      f.va = next_huge(k, f.mm, f.va, f.to);
      if (f.va >= f.to) return;
      const first = pmd_start(k, f.va);
      const span = Math.max(pmd_end(k, f.va + 1), pmd_start(k, k.ptes.runEnd(f.mm, f.va, f.to)));
      f.end = k.options.grain === 'page' || first < f.from ? pmd_end(k, f.va + 1) : span;
      const whole = first >= f.from && f.end <= f.to;
      if (whole && f.by % k.options.pmd_pages === 0) f.va = f.end;
    }),
    branch('no more', (_k, f) => f.va >= f.to, 'done'),
    branch('moves as it is', (_k, f) => f.va >= f.end, 'next'),
    call(__split_huge_pmd, (k, f, callee) => {
      callee.mm = f.mm;
      callee.from = pmd_start(k, f.va);
      callee.to = f.end;
    }),
    act('go on', (_k, f) => {
      f.va = f.end;
    }),
    jump('next'),
    mark('done'),
    ret(),
  ],
);

/**
 * Copying page tables for a child. Models mm/memory.c:copy_page_range() of 6.1 for file VMAs.
 *
 * Only a VMA that may hold private copies is copied (vma_needs_copy()): the entries of all others come back by faults. It
 * is private then, so the parent's entries lose the right to write, inside a PROTECTION_PAGE notification, and both share
 * the pages until one of them writes. A page that may be pinned is copied for the child at once instead: the parent has to
 * stay on the page that a device uses (K73, K194). Fast GUP takes no lock; write_protect_seq, odd meanwhile, sends it to
 * the slow path (57efa1fe5957).
 *
 * Left out: swap entries, VM_WIPEONFORK, userfaultfd. Huge PMDs of files are never copied, as in copy_huge_pmd().
 */
import { ENOMEM } from '../errno.ts';
import { MMU_NOTIFY_PROTECTION_PAGE } from '../event.ts';
import { type Kernel, MM, path, VMA } from '../kernel.ts';
import { like_anon_pages, page_maybe_dma_pinned } from './memory_cow.ts';
import { mmu_notifier_invalidate_range_end, mmu_notifier_invalidate_range_start } from './mmu_notifier.ts';
import { alloc_anon_pages, copy_pages, page_ref_add, put_anon_pages } from './page.ts';
import {
  mk_pte,
  PTE_ANON,
  PTE_DIRTY,
  PTE_WRITE,
  pte_alloc,
  pte_anon,
  pte_flags,
  pte_huge,
  pte_pfn,
  pte_write,
  set_ptes_at,
} from './pgtable.ts';
import { duplicate_private_copies } from './private_copy.ts';
import { find_vma } from './vma.ts';

/** write_protect_seq moves on: odd while entries of the mm are write-protected for a child. */
function write_protect_seq_step(k: Kernel, mm: number): void {
  k.mms.set(mm, MM.write_protect_seq, k.mms.get(mm, MM.write_protect_seq) + 1);
}

/** The next entry of [va, end) that is to be copied, or `end`: huge PMDs are left to faults. */
function next_entry(k: Kernel, mm: number, va: number, end: number): number {
  let at = k.ptes.nextNonZero(mm, va, end);
  while (at < end && pte_huge(k.ptes.get(mm, at)))
    at = k.ptes.nextNonZero(mm, k.ptes.runEnd(mm, at, end), end);
  return at;
}

/** Locals of {@link copy_page_range} that its steps share. */
export type CopyLocal = 'mm' | 'dst_mm' | 'va' | 'stop' | 'pte' | 'pinned' | 'end' | 'error';

/** page_needs_cow_for_dma() of the entry at `va`, and how far the entries after it are like it. */
export function look_at_entry(k: Kernel, f: Record<CopyLocal, number>): void {
  f.pte = k.ptes.get(f.mm, f.va);
  f.stop = k.grainEnd(f.va, k.ptes.runEnd(f.mm, f.va, f.end));
  f.pinned = 0;
  if (!pte_anon(f.pte)) return;
  const pfn = pte_pfn(f.pte);
  f.stop = f.va + like_anon_pages(k, pfn, f.stop - f.va);
  // A page that is shared already is no more pinned for being shared once more.
  f.pinned = k.anon_exclusive.get(0, pfn) === 1 && page_maybe_dma_pinned(k, pfn) ? 1 : 0;
}

/** page_try_dup_anon_rmap() of [va, stop): private copies belong to both from now on. */
export function dup_anon_rmap(k: Kernel, f: Record<CopyLocal, number>): void {
  if (!pte_anon(f.pte)) return;
  const pfn = pte_pfn(f.pte);
  k.anon_exclusive.setRange(0, pfn, pfn + f.stop - f.va, 0);
  page_ref_add(k, pfn, f.stop - f.va, 1);
}

/**
 * The second half of copy_present_pte(): the entries of [va, stop) lose the right to write, and the child has the same.
 * The page table lock, which the model lacks, keeps zaps away between the halves; here an entry that has gone is not copied.
 */
function set_wrprotect_and_copy(k: Kernel, f: Record<CopyLocal, number>): void {
  const { mm, dst_mm, va, stop } = f;
  for (let at = va; at < stop;) {
    const end = k.ptes.runEnd(mm, at, stop);
    const pte = k.ptes.get(mm, at);
    const kept = pte !== 0 && pte_pfn(pte) === frame_at(f.pte, at - va);
    if (!kept && pte_anon(f.pte)) put_anon_pages(k, frame_at(f.pte, at - va), end - at);
    if (kept) copy_entries(k, mm, dst_mm, at, end, pte);
    at = end;
  }
}

const frame_at = (pte: number, offset: number): number => (pte_pfn(pte) === 0 ? 0 : pte_pfn(pte) + offset);

function copy_entries(k: Kernel, src: number, dst: number, va: number, end: number, pte: number): void {
  const shared = mk_pte(pte_pfn(pte), pte_flags(pte) & ~PTE_WRITE);
  if (pte_write(pte)) {
    k.ptes.setRange(src, va, end, shared);
    k.emit({ type: 'pte', mm: src, from: va, to: end });
  }
  pte_alloc(k, dst, va, end);
  k.ptes.setRange(dst, va, end, shared);
  duplicate_private_copies(k, src, va, end, dst, va);
}

/** copy_present_page(): pages of the child's own; the parent keeps its entries as they are. */
function copy_present_page(k: Kernel, f: Record<CopyLocal, number>): void {
  const { pfn, pages } = alloc_anon_pages(k, f.stop - f.va);
  if (pages === 0) {
    f.error = -ENOMEM;
    return;
  }
  const vma = find_vma(k, f.dst_mm, f.va);
  const write = k.vmas.get(vma, VMA.writable) === 1 ? PTE_WRITE : 0;
  copy_pages(k, pte_pfn(f.pte), pfn, pages);
  set_ptes_at(k, f.dst_mm, f.va, pages, pfn, PTE_ANON | PTE_DIRTY | write);
  duplicate_private_copies(k, f.mm, f.va, f.va + pages, f.dst_mm, f.va);
  f.va += pages;
}

/** copy_page_range() of [va, end), which is one VMA of both; both mmap_locks held for write. Returns 0 or -ENOMEM. */
export const copy_page_range = path(
  'copy_page_range',
  ['mm', 'dst_mm', 'start', 'end', 'va', 'stop', 'pte', 'pinned', 'error'],
  ({ label, mark, branch, jump, call, ret }) => [
    call(mmu_notifier_invalidate_range_start, (_k, f, callee) => {
      callee.mm = f.mm;
      callee.start = f.start;
      callee.end = f.end;
      callee.event = MMU_NOTIFY_PROTECTION_PAGE;
    }),
    label('raw_write_seqcount_begin', 'K73', (k, f) => {
      write_protect_seq_step(k, f.mm);
      f.va = next_entry(k, f.mm, f.start, f.end);
    }),
    mark('next'),
    branch('all copied', (_k, f) => f.va >= f.end, 'copied'),
    label('page_needs_cow_for_dma', 'K73', (k, f) => {
      look_at_entry(k, f);
      if (f.pinned === 0) dup_anon_rmap(k, f);
    }),
    branch('maybe pinned', (_k, f) => f.pinned === 1, 'pinned'),
    label('ptep_set_wrprotect', 'K73', (k, f) => {
      set_wrprotect_and_copy(k, f);
      f.va = next_entry(k, f.mm, f.stop, f.end);
    }),
    jump('next'),
    mark('pinned'),
    label('copy_present_page', 'K194', (k, f) => {
      copy_present_page(k, f);
      if (f.error === 0) f.va = next_entry(k, f.mm, f.va, f.end);
    }),
    branch('go on', (_k, f) => f.error === 0, 'next'),
    mark('copied'),
    label('raw_write_seqcount_end', 'K73', (k, f) => {
      write_protect_seq_step(k, f.mm);
      mmu_notifier_invalidate_range_end(k, f.mm, f.start, f.end);
    }),
    ret((_k, f) => f.error),
  ],
);

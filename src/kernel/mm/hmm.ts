/**
 * Mirroring a range of an address space. Models mm/hmm.c:hmm_range_fault() of 6.1.
 *
 * The caller holds mmap_lock for read and has a sequence from mmu_interval_read_begin(); what lands in `pfns` is a
 * hint until read_retry succeeds under the driver lock, and no reference is taken (K145).
 *
 * Every page of the range is requested with REQ_FAULT, and REQ_WRITE when `write` (K140).
 *
 * hmm_vma_handle_pmd() fills what the range has of a huge PMD in one look.
 *
 * Left out: snapshots without a request, device-private and migration entries (fsdax has none, K76, K148), PUD mappings.
 */
import { EBUSY, EFAULT, EPERM } from '../errno.ts';
import { type Kernel, path, VMA } from '../kernel.ts';
import { handle_mm_fault } from './memory.ts';
import { mmu_interval_read_retry } from './mmu_notifier.ts';
import {
  mk_pte,
  pte_allows,
  pte_huge,
  pte_pfn,
  PTE_PMD,
  pte_span_end,
  pte_write,
  PTE_WRITE,
} from './pgtable.ts';
import { find_vma, NO_VMA } from './vma.ts';

/** hmm_vma_walk_test() and the permission half of hmm_vma_fault(): 0 or the error of K141. */
function vma_error(k: Kernel, mm: number, va: number, write: boolean): number {
  const vma = find_vma(k, mm, va);
  if (vma === NO_VMA || k.vmas.get(vma, VMA.readable) === 0) return -EFAULT;
  return write && k.vmas.get(vma, VMA.writable) === 0 ? -EPERM : 0;
}

/**
 * pte_to_hmm_pfn_flags(), pmd_to_hmm_pfn_flags(): frame, right to write, and for a huge PMD PTE_PMD as its order (K142). The
 * order is that of the mapping; what is filled is the range that was asked for.
 */
function hmm_pfn(pte: number): number {
  return mk_pte(pte_pfn(pte), (pte_write(pte) ? PTE_WRITE : 0) | (pte_huge(pte) ? PTE_PMD : 0));
}

/** Returns 0 with the region's `pfns` filled for [start, end), -EBUSY when the range was invalidated, or an error. */
export const hmm_range_fault = path(
  'hmm_range_fault',
  ['region', 'mm', 'start', 'end', 'write', 'seq', 'va', 'pte', 'error'],
  ({ label, act, mark, branch, call, ret }) => [
    act('start', (k, f) => {
      k.emit({ type: 'mm_use', mm: f.mm, va: f.start, device: true });
      f.va = f.start;
    }),
    mark('walk_page_range'),
    label('mmu_interval_check_retry', 'K143', (k, f) => {
      // Without the driver lock an early hint: asked before each walk, not at each page (K128).
      f.error = mmu_interval_read_retry(k, f.region, f.seq) ? -EBUSY : 0;
    }),
    branch('invalidated', (_k, f) => f.error < 0, 'failed'),
    mark('next'),
    branch('range done', (_k, f) => f.va >= f.end, 'done'),
    label('hmm_vma_handle_pte', 'K141', (k, f) => {
      f.error = vma_error(k, f.mm, f.va, f.write === 1);
      f.pte = k.ptes.get(f.mm, f.va);
      if (f.error < 0 || !pte_allows(f.pte, f.write === 1)) return;
      const stop = pte_span_end(k, f.mm, f.va, f.end);
      k.spend('hmm_page', stop - f.va);
      k.pfns.setRange(f.region, f.va, stop, hmm_pfn(f.pte));
      f.va = stop;
      f.pte = -1;
    }),
    branch('failed', (_k, f) => f.error < 0, 'failed'),
    branch('valid', (_k, f) => f.pte === -1, 'next'),
    call(handle_mm_fault, (_k, f, callee) => {
      callee.mm = f.mm;
      callee.va = f.va;
      callee.end = f.end;
      callee.write = f.write;
      callee.device = 1;
    }),
    // After a fault the walk goes on at the first page not filled, without a new read_begin (K143).
    branch('hmm_vma_fault', (k) => k.ret > 0, 'walk_page_range'),
    ret(() => -EFAULT),
    mark('failed'),
    ret((_k, f) => f.error),
    mark('done'),
    ret(),
  ],
);

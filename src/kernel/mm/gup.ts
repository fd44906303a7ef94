/**
 * Pinning user pages. Models mm/gup.c of 6.1: pin_user_pages_fast() and the slow path.
 *
 * Fast (K83): no lock; raise the count, then read the entry again, and give the count back if it changed. A layout
 * break zaps first and reads counts after, so one of the two always sees the other (K36). Slow (K82): mmap_lock
 * for read, the count is taken under the page table lock, a missing entry is faulted in.
 *
 * The pages go to the `pfns` row of the region, as the kernel fills the caller's array.
 *
 * Left out: fatal signals (the model's have handlers, which do not end a pin in 6.1), FOLL_FORCE, large folios, migration of movable pages for FOLL_LONGTERM (no fsdax page gets that far,
 * K88), the pgmap reference taken and dropped inside the walk (K23).
 */
import { EFAULT, EOPNOTSUPP } from '../errno.ts';
import { type Kernel, mmap_lock, path, VMA } from '../kernel.ts';
import { try_grab_pages, unpin_pages } from './page.ts';
import { mk_pte, pte_allows, pte_pfn, pte_write, PTE_WRITE } from './pgtable.ts';
import { handle_mm_fault } from './memory.ts';
import { find_vma, NO_VMA } from './vma.ts';

/** check_vma_flags(): 0 or the error the slow path returns for this VMA (K88, K94). */
export function check_vma_flags(
  k: Kernel,
  mm: number,
  va: number,
  write: boolean,
  longterm: boolean,
): number {
  const vma = find_vma(k, mm, va);
  if (vma === NO_VMA) return -EFAULT;
  if (longterm && k.rules.longterm_refused_on_fsdax) return -EOPNOTSUPP;
  return write && k.vmas.get(vma, VMA.writable) === 0 ? -EFAULT : 0;
}

/** Records [va, end) as taken, at the frames of `pte`. */
function record_pages(k: Kernel, region: number, va: number, end: number, pte: number): void {
  k.spend('gup_page', end - va);
  k.pfns.setRange(region, va, end, mk_pte(pte_pfn(pte), pte_write(pte) ? PTE_WRITE : 0));
}

/** How far one look at the page table goes from `va`. */
function pte_run_end(k: Kernel, mm: number, va: number, end: number): number {
  return k.grainEnd(va, k.ptes.runEnd(mm, va, end));
}

/**
 * pin_user_pages_fast() of [start, end) into the region's `pfns`: returns the number of pages pinned, which may be
 * short, or -errno when there are none.
 */
export const pin_user_pages_fast = path(
  'pin_user_pages_fast',
  ['region', 'mm', 'start', 'end', 'write', 'longterm', 'va', 'stop', 'pte', 'error'],
  ({ label, act, mark, branch, jump, down_read, up, call, ret }) => [
    act('start', (_k, f) => {
      f.va = f.start;
    }),
    // gup_pte_range() leaves a devmap page with FOLL_LONGTERM to the slow path (K88).
    branch('FOLL_LONGTERM', (_k, f) => f.longterm === 1, 'slow'),
    mark('fast'),
    branch('all fast', (_k, f) => f.va >= f.end, 'pinned'),
    label('gup_pte_range', 'K83', (k, f) => {
      f.pte = k.ptes.get(f.mm, f.va);
      if (!pte_allows(f.pte, f.write === 1)) return;
      f.stop = pte_run_end(k, f.mm, f.va, f.end);
    }),
    branch('pte not usable', (_k, f) => !pte_allows(f.pte, f.write === 1), 'slow'),
    // Between the entry and the count a layout break can zap and scan: what the recheck is for.
    label('try_grab_folio', 'K36', (k, f) => {
      try_grab_pages(k, pte_pfn(f.pte), f.stop - f.va);
    }),
    label('pte recheck', 'K36', (k, f) => {
      const same = k.ptes.get(f.mm, f.va) === f.pte && k.ptes.runEnd(f.mm, f.va, f.stop) >= f.stop;
      if (same) {
        record_pages(k, f.region, f.va, f.stop, f.pte);
        f.va = f.stop;
      } else {
        unpin_pages(k, pte_pfn(f.pte), f.stop - f.va);
        f.pte = -1;
      }
    }),
    branch('pte changed', (_k, f) => f.pte === -1, 'slow'),
    jump('fast'),

    mark('slow'),
    down_read('mmap_read_lock', (_k, f) => mmap_lock(f.mm)),
    mark('next'),
    branch('all slow', (_k, f) => f.va >= f.end, 'unlock'),
    act('check_vma_flags', (k, f) => {
      f.error = check_vma_flags(k, f.mm, f.va, f.write === 1, f.longterm === 1);
    }),
    branch('refused', (_k, f) => f.error < 0, 'unlock'),
    label('follow_page_pte', 'K82', (k, f) => {
      f.pte = k.ptes.get(f.mm, f.va);
      if (!pte_allows(f.pte, f.write === 1)) return;
      f.stop = pte_run_end(k, f.mm, f.va, f.end);
      try_grab_pages(k, pte_pfn(f.pte), f.stop - f.va);
      record_pages(k, f.region, f.va, f.stop, f.pte);
      f.va = f.stop;
      f.pte = -1;
    }),
    branch('taken', (_k, f) => f.pte === -1, 'next'),
    call(handle_mm_fault, (_k, f, callee) => {
      callee.mm = f.mm;
      callee.va = f.va;
      callee.end = f.end;
      callee.write = f.write;
      callee.device = 1;
    }),
    branch('faulted in', (k) => k.ret > 0, 'next'),
    act('fault failed', (_k, f) => {
      f.error = -EFAULT;
    }),
    mark('unlock'),
    up('mmap_read_unlock', (_k, f) => mmap_lock(f.mm)),
    mark('pinned'),
    ret((_k, f) => (f.va > f.start ? f.va - f.start : f.error)),
  ],
);

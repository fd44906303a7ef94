/**
 * Copy on write. Models mm/memory.c:do_wp_page() and wp_page_copy() of 6.1 for private mappings of files, and what
 * fs/dax.c:dax_fault_cow_page() and finish_fault() do for a page that was not mapped yet.
 *
 * An anonymous page that one address space alone maps is PageAnonExclusive and is written in place; one that fork has
 * shared is copied by whoever writes first, unless its one reference is the mapping itself (K73, K102). The copy is made
 * before the notifier is told, and takes the entry's place only if that has not changed meanwhile (K74, K75).
 *
 * Left out: KSM, the swap cache and the page lock (K76: no page of the model is on the LRU), the accounting of memory.
 */
import { ENOMEM } from '../errno.ts';
import { MMU_NOTIFY_CLEAR } from '../event.ts';
import { type Kernel, path, VMA } from '../kernel.ts';
import { mmu_notifier_invalidate_range_end, mmu_notifier_invalidate_range_start } from './mmu_notifier.ts';
import { alloc_anon_pages, copy_pages, GUP_PIN_COUNTING_BIAS, put_anon_pages } from './page.ts';
import {
  mk_pte,
  PTE_ANON,
  PTE_DIRTY,
  PTE_SOFT_CLEAN,
  PTE_WRITE,
  pte_anon,
  pte_flags,
  pte_pfn,
  pte_present,
  pte_write,
  set_ptes_at,
} from './pgtable.ts';
import { note_private_copies } from './private_copy.ts';

/** page_maybe_dma_pinned() for an order-0 page: 1024 plain references look like a pin, too (K6). */
export const page_maybe_dma_pinned = (k: Kernel, pfn: number): boolean =>
  k.refcount.get(0, pfn) >= GUP_PIN_COUNTING_BIAS;

/** How many pages from `pfn` on are like it: as many references, as exclusive. */
export function like_anon_pages(k: Kernel, pfn: number, pages: number): number {
  const end = Math.min(k.refcount.runEnd(0, pfn, pfn + pages), k.anon_exclusive.runEnd(0, pfn, pfn + pages));
  return end - pfn;
}

/** wp_page_reuse() of [va, va + pages): the pages are this address space's alone. An unsharing stops at that. */
function wp_page_reuse(
  k: Kernel,
  mm: number,
  va: number,
  pages: number,
  pte: number,
  unshare: boolean,
): void {
  const pfn = pte_pfn(pte);
  // page_move_anon_rmap()
  k.anon_exclusive.setRange(0, pfn, pfn + pages, 1);
  if (unshare) return;
  const flags = (pte_flags(pte) & ~PTE_SOFT_CLEAN) | PTE_WRITE | PTE_DIRTY;
  k.ptes.setRange(mm, va, va + pages, mk_pte(pfn, flags));
  k.emit({ type: 'pte', mm, from: va, to: va + pages });
}

/** True when a page can be written where it is: it is exclusive, or the mapping holds its only reference. */
const reusable = (k: Kernel, pfn: number): boolean =>
  k.anon_exclusive.get(0, pfn) === 1 || k.refcount.get(0, pfn) === 1;

/** The entry of [va, va + pages) names the copy from now on; the page it named before loses a reference. */
function replace_with_copy(
  k: Kernel,
  f: Record<'mm' | 'va' | 'pages' | 'pte' | 'copy' | 'unshare' | 'writable', number>,
): void {
  const { mm, va, pages, pte, copy } = f;
  const writes = f.unshare === 1 || f.writable === 0 ? 0 : PTE_WRITE | PTE_DIRTY;
  set_ptes_at(k, mm, va, pages, copy, PTE_ANON | writes);
  note_private_copies(k, mm, va, pages, copy);
  if (!pte_anon(pte)) return;
  const pfn = pte_pfn(pte);
  const pinned = page_maybe_dma_pinned(k, pfn);
  put_anon_pages(k, pfn, pages);
  k.emit({ type: 'private_copy_moved', mm, va, pages, pfn, pinned });
}

/** True when [va, va + pages) still has the entries that the copy was made from. */
function pte_same(k: Kernel, mm: number, va: number, pages: number, pte: number): boolean {
  return k.ptes.get(mm, va) === pte && k.ptes.runEnd(mm, va, va + pages) === va + pages;
}

/** wp_page_copy(): the notifier hears CLEAR before the entry changes to another page. Returns pages, or -ENOMEM. */
const wp_page_copy = path(
  'wp_page_copy',
  ['mm', 'va', 'pages', 'pte', 'unshare', 'writable', 'copy'],
  ({ label, branch, mark, call, ret }) => [
    label('__wp_page_copy_user', 'K74', (k, f) => {
      const { pfn, pages } = alloc_anon_pages(k, f.pages);
      f.copy = pfn;
      f.pages = pages;
      copy_pages(k, pte_pfn(f.pte), pfn, pages);
    }),
    branch('oom', (_k, f) => f.pages === 0, 'oom'),
    call(mmu_notifier_invalidate_range_start, (_k, f, callee) => {
      callee.mm = f.mm;
      callee.start = f.va;
      callee.end = f.va + f.pages;
      callee.event = MMU_NOTIFY_CLEAR;
    }),
    label('ptep_clear_flush_notify', 'K74', (k, f) => {
      if (pte_same(k, f.mm, f.va, f.pages, f.pte)) replace_with_copy(k, f);
      else put_anon_pages(k, f.copy, f.pages);
    }),
    label('mmu_notifier_invalidate_range_end', 'K74', (k, f) => {
      mmu_notifier_invalidate_range_end(k, f.mm, f.va, f.va + f.pages);
    }),
    ret((_k, f) => f.pages),
    mark('oom'),
    ret(() => -ENOMEM),
  ],
);

/**
 * do_wp_page() of a present entry in a private mapping, for a write or, with `unshare`, so that a page can be pinned for
 * reading (FAULT_FLAG_UNSHARE). Returns pages dealt with (at least 1), or -ENOMEM.
 */
export const do_wp_page = path(
  'do_wp_page',
  ['mm', 'va', 'end', 'unshare', 'vma', 'pte', 'pages', 'reused'],
  ({ label, branch, mark, call, ret }) => [
    label('do_wp_page', 'K74', (k, f) => {
      f.pte = k.ptes.get(f.mm, f.va);
      f.pages = k.grainEnd(f.va, k.ptes.runEnd(f.mm, f.va, f.end)) - f.va;
      // Another thread was faster, or there is nothing to unshare.
      const done = !pte_present(f.pte) || pte_write(f.pte) || (f.unshare === 1 && !pte_anon(f.pte));
      f.reused = done ? 1 : 0;
      if (done || !pte_anon(f.pte)) return;
      f.pages = like_anon_pages(k, pte_pfn(f.pte), f.pages);
      if (!reusable(k, pte_pfn(f.pte))) return;
      f.reused = 1;
      wp_page_reuse(k, f.mm, f.va, f.pages, f.pte, f.unshare === 1);
    }),
    branch('nothing to copy', (_k, f) => f.reused === 1, 'done'),
    call(wp_page_copy, (k, f, callee) => {
      callee.mm = f.mm;
      callee.va = f.va;
      callee.pages = f.pages;
      callee.pte = f.pte;
      callee.unshare = f.unshare;
      callee.writable = k.vmas.get(f.vma, VMA.writable);
    }),
    ret((k) => k.ret),
    mark('done'),
    ret((_k, f) => f.pages),
  ],
);

/**
 * dax_fault_cow_page(): private copies of [va, va + pages), which lie at `pfn` in the file (0: a hole); the file is
 * untouched (K46). If another thread has mapped a page meanwhile, finish_fault() leaves that alone: a present entry
 * changes only after its mirrors have been told (K74). Returns pages dealt with, or -ENOMEM.
 */
export function dax_fault_cow_page(k: Kernel, mm: number, va: number, pages: number, pfn: number): number {
  const absent = Math.min(k.ptes.runEnd(mm, va, va + pages) - va, pages);
  if (pte_present(k.ptes.get(mm, va))) return 1;
  const copy = alloc_anon_pages(k, absent);
  if (copy.pages === 0) return -ENOMEM;
  copy_pages(k, pfn, copy.pfn, copy.pages);
  set_ptes_at(k, mm, va, copy.pages, copy.pfn, PTE_WRITE | PTE_DIRTY | PTE_ANON);
  note_private_copies(k, mm, va, copy.pages, copy.pfn);
  return copy.pages;
}

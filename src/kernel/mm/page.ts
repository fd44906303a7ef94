/**
 * Physical pages and their reference counts.
 *
 * Models struct page of 6.1 for fsdax blocks and for anonymous pages (include/linux/mm.h, mm/memremap.c).
 *
 * A block of the filesystem is a page frame: pfn 1 to `blocks`. Its count is kept relative to the idle value
 * (1 in the kernels before the 6.15 rework), so 0 is idle and anything above it is busy: CPU mappings take no
 * reference (K10). pfn 0 is the zero page, whose count nobody changes (K7). Anonymous pages follow the blocks;
 * theirs is the full count. Pages of the page cache come last: one reference is the page cache's own (mm/filemap.ts).
 *
 * Left out: folios of more than one page, the LRU, the page lock (K76: fsdax pages have no use for them).
 */
import { changeRuns, visitRuns } from '../../machine/store.ts';
import { COUNTER, type Kernel, WAIT } from '../kernel.ts';

export const ZERO_PFN = 0;
/** What a FOLL_PIN adds to the count of an order-0 page (K6). */
export const GUP_PIN_COUNTING_BIAS = 1024;

/** Adds `refs` to the count of each page of [pfn, pfn + pages); the zero page is left alone (K7). */
export function page_ref_add(k: Kernel, pfn: number, pages: number, refs: number): void {
  if (pfn === ZERO_PFN) return;
  changeRuns(k.refcount, 0, pfn, pfn + pages, (count) => count + refs);
}

/** Takes `refs` from each page and wakes who waits for it to be idle (K10). */
export function page_ref_sub(k: Kernel, pfn: number, pages: number, refs: number): void {
  if (pfn === ZERO_PFN) return;
  changeRuns(k.refcount, 0, pfn, pfn + pages, (count) => count - refs);
  wake_up_idle(k, pfn, pages);
}

/** wake_up_var() of __put_devmap_managed_page_refs() for those of [pfn, pfn + pages) that are idle now. */
function wake_up_idle(k: Kernel, pfn: number, pages: number): void {
  k.m.queues.wakeWhere(
    WAIT.page_idle,
    (page) => page >= pfn && page < pfn + pages && page_idle(k, page),
    true,
  );
}

export function page_idle(k: Kernel, pfn: number): boolean {
  return k.refcount.get(0, pfn) === 0;
}

/** The gup_flags that say how a reference is taken; each call has one of them (K9). */
export const FOLL_GET = 0x04;
export const FOLL_PIN = 0x40000;

/** try_grab_folio() for each of [pfn, pfn + pages): a plain reference, or a pin, which is accounted for (K6, K8). */
export function try_grab_pages(k: Kernel, pfn: number, pages: number, flags: number): void {
  if (pfn === ZERO_PFN) return;
  if (flags === FOLL_PIN) pin_pages(k, pfn, pages);
  else get_pages(k, pfn, pages);
}

/** gup_put_folio(): what {@link try_grab_pages} has taken with the same flags is given back. */
export function gup_put_pages(k: Kernel, pfn: number, pages: number, flags: number): void {
  if (flags === FOLL_PIN) unpin_pages(k, pfn, pages);
  else put_pages(k, pfn, pages);
}

/** A pin of [pfn, pfn + pages): counts and the two global counters (K6, K8). */
function pin_pages(k: Kernel, pfn: number, pages: number): void {
  page_ref_add(k, pfn, pages, GUP_PIN_COUNTING_BIAS);
  k.counters.set(0, COUNTER.pins_acquired, k.counters.get(0, COUNTER.pins_acquired) + pages);
  k.emit({ type: 'pin', pfn, pages, held: pins_held(k) });
}

/** unpin_user_pages() for [pfn, pfn + pages). */
export function unpin_pages(k: Kernel, pfn: number, pages: number): void {
  if (pfn === ZERO_PFN) return;
  k.spend('unpin_page', pages);
  k.counters.set(0, COUNTER.pins_released, k.counters.get(0, COUNTER.pins_released) + pages);
  page_ref_sub(k, pfn, pages, GUP_PIN_COUNTING_BIAS);
  k.emit({ type: 'unpin', pfn, pages, held: pins_held(k) });
}

/** get_page() of each of [pfn, pfn + pages) for a driver. The kernel has no count of these; the model's is a ghost. */
function get_pages(k: Kernel, pfn: number, pages: number): void {
  page_ref_add(k, pfn, pages, 1);
  k.counters.set(0, COUNTER.gets_held, gets_held(k) + pages);
  k.emit({ type: 'get', pfn, pages, held: gets_held(k) });
}

/** put_page() of what {@link get_pages} has taken. */
export function put_pages(k: Kernel, pfn: number, pages: number): void {
  if (pfn === ZERO_PFN) return;
  folio_put_refs(k, pfn, pages);
  wake_up_idle(k, pfn, pages);
}

/** The same without a look at what kind of page it is: who waits for one on fsdax to be idle is not woken. */
function folio_put_refs(k: Kernel, pfn: number, pages: number): void {
  if (pfn === ZERO_PFN) return;
  k.spend('unpin_page', pages);
  k.counters.set(0, COUNTER.gets_held, gets_held(k) - pages);
  changeRuns(k.refcount, 0, pfn, pfn + pages, (count) => count - 1);
  k.emit({ type: 'put', pfn, pages, held: gets_held(k) });
}

/** __bio_release_pages() of what a transfer has taken with FOLL_GET: in 6.1 a truncate that waits for it sleeps on (K10). */
export function bio_release_pages(k: Kernel, pfn: number, pages: number): void {
  if (k.rules.bio_release_wakes_nobody) folio_put_refs(k, pfn, pages);
  else put_pages(k, pfn, pages);
}

/** Ghost: plain references that drivers hold now. */
export const gets_held = (k: Kernel): number => k.counters.get(0, COUNTER.gets_held);

/** Pages pinned now, over all drivers. */
export function pins_held(k: Kernel): number {
  return k.counters.get(0, COUNTER.pins_acquired) - k.counters.get(0, COUNTER.pins_released);
}

/** True for an anonymous page: a frame after the filesystem's blocks and before those of the page cache. */
export function is_anon_pfn(k: Kernel, pfn: number): boolean {
  return pfn > k.options.blocks && !is_cache_pfn(k, pfn);
}

/** True for a frame of the page cache, whether a file has it just now or not. */
export function is_cache_pfn(k: Kernel, pfn: number): boolean {
  return pfn > k.options.blocks + k.options.anonPages;
}

/** Free anonymous pages with one reference each, at most `pages` in a row; none when memory is used up. */
export function alloc_anon_pages(k: Kernel, pages: number): { readonly pfn: number; readonly pages: number } {
  const first = k.options.blocks + 1;
  const limit = first + k.options.anonPages;
  for (let pfn = first; pfn < limit; pfn = k.refcount.runEnd(0, pfn, limit)) {
    if (k.refcount.get(0, pfn) !== 0) continue;
    const end = Math.min(pfn + pages, k.refcount.runEnd(0, pfn, limit));
    k.refcount.setRange(0, pfn, end, 1);
    k.anon_exclusive.setRange(0, pfn, end, 1);
    return { pfn, pages: end - pfn };
  }
  return { pfn: 0, pages: 0 };
}

/** put_page() of anonymous pages: those whose last reference it was are free. */
export function put_anon_pages(k: Kernel, pfn: number, pages: number): void {
  page_ref_sub(k, pfn, pages, 1);
  for (let at = pfn; at < pfn + pages;) {
    const end = k.refcount.runEnd(0, at, pfn + pages);
    if (k.refcount.get(0, at) === 0) k.anon_exclusive.setRange(0, at, end, 0);
    at = end;
  }
}

/** copy_user_highpage(): `to` holds what `from` does (0: the zero page). */
export function copy_pages(k: Kernel, from: number, to: number, pages: number): void {
  for (let offset = 0; offset < pages;) {
    const end = from === ZERO_PFN ? pages : k.data.runEnd(0, from + offset, from + pages) - from;
    k.data.setRange(0, to + offset, to + end, from === ZERO_PFN ? 0 : k.data.get(0, from + offset));
    offset = end;
  }
  k.spend('copy_page', pages);
}

/** Blocks among [pfn, pfn + pages) that something still holds a reference to. */
export function referenced_pages(k: Kernel, pfn: number, pages: number): number {
  let found = 0;
  visitRuns(k.refcount, 0, pfn, pfn + pages, (from, to) => {
    found += to - from;
  });
  return found;
}

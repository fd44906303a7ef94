/**
 * Reclaim of folios that a process asks to be paged out. Models mm/vmscan.c:shrink_folio_list() of 6.1 as reclaim_pages()
 * calls it for MADV_PAGEOUT.
 *
 * Order (K235): try the lock, unmap, one notification for each folio and VMA, then look at pins, at the dirty mark (a process
 * that asks does not write back) and at other references. So mirrors hear of every folio, and what is dirty or pinned stays.
 *
 * Left out: the LRU, its batches and their order, write-back by kswapd, swap.
 */
import { COUNTER, type Kernel, path, VMA } from '../kernel.ts';
import { dax_is_dirty, dax_is_locked } from '../fs/dax.ts';
import {
  filemap_remove_folios,
  folio_end,
  folio_lock,
  FOLIO_LOCKED,
  folio_start,
  folio_unlock,
  folios_referenced,
} from './filemap.ts';
import { pte_anon, pte_present } from './pgtable.ts';
import { unmap_mapping_pages } from './rmap.ts';
import { linear_page_index } from './vma.ts';

/** True when the VMA maps the whole folio [from, to), and nobody else any of it. */
function mapped_by_this_alone(k: Kernel, vma: number, from: number, to: number): boolean {
  const mm = k.vmas.get(vma, VMA.mm);
  const va = k.vmas.get(vma, VMA.start) + from - linear_page_index(k, vma, k.vmas.get(vma, VMA.start));
  for (let page = 0; page < to - from; page++) {
    const pte = k.ptes.get(mm, va + page);
    if (!pte_present(pte) || pte_anon(pte)) return false;
  }
  for (let other = 0; other < k.counters.get(0, COUNTER.vmas); other++)
    if (other !== vma && shows(k, other, k.vmas.get(vma, VMA.inode), from, to)) return false;
  return true;
}

function shows(k: Kernel, vma: number, inode: number, from: number, to: number): boolean {
  if (k.vmas.get(vma, VMA.used) === 0 || k.vmas.get(vma, VMA.inode) !== inode) return false;
  const start = k.vmas.get(vma, VMA.start);
  const first = Math.max(start, start + from - k.vmas.get(vma, VMA.pgoff));
  const last = Math.min(k.vmas.get(vma, VMA.end), start + to - k.vmas.get(vma, VMA.pgoff));
  for (let va = first; va < last; va++) {
    const pte = k.ptes.get(k.vmas.get(vma, VMA.mm), va);
    if (pte_present(pte) && !pte_anon(pte)) return true;
  }
  return false;
}

/** The next folio of [page, to) that madvise_cold_or_pageout_pte_range() isolates, or `to`. */
function next_isolated(k: Kernel, vma: number, page: number, to: number): number {
  const inode = k.vmas.get(vma, VMA.inode);
  for (let at = k.i_pages.nextNonZero(inode, page, to); at < to;) {
    const [start, end] = [folio_start(k, inode, at), folio_end(k, inode, at + 1)];
    const free = !dax_is_locked(k.i_pages.get(inode, at));
    if (free && start >= page && end <= to && mapped_by_this_alone(k, vma, start, end)) return at;
    at = k.i_pages.nextNonZero(inode, Math.min(end, to), to);
  }
  return to;
}

/** Pages [from, to) of the file, mapped by `vma`: folio by folio. */
export const reclaim_pages = path(
  'reclaim_pages',
  ['vma', 'inode', 'from', 'to', 'page', 'end'],
  ({ label, act, mark, branch, jump, call, ret }) => [
    act('first folio', (_k, f) => {
      f.page = f.from;
    }),
    mark('next'),
    label('folio_trylock', 'K235', (k, f) => {
      f.page = next_isolated(k, f.vma, f.page, f.to);
      if (f.page >= f.to) return;
      f.end = folio_end(k, f.inode, f.page + 1);
      const locked = folio_lock(k, f) === FOLIO_LOCKED;
      f.end = locked ? folio_end(k, f.inode, f.end) : f.page;
    }),
    branch('no more folios', (_k, f) => f.page >= f.to, 'done'),
    call(
      unmap_mapping_pages,
      (_k, f, callee) => {
        callee.inode = f.inode;
        callee.from = f.page;
        callee.to = f.end;
      },
      'try_to_unmap',
    ),
    label('__remove_mapping', 'K235', (k, f) => {
      const dirty = dax_is_dirty(k.i_pages.get(f.inode, f.page));
      if (dirty || folios_referenced(k, f.inode, f.page, f.end)) folio_unlock(k, f.inode, f.page, f.end);
      else filemap_remove_folios(k, f.inode, f.page, f.end);
      f.page = f.end;
    }),
    jump('next'),
    mark('done'),
    ret(),
  ],
);

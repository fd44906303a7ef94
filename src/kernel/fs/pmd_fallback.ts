/**
 * How far page table entries reach where no huge page can be mapped: for faults in run grain only.
 *
 * In page grain a fault maps one page, and the next one tries for a huge page again where 6.1 would. A fault for a run of
 * pages must stop where that try could end otherwise.
 */
import type { Kernel } from '../kernel.ts';
import { has_page_table, pmd_end, pmd_start } from '../mm/pgtable.ts';
import { dax_is_pmd_entry } from './dax.ts';
import { ext_mapped, ext_pfn } from './extent.ts';

/** The end of the pages whose block map gives no huge page for the same reason as that of `page`, at least `next`. */
function blocks_fall_back_until(k: Kernel, inode: number, page: number, next: number, limit: number): number {
  const extent = k.extents.get(inode, page);
  const misaligned = ext_mapped(extent) && (ext_pfn(extent) - page) % k.options.pmd_pages !== 0;
  return misaligned ? Math.max(next, pmd_start(k, k.extents.runEnd(inode, page, limit))) : next;
}

/** The same for entries of single pages. */
function entries_fall_back_until(
  k: Kernel,
  inode: number,
  page: number,
  next: number,
  limit: number,
): number {
  const entry = k.i_pages.get(inode, page);
  const single = entry !== 0 && !dax_is_pmd_entry(entry);
  return single ? Math.max(next, pmd_start(k, k.i_pages.runEnd(inode, page, limit))) : next;
}

/**
 * Pages of the file from `page` on, mapped from `va` on, that get page table entries when `page` does, at most to `end`: in
 * run grain one fault maps as many pages as the kernel's faults, one by one, would map alike. Behind it a huge page may
 * be possible again.
 */
export function pte_faults_until(
  k: Kernel,
  mm: number,
  va: number,
  inode: number,
  page: number,
  end: number,
): number {
  const next = pmd_start(k, page) + k.options.pmd_pages;
  if (end <= next) return end;
  const at = pmd_start(k, va);
  const until = Math.max(
    blocks_fall_back_until(k, inode, page, next, end),
    entries_fall_back_until(k, inode, page, next, end),
    has_page_table(k, mm, va)
      ? page_tables_until(k, mm, at, at + end - pmd_start(k, page)) - at + pmd_start(k, page)
      : next,
  );
  return Math.min(end, until);
}

/** The end of the addresses from `at` on that have page tables. */
function page_tables_until(k: Kernel, mm: number, at: number, limit: number): number {
  const { pmd_pages } = k.options;
  return k.page_tables.runEnd(mm, at / pmd_pages, pmd_end(k, limit) / pmd_pages) * pmd_pages;
}

/**
 * Small questions to the state that more than one invariant asks.
 */
import { dax_to_pfn } from '../kernel/fs/dax.ts';
import { ext_mapped, ext_pfn } from '../kernel/fs/extent.ts';
import type { Kernel } from '../kernel/kernel.ts';

/** The frame that page tables and drivers find a page of a file at: its block on DAX, a page of the page cache otherwise; or 0. */
export function frameOf(k: Kernel, inode: number, page: number): number {
  return k.fs.dax ? blockOf(k, inode, page) : dax_to_pfn(k.i_pages.get(inode, page));
}

/** The block that holds a page of a file now, or 0. */
export function blockOf(k: Kernel, inode: number, page: number): number {
  const extent = k.extents.get(inode, page);
  return ext_mapped(extent) ? ext_pfn(extent) : 0;
}

/**
 * Small questions to the state that more than one invariant asks.
 */
import { ext_mapped, ext_pfn } from '../kernel/fs/extent.ts';
import type { Kernel } from '../kernel/kernel.ts';

/** The block that holds a page of a file now, or 0. */
export function blockOf(k: Kernel, inode: number, page: number): number {
  const extent = k.extents.get(inode, page);
  return ext_mapped(extent) ? ext_pfn(extent) : 0;
}

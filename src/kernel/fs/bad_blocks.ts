/**
 * Blocks that the medium cannot read.
 *
 * Models the badblocks list of drivers/nvdimm/pmem.c of 6.1, and PageHWPoison with it: dax_direct_access() of such a block
 * fails with -EIO, for a read, a fault and a copy alike. Zeroing a whole block, or writing a whole page with write(2)
 * (DAX_RECOVERY_WRITE), makes it good again (K80).
 *
 * Left out: bad sectors smaller than a page, the scrub that finds them before anybody reads them.
 */
import type { Kernel } from '../kernel.ts';

/** True when one of [pfn, pfn + pages) cannot be read (badblocks_check). */
export function has_bad_block(k: Kernel, pfn: number, pages: number): boolean {
  return pfn > 0 && k.poison.nextNonZero(0, pfn, pfn + pages) < pfn + pages;
}

export function set_bad_block(k: Kernel, pfn: number): void {
  k.poison.setRange(0, pfn, pfn + 1, 1);
}

/** pmem_clear_bb(): what lay there is written anew. */
export function clear_bad_blocks(k: Kernel, pfn: number, pages: number): void {
  if (has_bad_block(k, pfn, pages)) k.poison.setRange(0, pfn, pfn + pages, 0);
}

/** How many of the blocks from `pfn` on are alike, all good or all bad. */
export function like_blocks(k: Kernel, pfn: number, pages: number): number {
  return pfn > 0 ? k.poison.runEnd(0, pfn, pfn + pages) - pfn : pages;
}

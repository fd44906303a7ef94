/**
 * What pages hold, and what they should hold.
 *
 * The content of a page is one number: 0 for zeros, otherwise a value made from the operations that wrote it. A
 * write to part of a page mixes its value into what was there (mix_content.ts); that is enough to tell whether two pages
 * hold the same bytes, and not enough to say which bytes.
 *
 * `data` is what the CPU and devices see, `media` what survives a power failure (K27: one dirty-in-cache bit per
 * block is their difference). What each page of each file should hold by the operations alone, whatever block it lies
 * in, is in expected_content.ts.
 */
import { changeRuns, visitRuns } from '../../machine/store.ts';
import { type Kernel, VMA } from '../kernel.ts';
import { is_anon_pfn } from '../mm/page.ts';
import { access_private_copies, has_private_copies } from '../mm/private_copy.ts';
import { find_vma, first_vma, linear_page_index, NO_VMA } from '../mm/vma.ts';
import { content_stored } from './expected_content.ts';
import { mix_content } from './mix_content.ts';

/** Writes `token` to bytes [from, to) of pages [page, page + pages) of a file that lie at `pfn`. */
export function write_blocks(
  k: Kernel,
  pfn: number,
  pages: number,
  token: number,
  from: number,
  to: number,
): void {
  // What a whole page held before makes no difference, and is not looked at.
  if (from === 0 && to === 4096) k.data.setRange(0, pfn, pfn + pages, token);
  else changeRuns(k.data, 0, pfn, pfn + pages, (old) => mix_content(old, token, from, to));
  k.unclaimed.setRange(0, pfn, pfn + pages, 0);
}

/** Ghost: nothing is promised any more of what pages [from, to) of the file held. */
export function forget_promises(k: Kernel, inode: number, from: number, to: number): void {
  k.promised.setRange(inode, from, to, 0);
  k.sync_written.setRange(inode, from, to, 0);
}

/** What lies at `pfn` is on the medium: a cache flush, or a non-temporal store (K68). */
export function persist_blocks(k: Kernel, pfn: number, pages: number): void {
  visitRuns(k.data, 0, pfn, pfn + pages, (from, to, value) => {
    k.media.setRange(0, from, to, value);
  });
  for (let page = pfn; page < pfn + pages;) {
    const end = k.data.runEnd(0, page, pfn + pages);
    if (k.data.get(0, page) === 0) k.media.setRange(0, page, end, 0);
    page = end;
  }
  k.owed.setRange(0, pfn, pfn + pages, 0);
  k.unclaimed.setRange(0, pfn, pfn + pages, 0);
}

/** Calls `visit` for each piece of `pages` pages over which the two maps are constant. */
function comparePieces(
  k: Kernel,
  inode: number,
  page: number,
  pfn: number,
  pages: number,
  visit: (offset: number, length: number, value: number, expected: number) => void,
): void {
  for (let offset = 0; offset < pages;) {
    const expectedEnd = k.shadow.runEnd(inode, page + offset, page + pages) - page;
    const valueEnd = pfn === 0 ? pages : k.data.runEnd(0, pfn + offset, pfn + pages) - pfn;
    const end = Math.min(expectedEnd, valueEnd);
    const value = pfn === 0 ? 0 : k.data.get(0, pfn + offset);
    visit(offset, end - offset, value, k.shadow.get(inode, page + offset));
    offset = end;
  }
}

/**
 * Ghost: pages [page, page + pages) of the file were just written through a MAP_SYNC mapping. What user space flushes of
 * them itself must survive a crash, as the block map that leads to them is committed (K42).
 */
export function note_sync_written(k: Kernel, vma: number, inode: number, page: number, pages: number): void {
  if (k.options.durability && k.vmas.get(vma, VMA.sync) === 1)
    k.sync_written.setRange(inode, page, page + pages, 1);
}

/**
 * pmem_persist() of `pages` pages at `va`, which the page table shows at `pfn`: what lies in CPU caches, whoever wrote it, is
 * on the medium. Of pages that were last written through a MAP_SYNC mapping that is a promise (a ghost).
 */
export function cpu_flush(k: Kernel, mm: number, va: number, pages: number, pfn: number): void {
  k.spend('flush_page', pages);
  const vma = vma_or_detached(k, mm, va);
  // Of the page cache a flush makes nothing durable: what is on the medium is a block elsewhere.
  if (pfn === 0 || !k.fs.dax || is_anon_pfn(k, pfn) || vma === NO_VMA) return;
  const inode = k.vmas.get(vma, VMA.inode);
  const page = linear_page_index(k, vma, va);
  persist_blocks(k, pfn, pages);
  visitRuns(k.sync_written, inode, page, page + pages, (from, to) => {
    visitRuns(k.data, 0, pfn + from - page, pfn + to - page, (first, last, value) => {
      k.promised.setRange(inode, page + first - pfn, page + last - pfn, value);
    });
  });
  k.emit({ type: 'flush', pfn, pages });
  k.emit({ type: 'persist', inode, page, pages });
}

/** Between munmap's detaching and its zap a page table entry still works, and still shows the file. */
function vma_or_detached(k: Kernel, mm: number, va: number): number {
  const vma = find_vma(k, mm, va);
  return vma === NO_VMA ? first_vma(k, mm, va, va + 1, true) : vma;
}

/** The CPU reads or writes `pages` pages at `va`, which its page table shows at `pfn`. */
export function cpu_file_access(
  k: Kernel,
  mm: number,
  va: number,
  pages: number,
  pfn: number,
  write: boolean,
  token: number,
): void {
  const vma = vma_or_detached(k, mm, va);
  if (is_anon_pfn(k, pfn) || has_private_copies(k, mm, va, pages)) {
    access_private_copies(k, { mm, va, pages, pfn, device: false, write, token });
    return;
  }
  if (vma === NO_VMA) return;
  const inode = k.vmas.get(vma, VMA.inode);
  const page = linear_page_index(k, vma, va);
  if (write) {
    write_blocks(k, pfn, pages, token, 0, 4096);
    content_stored(k, inode, page, pages, token);
    forget_promises(k, inode, page, page + pages);
    note_sync_written(k, vma, inode, page, pages);
    k.emit({ type: 'cpu_access', mm, va, inode, page, pfn, pages, write, value: token, expected: token });
    return;
  }
  comparePieces(k, inode, page, pfn, pages, (offset, length, value, expected) => {
    const at = { va: va + offset, page: page + offset, pfn: pfn === 0 ? 0 : pfn + offset, pages: length };
    k.emit({ type: 'cpu_access', mm, inode, write, value, expected, ...at });
  });
}

/** read(2) of pages that lie at `pfn` (0: a hole): one event per piece, with what should have been there. */
export function read_file_pages(k: Kernel, inode: number, page: number, pages: number, pfn: number): void {
  comparePieces(k, inode, page, pfn, pages, (offset, length, value, expected) => {
    k.emit({ type: 'read', inode, page: page + offset, pages: length, value, expected });
  });
}

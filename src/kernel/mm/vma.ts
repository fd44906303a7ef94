/**
 * Virtual memory areas: which pages of which file an address shows.
 *
 * Models struct vm_area_struct and its two indexes of 6.1: the tree of its mm and the interval tree of its file
 * (i_mmap). Both are one table here, searched in order; which lock guards which index is kept (mmap_lock for the
 * first, i_mmap_rwsem for the second).
 */
import { COUNTER, INODE, type Kernel, VMA } from '../kernel.ts';

export const NO_VMA = -1;

/** The VMA of `mm` that covers `va`, or NO_VMA; one that munmap has detached is not found. */
export function find_vma(k: Kernel, mm: number, va: number): number {
  const count = k.counters.get(0, COUNTER.vmas);
  for (let vma = 0; vma < count; vma++) {
    if (k.vmas.get(vma, VMA.used) === 0 || k.vmas.get(vma, VMA.mm) !== mm) continue;
    if (k.vmas.get(vma, VMA.detached) === 1) continue;
    if (va >= k.vmas.get(vma, VMA.start) && va < k.vmas.get(vma, VMA.end)) return vma;
  }
  return NO_VMA;
}

/** The first VMA of `mm` in address order that intersects [from, to); `detached` ones only when asked for. */
export function first_vma(k: Kernel, mm: number, from: number, to: number, detached: boolean): number {
  if (from >= to) return NO_VMA;
  const count = k.counters.get(0, COUNTER.vmas);
  let best = NO_VMA;
  for (let vma = 0; vma < count; vma++) {
    if (k.vmas.get(vma, VMA.used) === 0 || k.vmas.get(vma, VMA.mm) !== mm) continue;
    if ((k.vmas.get(vma, VMA.detached) === 1) !== detached) continue;
    const start = k.vmas.get(vma, VMA.start);
    if (start >= to || k.vmas.get(vma, VMA.end) <= from) continue;
    if (best === NO_VMA || start < k.vmas.get(best, VMA.start)) best = vma;
  }
  return best;
}

/** mapping_mapped(): is the file's i_mmap tree non-empty? */
export function mapping_mapped(k: Kernel, inode: number): boolean {
  return next_in_i_mmap(k, inode, 0, Infinity, NO_VMA) !== NO_VMA;
}

/** vma_interval_tree order: the next VMA after `after` that maps pages [from, to) of the file, or NO_VMA. */
export function next_in_i_mmap(k: Kernel, inode: number, from: number, to: number, after: number): number {
  const count = k.counters.get(0, COUNTER.vmas);
  let best = NO_VMA;
  for (let vma = 0; vma < count; vma++) {
    if (k.vmas.get(vma, VMA.used) === 0 || k.vmas.get(vma, VMA.inode) !== inode) continue;
    const first = k.vmas.get(vma, VMA.pgoff);
    const last = first + k.vmas.get(vma, VMA.end) - k.vmas.get(vma, VMA.start);
    if (first >= to || last <= from) continue;
    if (after !== NO_VMA && !precedes(k, after, vma)) continue;
    if (best === NO_VMA || precedes(k, vma, best)) best = vma;
  }
  return best;
}

function precedes(k: Kernel, a: number, b: number): boolean {
  const difference = k.vmas.get(a, VMA.pgoff) - k.vmas.get(b, VMA.pgoff);
  return difference === 0 ? a < b : difference < 0;
}

/** The part of [from, to) of the file that a VMA maps, as addresses. */
export function vma_range(k: Kernel, vma: number, from: number, to: number): { start: number; end: number } {
  const shift = k.vmas.get(vma, VMA.start) - k.vmas.get(vma, VMA.pgoff);
  return {
    start: Math.max(k.vmas.get(vma, VMA.start), from + shift),
    end: Math.min(k.vmas.get(vma, VMA.end), to + shift),
  };
}

/** Page of the file that address `va` of the VMA shows. */
export function linear_page_index(k: Kernel, vma: number, va: number): number {
  return k.vmas.get(vma, VMA.pgoff) + va - k.vmas.get(vma, VMA.start);
}

export interface NewVma {
  readonly mm: number;
  readonly start: number;
  readonly end: number;
  readonly inode: number;
  readonly pgoff: number;
  readonly shared: number;
  readonly writable: number;
  /** VM_SYNC: mapped with MAP_SYNC. */
  readonly sync: number;
}

/**
 * A free record behind every VMA that maps the file from the same page on: records are the order of equals in the interval
 * tree, into which a new VMA goes last. A move of page table entries counts on it (copy_vma(): need_rmap_locks).
 */
function free_row(k: Kernel, inode: number, pgoff: number): number {
  const count = k.counters.get(0, COUNTER.vmas);
  let row = count;
  for (let at = count - 1; at >= 0; at--) {
    if (k.vmas.get(at, VMA.used) === 0) row = at;
    else if (k.vmas.get(at, VMA.inode) === inode && k.vmas.get(at, VMA.pgoff) === pgoff) break;
  }
  if (row === count) k.counters.set(0, COUNTER.vmas, count + 1);
  return row;
}

/** Adds a VMA; it holds a reference to its file. What mmap(2) makes may be read, and is new to soft-dirty tracking. */
export function vma_link(k: Kernel, vma: NewVma): number {
  const row = free_row(k, vma.inode, vma.pgoff);
  k.vmas.set(row, VMA.used, 1);
  k.vmas.set(row, VMA.mm, vma.mm);
  k.vmas.set(row, VMA.start, vma.start);
  k.vmas.set(row, VMA.end, vma.end);
  k.vmas.set(row, VMA.inode, vma.inode);
  k.vmas.set(row, VMA.pgoff, vma.pgoff);
  k.vmas.set(row, VMA.shared, vma.shared);
  k.vmas.set(row, VMA.writable, vma.writable);
  k.vmas.set(row, VMA.detached, 0);
  k.vmas.set(row, VMA.sync, vma.sync);
  k.vmas.set(row, VMA.readable, 1);
  k.vmas.set(row, VMA.softdirty, 1);
  k.inodes.set(vma.inode, INODE.refs, k.inodes.get(vma.inode, INODE.refs) + 1);
  return row;
}

/** Takes a VMA out of both indexes; the reference to its file is the caller's to drop. */
export function vma_unlink(k: Kernel, vma: number): void {
  for (const column of Object.values(VMA)) k.vmas.set(vma, column, 0);
}

/** Where a copy of a VMA lies, and in which address space. */
export interface Place {
  readonly mm: number;
  readonly start: number;
  readonly end: number;
  readonly pgoff: number;
}

/** vm_area_dup() and its linking: another VMA with the rights and flags of `vma`, at another place. */
export function vm_area_dup(k: Kernel, vma: number, place: Place): number {
  const inode = k.vmas.get(vma, VMA.inode);
  const row = free_row(k, inode, place.pgoff);
  for (const column of Object.values(VMA)) k.vmas.set(row, column, k.vmas.get(vma, column));
  k.vmas.set(row, VMA.mm, place.mm);
  k.vmas.set(row, VMA.start, place.start);
  k.vmas.set(row, VMA.end, place.end);
  k.vmas.set(row, VMA.pgoff, place.pgoff);
  k.inodes.set(inode, INODE.refs, k.inodes.get(inode, INODE.refs) + 1);
  return row;
}

/** __split_vma(): cuts a VMA in two at `address`. */
export function split_vma(k: Kernel, vma: number, address: number): void {
  vm_area_dup(k, vma, {
    mm: k.vmas.get(vma, VMA.mm),
    start: address,
    end: k.vmas.get(vma, VMA.end),
    pgoff: linear_page_index(k, vma, address),
  });
  k.vmas.set(vma, VMA.end, address);
}

/**
 * Ghost: what each process should find in its private copies, read by invariants only.
 *
 * A private mapping shows the file until the process writes; from then on the page is the process's own, whatever
 * happens to the file, to a forked child or to its parent (K46). `private_shadow` holds content + 1 for each such page,
 * 0 for a page that still shows the file. It goes where the process itself gives the page up: munmap, exit,
 * MADV_DONTNEED, and a truncate of the file below it.
 */
import { changeRuns, visitRuns } from '../../machine/store.ts';
import { COUNTER, type Kernel, VMA } from '../kernel.ts';
import { write_blocks } from '../fs/content.ts';
import { pte_pfn } from './pgtable.ts';

/** Pages [va, va + pages) have become copies that lie at `pfn`; one that was a copy already should show what it did. */
export function note_private_copies(k: Kernel, mm: number, va: number, pages: number, pfn: number): void {
  for (let offset = 0; offset < pages;) {
    const run = Math.min(
      k.data.runEnd(0, pfn + offset, pfn + pages) - pfn,
      k.private_shadow.runEnd(mm, va + offset, va + pages) - va,
    );
    if (k.private_shadow.get(mm, va + offset) === 0)
      k.private_shadow.setRange(mm, va + offset, va + run, k.data.get(0, pfn + offset) + 1);
    offset = run;
  }
}

/** The process gives the copies of [from, to) up. */
export function forget_private_copies(k: Kernel, mm: number, from: number, to: number): void {
  if (k.private_shadow.nextNonZero(mm, from, to) < to) k.private_shadow.setRange(mm, from, to, 0);
}

/** The copies of [from, to) now belong to `newMm` at `newFrom` as well. */
export function duplicate_private_copies(
  k: Kernel,
  mm: number,
  from: number,
  to: number,
  newMm: number,
  newFrom: number,
): void {
  visitRuns(k.private_shadow, mm, from, to, (va, end, value) => {
    k.private_shadow.setRange(newMm, newFrom + va - from, newFrom + end - from, value);
  });
}

/** True when the process should find a copy of its own somewhere in the range, whatever its page table shows. */
export function has_private_copies(k: Kernel, mm: number, va: number, pages: number): boolean {
  return k.private_shadow.nextNonZero(mm, va, va + pages) < va + pages;
}

/** Who touches which pages of a private mapping, and what a write leaves there. */
export interface PrivateAccess {
  readonly mm: number;
  readonly va: number;
  readonly pages: number;
  /** The frame behind `va`; those behind the next pages follow it. 0: the zero page. */
  readonly pfn: number;
  readonly device: boolean;
  readonly write: boolean;
  readonly token: number;
}

/** A read or write of pages of which the process has copies: one event for each piece that is alike. */
export function access_private_copies(k: Kernel, access: PrivateAccess): void {
  const { mm, va, pages, pfn, device, write, token } = access;
  if (write) {
    write_blocks(k, pfn, pages, token, 0, 4096);
    changeRuns(k.private_shadow, mm, va, va + pages, (copy) => (copy === 0 ? 0 : token + 1));
    k.emit({ type: 'private_access', mm, va, pages, pfn, device, write, value: token, expected: token });
    return;
  }
  for (let offset = 0; offset < pages;) {
    const same = pfn === 0 ? pages : k.data.runEnd(0, pfn + offset, pfn + pages) - pfn;
    const end = Math.min(same, k.private_shadow.runEnd(mm, va + offset, va + pages) - va);
    const at = pfn === 0 ? 0 : pfn + offset;
    const value = pfn === 0 ? 0 : k.data.get(0, at);
    const copy = k.private_shadow.get(mm, va + offset);
    const where = { mm, va: va + offset, pages: end - offset, pfn: at };
    if (copy > 0) k.emit({ type: 'private_access', ...where, device, write, value, expected: copy - 1 });
    offset = end;
  }
}

/**
 * Where the process finds the frame as a copy of its own: at `va` if its page table shows it there, else at the address
 * that mremap() moved it to (K72), else -1. What a device does that still holds the frame is what the process should see
 * there, and the other way round.
 */
export function private_copy_address(k: Kernel, mm: number, va: number, pfn: number): number {
  if (shows_private_copy(k, mm, va, pfn)) return va;
  const count = k.counters.get(0, COUNTER.vmas);
  for (let vma = 0; vma < count; vma++) {
    const mine = k.vmas.get(vma, VMA.used) === 1 && k.vmas.get(vma, VMA.mm) === mm;
    if (!mine || k.vmas.get(vma, VMA.shared) === 1) continue;
    let found = -1;
    visitRuns(k.ptes, mm, k.vmas.get(vma, VMA.start), k.vmas.get(vma, VMA.end), (from, to, pte) => {
      const at = from + pfn - pte_pfn(pte);
      if (at >= from && at < to && shows_private_copy(k, mm, at, pfn)) found = at;
    });
    if (found >= 0) return found;
  }
  return -1;
}

function shows_private_copy(k: Kernel, mm: number, va: number, pfn: number): boolean {
  return k.private_shadow.get(mm, va) > 0 && pte_pfn(k.ptes.get(mm, va)) === pfn;
}

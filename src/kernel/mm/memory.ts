/**
 * Page faults and CPU access. Models mm/memory.c:handle_mm_fault() of 6.1 for file VMAs.
 *
 * The caller holds mmap_lock for read; DAX faults never drop it (K47) and every lock on the way is taken
 * uninterruptibly (K48). A private write fault copies (K46, K74); everything else is the filesystem's huge_fault
 * with PTE order.
 *
 * Left out: anonymous VMAs, swap, NUMA hints, userfaultfd, PMD faults.
 */
import { EFAULT, VM_FAULT_SIGBUS } from '../errno.ts';
import { MMU_NOTIFY_CLEAR } from '../event.ts';
import { type Kernel, mmap_lock, path, VMA } from '../kernel.ts';
import { cpu_file_access } from '../fs/content.ts';
import { mmu_notifier_invalidate_range_end, mmu_notifier_invalidate_range_start } from './mmu_notifier.ts';
import { alloc_anon_page } from './page.ts';
import {
  mk_pte,
  PTE_ANON,
  PTE_DIRTY,
  PTE_WRITE,
  pte_allows,
  pte_anon,
  pte_flags,
  pte_pfn,
  pte_present,
  set_pte_at,
} from './pgtable.ts';
import { find_vma, linear_page_index, NO_VMA } from './vma.ts';

/** 0 when the VMA at `va` allows the access, -EFAULT when there is none or it does not. */
export function check_vma_access(k: Kernel, mm: number, va: number, write: boolean): number {
  const vma = find_vma(k, mm, va);
  if (vma === NO_VMA) return -EFAULT;
  return write && k.vmas.get(vma, VMA.writable) === 0 ? -EFAULT : 0;
}

/** wp_page_copy() and do_cow_fault(): a private page of `vma` at `va` becomes an anonymous copy of `pfn`. */
function copy_private(k: Kernel, mm: number, va: number, pfn: number): number {
  const copy = alloc_anon_page(k);
  if (copy === 0) return -VM_FAULT_SIGBUS;
  k.data.setRange(0, copy, copy + 1, pfn === 0 ? 0 : k.data.get(0, pfn));
  k.spend('copy_page');
  set_pte_at(k, mm, va, copy, PTE_WRITE | PTE_DIRTY | PTE_ANON);
  return 0;
}

/** wp_page_copy(): the notifier hears CLEAR before the entry changes to another page (K74, K75). */
const wp_page_copy = path('wp_page_copy', ['mm', 'va', 'error'], ({ label, call, ret }) => [
  call(mmu_notifier_invalidate_range_start, (_k, f, callee) => {
    callee.mm = f.mm;
    callee.start = f.va;
    callee.end = f.va + 1;
    callee.event = MMU_NOTIFY_CLEAR;
  }),
  label('ptep_clear_flush_notify', 'K74', (k, f) => {
    const pte = k.ptes.get(f.mm, f.va);
    if (pte_present(pte) && !pte_anon(pte)) f.error = copy_private(k, f.mm, f.va, pte_pfn(pte));
  }),
  label('mmu_notifier_invalidate_range_end', 'K74', (k, f) => {
    mmu_notifier_invalidate_range_end(k, f.mm, f.va, f.va + 1);
  }),
  ret((_k, f) => f.error),
]);

/**
 * handle_mm_fault() for [va, end): returns the number of pages it dealt with (at least 1), or an error. The
 * caller looks at the page table again afterwards: a page may be gone by then.
 */
export const handle_mm_fault = path(
  'handle_mm_fault',
  ['mm', 'va', 'end', 'write', 'device', 'vma', 'cow'],
  ({ act, mark, branch, invoke, call, ret }) => [
    act('find_vma', (k, f) => {
      k.spend('page_fault');
      f.vma = find_vma(k, f.mm, f.va);
      f.cow = 0;
      if (f.vma === NO_VMA) return;
      f.end = Math.min(f.end, k.vmas.get(f.vma, VMA.end));
      f.cow = f.write === 1 && k.vmas.get(f.vma, VMA.shared) === 0 ? 1 : 0;
      // A private copy is made page by page.
      if (f.cow === 1) f.end = f.va + 1;
    }),
    branch('access_error', (k, f) => check_vma_access(k, f.mm, f.va, f.write === 1) < 0, 'segv'),
    branch('do_wp_page', (k, f) => f.cow === 1 && pte_present(k.ptes.get(f.mm, f.va)), 'wp'),
    invoke<'inode' | 'page' | 'end' | 'mm' | 'va' | 'write' | 'cow' | 'device'>(
      'vm_ops.huge_fault',
      (k) => k.fs.huge_fault,
      (k, f, callee) => {
        callee.inode = k.vmas.get(f.vma, VMA.inode);
        callee.page = linear_page_index(k, f.vma, f.va);
        callee.end = callee.page + f.end - f.va;
        callee.mm = f.mm;
        callee.va = f.va;
        callee.write = f.cow === 1 ? 0 : f.write;
        callee.cow = f.cow;
        callee.device = f.device;
      },
    ),
    ret((k) => k.ret),
    mark('wp'),
    call(wp_page_copy, (_k, f, callee) => {
      callee.mm = f.mm;
      callee.va = f.va;
    }),
    ret((k) => (k.ret < 0 ? k.ret : 1)),
    mark('segv'),
    ret(() => -EFAULT),
  ],
);

/**
 * dax_fault_cow_page(): the private copy of a page that was not mapped yet; the file is untouched (K46). If another
 * thread has mapped the page meanwhile, finish_fault() leaves that alone: a present entry changes only after its
 * mirrors have been told (K74).
 */
export function dax_fault_cow_page(k: Kernel, mm: number, va: number, pfn: number): number {
  if (pte_present(k.ptes.get(mm, va))) return 0;
  return copy_private(k, mm, va, pfn);
}

/** Where the mapping at `va` ends, so that one access stays within it; one page when munmap has detached it. */
function vma_end(k: Kernel, mm: number, va: number): number {
  const vma = find_vma(k, mm, va);
  return vma === NO_VMA ? va + 1 : k.vmas.get(vma, VMA.end);
}

/** A CPU loads from or stores to each page of [va, end): the access, and the fault before it if one is needed. */
export const cpu_access = path(
  'cpu_access',
  ['mm', 'va', 'end', 'write', 'token', 'hit', 'fault'],
  ({ label, act, mark, branch, down_read, up, call, ret }) => [
    mark('next'),
    branch('all done', (_k, f) => f.va >= f.end, 'done'),
    label('access', 'K4', (k, f) => {
      const pte = k.ptes.get(f.mm, f.va);
      f.hit = pte_allows(pte, f.write === 1) ? 1 : 0;
      if (f.hit === 0) return;
      const stop = k.grainEnd(f.va, k.ptes.runEnd(f.mm, f.va, Math.min(f.end, vma_end(k, f.mm, f.va))));
      if (f.write === 1) k.ptes.setRange(f.mm, f.va, stop, mk_pte(pte_pfn(pte), pte_flags(pte) | PTE_DIRTY));
      cpu_file_access(k, f.mm, f.va, stop - f.va, pte_pfn(pte), f.write === 1, f.token);
      f.va = stop;
    }),
    branch('hit', (_k, f) => f.hit === 1, 'next'),
    down_read('mmap_read_lock', (_k, f) => mmap_lock(f.mm)),
    call(handle_mm_fault, (_k, f, callee) => {
      callee.mm = f.mm;
      callee.va = f.va;
      callee.end = f.end;
      callee.write = f.write;
      callee.device = 0;
    }),
    act('fault result', (k, f) => {
      f.fault = k.ret;
    }),
    up('mmap_read_unlock', (_k, f) => mmap_lock(f.mm)),
    branch('faulted in', (_k, f) => f.fault > 0, 'next'),
    ret((_k, f) => f.fault),
    mark('done'),
    ret(),
  ],
);

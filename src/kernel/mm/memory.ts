/**
 * Page faults and CPU access. Models mm/memory.c:handle_mm_fault() of 6.1 for file VMAs.
 *
 * The caller holds mmap_lock for read; DAX faults never drop it (K47) and every lock on the way is taken
 * uninterruptibly (K48). A private write fault copies (memory_cow.ts); everything else is the filesystem's huge_fault,
 * with PMD order where the PMD is none or maps a huge page without the right to write, then with PTE order (K45).
 *
 * Left out: anonymous VMAs, swap, NUMA hints, userfaultfd.
 */
import { EFAULT, VM_FAULT_FALLBACK, VM_FAULT_SIGBUS } from '../errno.ts';
import { type Kernel, mmap_lock, path, VMA } from '../kernel.ts';
import { has_bad_block, like_blocks } from '../fs/bad_blocks.ts';
import { cpu_file_access, cpu_flush } from '../fs/content.ts';
import type { FaultLocals } from '../fs/filesystem.ts';
import { pte_faults_until } from '../fs/pmd_fallback.ts';
import { __split_huge_pmd, pmd_none, pmd_trans_huge, transhuge_vma_suitable } from './huge_memory.ts';
import { do_wp_page } from './memory_cow.ts';
import { mkdirty_ptes, pmd_end, pmd_start, pte_allows, pte_pfn, pte_present } from './pgtable.ts';
import { find_vma, linear_page_index, NO_VMA } from './vma.ts';

/**
 * access_error(): 0 when the VMA at `va` allows the access, -EFAULT when there is none or it does not. On x86 what may be
 * written may be read as well.
 */
function check_vma_access(k: Kernel, mm: number, va: number, write: boolean): number {
  const vma = find_vma(k, mm, va);
  if (vma === NO_VMA) return -EFAULT;
  const writable = k.vmas.get(vma, VMA.writable) === 1;
  return writable || (!write && k.vmas.get(vma, VMA.readable) === 1) ? 0 : -EFAULT;
}

/**
 * handle_mm_fault() for [va, end): returns the number of pages it dealt with (at least 1), or an error. The
 * caller looks at the page table again afterwards: a page may be gone by then. `unshare` is FAULT_FLAG_UNSHARE: the page
 * is to be this address space's alone, but not writable.
 */
export const handle_mm_fault = path(
  'handle_mm_fault',
  ['mm', 'va', 'end', 'write', 'device', 'unshare', 'vma', 'cow', 'pmd'],
  ({ act, mark, branch, invoke, call, ret }) => [
    act('find_vma', (k, f) => {
      k.spend('page_fault');
      k.emit({ type: 'mm_use', mm: f.mm, va: f.va, device: f.device === 1 });
      f.vma = find_vma(k, f.mm, f.va);
      f.cow = 0;
      if (f.vma === NO_VMA) return;
      f.end = Math.min(f.end, k.vmas.get(f.vma, VMA.end));
      f.cow = f.write === 1 && k.vmas.get(f.vma, VMA.shared) === 0 ? 1 : 0;
      if (f.cow === 0 || k.vmas.get(f.vma, VMA.writable) === 0) return;
      k.vmas.set(f.vma, VMA.anon_vma, 1);
      // Copies are made of pages that are alike.
      f.end = k.grainEnd(f.va, k.ptes.runEnd(f.mm, f.va, f.end));
    }),
    branch('access_error', (k, f) => check_vma_access(k, f.mm, f.va, f.write === 1) < 0, 'segv'),
    act('pmd_offset', (k, f) => {
      f.pmd = pmd_fault(k, f);
    }),
    branch('page table', (_k, f) => f.pmd === PTE_LEVEL, 'pte'),
    branch('huge_pmd_set_accessed', (_k, f) => f.pmd === PMD_ALLOWS, 'again'),
    branch('copy page by page', (_k, f) => f.pmd === PMD_SPLIT, 'split'),
    invoke<FaultLocals>(
      'vm_ops.huge_fault PE_SIZE_PMD',
      (k) => k.fs.huge_fault,
      (k, f, callee) => {
        pass_fault(k, f, callee);
        callee.pmd = 1;
      },
    ),
    branch('VM_FAULT_FALLBACK', (k) => k.ret === -VM_FAULT_FALLBACK, 'split'),
    ret((k) => k.ret),
    mark('split'),
    branch('no huge PMD', (k, f) => !pmd_trans_huge(k, f.mm, f.va), 'pte'),
    call(__split_huge_pmd, (k, f, callee) => {
      callee.mm = f.mm;
      callee.from = pmd_start(k, f.va);
      callee.to = pmd_end(k, f.va + 1);
    }),
    mark('pte'),
    branch('pmd_devmap_trans_unstable', (k, f) => pmd_trans_huge(k, f.mm, f.va), 'again'),
    branch(
      'do_wp_page',
      (k, f) => (f.cow === 1 || f.unshare === 1) && pte_present(k.ptes.get(f.mm, f.va)),
      'wp',
    ),
    invoke<FaultLocals>(
      'vm_ops.huge_fault',
      (k) => k.fs.huge_fault,
      (k, f, callee) => {
        pass_fault(k, f, callee);
        if (k.options.grain === 'run' && transhuge_vma_suitable(k, f.vma, f.va, f.write === 1))
          callee.end = pte_faults_until(k, f.mm, f.va, callee.inode, callee.page, callee.end);
      },
    ),
    ret((k) => k.ret),
    mark('wp'),
    call(do_wp_page, (_k, f, callee) => {
      callee.mm = f.mm;
      callee.va = f.va;
      callee.end = f.end;
      callee.unshare = f.unshare;
      callee.vma = f.vma;
    }),
    ret((k) => k.ret),
    mark('again'),
    ret(() => 1),
    mark('segv'),
    ret(() => -EFAULT),
  ],
);

/** What __handle_mm_fault() does about the PMD before it looks at a page table. */
const PTE_LEVEL = 0;
const PMD_FAULT = 1;
const PMD_SPLIT = 2;
const PMD_ALLOWS = 3;

type FaultFrame = Record<'mm' | 'va' | 'end' | 'write' | 'device' | 'unshare' | 'vma' | 'cow', number>;

/** create_huge_pmd() at a PMD that is none, wp_huge_pmd() at a huge one that does not allow the access. */
function pmd_fault(k: Kernel, f: FaultFrame): number {
  if (pmd_trans_huge(k, f.mm, f.va)) {
    const writes = f.write === 1 || f.unshare === 1;
    if (!writes || pte_allows(k.ptes.get(f.mm, f.va), true)) return PMD_ALLOWS;
    return k.vmas.get(f.vma, VMA.shared) === 1 ? PMD_FAULT : PMD_SPLIT;
  }
  const suitable = transhuge_vma_suitable(k, f.vma, f.va, f.write === 1);
  return suitable && pmd_none(k, f.mm, f.va) ? PMD_FAULT : PTE_LEVEL;
}

function pass_fault(k: Kernel, f: FaultFrame, callee: Record<FaultLocals, number>): void {
  callee.inode = k.vmas.get(f.vma, VMA.inode);
  callee.page = linear_page_index(k, f.vma, f.va);
  callee.end = callee.page + f.end - f.va;
  callee.mm = f.mm;
  callee.va = f.va;
  callee.vma = f.vma;
  callee.write = f.cow === 1 ? 0 : f.write;
  callee.cow = f.cow;
  callee.device = f.device;
}

/** Where the mapping at `va` ends, so that one access stays within it; one page when munmap has detached it. */
function vma_end(k: Kernel, mm: number, va: number): number {
  const vma = find_vma(k, mm, va);
  return vma === NO_VMA ? va + 1 : k.vmas.get(vma, VMA.end);
}

/**
 * A CPU loads from or stores to each page of [va, end): the access, and the fault before it if one is needed. With `flush` it
 * writes its cache lines back instead (CLWB and a fence), which needs the right to read.
 */
export const cpu_access = path(
  'cpu_access',
  ['mm', 'va', 'end', 'write', 'flush', 'token', 'hit', 'fault'],
  ({ label, act, mark, branch, down_read, up, call, ret }) => [
    mark('next'),
    branch('all done', (_k, f) => f.va >= f.end, 'done'),
    label('access', 'K4', (k, f) => {
      const pte = k.ptes.get(f.mm, f.va);
      f.hit = pte_allows(pte, f.write === 1) ? 1 : 0;
      if (f.hit === 0) return;
      const run = k.ptes.runEnd(f.mm, f.va, Math.min(f.end, vma_end(k, f.mm, f.va))) - f.va;
      const stop = k.grainEnd(f.va, f.va + like_blocks(k, pte_pfn(pte), run));
      // A machine check: the page is mapped, and the medium cannot read it (K80).
      f.fault = has_bad_block(k, pte_pfn(pte), 1) ? -VM_FAULT_SIGBUS : 0;
      if (f.fault < 0) return;
      if (f.write === 1) mkdirty_ptes(k, f.mm, f.va, stop);
      if (f.flush === 1) cpu_flush(k, f.mm, f.va, stop - f.va, pte_pfn(pte));
      else cpu_file_access(k, f.mm, f.va, stop - f.va, pte_pfn(pte), f.write === 1, f.token);
      f.va = stop;
    }),
    branch('machine check', (_k, f) => f.hit === 1 && f.fault < 0, 'failed'),
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
    mark('failed'),
    ret((_k, f) => f.fault),
    mark('done'),
    ret(),
  ],
);

/**
 * DAX faults that map a huge page. Models fs/dax.c:dax_iomap_pmd_fault() of 6.1: one PMD, in run grain a run of like ones.
 *
 * A huge page needs a shared mapping for a write, a VMA that covers the whole PMD at addresses that agree with the file's
 * pages modulo `pmd_pages`, a file that reaches to the end of it, no entry of single pages in its range, no page table
 * below its PMD, and one extent over all of it that is physically aligned (K45). Otherwise -VM_FAULT_FALLBACK: a huge
 * page that is mapped there is dropped, and the caller tries again with one page. Blocks that were allocated on the way
 * stay, and so does an empty PMD entry, which the next PTE fault takes apart (K14).
 *
 * A range with a shared block falls back here: 6.1 would copy the whole of it if the CoW fork gave it one aligned extent.
 *
 * Left out: PUD faults, which neither ext4 nor XFS support.
 */
import { VM_FAULT_FALLBACK, VM_FAULT_NEEDDSYNC, VM_FAULT_SIGBUS } from '../errno.ts';
import { i_data_sem, type Kernel, path, VMA } from '../kernel.ts';
import { __split_huge_pmd, pmd_none, pmd_trans_huge, vmf_insert_pfn_pmd } from '../mm/huge_memory.ts';
import { ZERO_PFN } from '../mm/page.ts';
import { has_page_table, pmd_end, pmd_start } from '../mm/pgtable.ts';
import { unmap_mapping_pages } from '../mm/rmap.ts';
import { has_bad_block, like_blocks } from './bad_blocks.ts';
import { alike_in_sharing, page_is_shared } from './cow.ts';
import {
  DAX_PMD,
  dax_is_locked,
  dax_is_pmd_entry,
  dax_is_zero_entry,
  dax_lock_entries,
  dax_unlock_entries,
  entry_key,
} from './dax.ts';
import {
  dax_fault_dirties,
  dax_fault_is_synchronous,
  dax_insert_entries,
  release_unused_entries,
} from './dax_fault.ts';
import { allocate_written, ext_mapped, ext_pfn } from './extent.ts';
import { size_in_pages } from './inode.ts';

type PmdFrame = Record<'inode' | 'page' | 'end' | 'mm' | 'va' | 'vma' | 'write' | 'start' | 'stop', number>;

/** Values of `state` after grab_mapping_entry(). */
const GRABBED = 0;
const LOCKED = 1;
const CONFLICT = 2;

/** The end of the whole PMDs from `start` on that one pass treats alike; one PMD in page grain. */
function like_pmds_end(k: Kernel, f: PmdFrame): number {
  const first = f.start + k.options.pmd_pages;
  if (k.options.grain === 'page') return first;
  const { inode, mm, start } = f;
  const at = pmd_start(k, f.va);
  const vmaEnd = k.vmas.get(f.vma, VMA.end) - at + start;
  const limit = Math.min(pmd_end(k, f.end), size_in_pages(k, inode), vmaEnd);
  const blocks = k.extents.runEnd(inode, start, limit);
  const pfn = ext_pfn(k.extents.get(inode, start));
  const pmds = k.page_tables.runEnd(
    mm,
    at / k.options.pmd_pages,
    pmd_end(k, at + limit - start) / k.options.pmd_pages,
  );
  const alike = Math.min(
    k.i_pages.runEnd(inode, start, limit),
    alike_in_sharing(k, inode, start, blocks),
    start + like_blocks(k, pfn, blocks - start),
    k.ptes.runEnd(mm, at, at + limit - start) - at + start,
    pmds * k.options.pmd_pages - at + start,
  );
  return Math.max(first, pmd_start(k, alike));
}

/** grab_mapping_entry() with PMD order: entries of single pages win over a huge page, locked or not (K14). */
function grab(k: Kernel, f: PmdFrame): number {
  const stop = f.start + k.options.pmd_pages;
  const first = k.i_pages.nextNonZero(f.inode, f.start, stop);
  if (first < stop) {
    const entry = k.i_pages.get(f.inode, first);
    if (!dax_is_pmd_entry(entry)) return CONFLICT;
    if (dax_is_locked(entry)) return LOCKED;
  }
  f.stop = like_pmds_end(k, f);
  dax_lock_entries(k, f.inode, f.start, f.stop, DAX_PMD);
  return GRABBED;
}

/** True when some page of [from, to) has a block that is shared. */
function any_page_shared(k: Kernel, inode: number, from: number, to: number): boolean {
  for (let page = from; page < to; page = k.extents.runEnd(inode, page, to)) {
    const end = k.extents.runEnd(inode, page, to);
    if (page_is_shared(k, inode, page) || alike_in_sharing(k, inode, page, end) < end) return true;
  }
  return false;
}

/** iomap_begin for a write: false when the range has no blocks of its own to write to. */
function allocate(k: Kernel, f: PmdFrame): boolean {
  if (any_page_shared(k, f.inode, f.start, f.stop)) return false;
  // One iomap reaches as far as the first piece that is alike: what lies behind it is not allocated.
  const mapped = ext_mapped(k.extents.get(f.inode, f.start));
  return mapped || allocate_written(k, f.inode, f.start, k.extents.runEnd(f.inode, f.start, f.stop));
}

/** The first block of the whole PMDs that one aligned extent covers, 0 for a hole, -1 for a fallback; shortens `stop`. */
function map_blocks(k: Kernel, f: PmdFrame): number {
  const { pmd_pages } = k.options;
  const end = k.extents.runEnd(f.inode, f.start, f.stop);
  const extent = k.extents.get(f.inode, f.start);
  if (end < f.start + pmd_pages) return -1;
  if (pmd_start(k, end) < f.stop) {
    release_unused_entries(k, f.inode, pmd_start(k, end), f.stop);
    f.stop = pmd_start(k, end);
  }
  if (!ext_mapped(extent)) return f.write === 1 ? -1 : ZERO_PFN;
  const pfn = ext_pfn(extent);
  return pfn % pmd_pages === 0 && !has_bad_block(k, pfn, f.stop - f.start) ? pfn : -1;
}

function note_fault(k: Kernel, f: PmdFrame & Record<'device', number>): void {
  const [page, pages] = [f.page, f.stop - f.page];
  k.emit({ type: 'dax_fault', inode: f.inode, page, pages, write: f.write === 1, device: f.device === 1 });
}

export const dax_iomap_pmd_fault = path(
  'dax_iomap_pmd_fault',
  ['inode', 'page', 'end', 'mm', 'va', 'vma', 'write', 'device', 'start', 'stop', 'pfn', 'state'],
  ({ label, act, mark, branch, jump, call, down_read, down_write, up, sleep, ret }) => [
    label('i_size_read', 'K45', (k, f) => {
      f.start = pmd_start(k, f.page);
      f.stop = f.start + k.options.pmd_pages;
    }),
    branch('beyond end of file', (k, f) => f.page >= size_in_pages(k, f.inode), 'sigbus'),
    branch('dax_fault_check_fallback', (k, f) => f.stop > size_in_pages(k, f.inode), 'fallback'),
    mark('grab'),
    label('grab_mapping_entry', 'K14', (k, f) => {
      f.state = grab(k, f);
    }),
    branch('dax_is_conflict', (_k, f) => f.state === CONFLICT, 'fallback'),
    branch('entry locked', (_k, f) => f.state === GRABBED, 'grabbed'),
    sleep('get_unlocked_entry', 'TASK_UNINTERRUPTIBLE', (k, f) => entry_key(k, f.inode, f.start), true),
    jump('grab'),

    mark('grabbed'),
    branch('a page table came first', (k, f) => has_page_table(k, f.mm, f.va), 'no page'),
    branch('IOMAP_WRITE', (_k, f) => f.write === 1, 'allocate'),
    down_read('iomap_begin', (_k, f) => i_data_sem(f.inode)),
    act('map blocks', (k, f) => {
      k.spend('block_map');
      f.pfn = map_blocks(k, f);
    }),
    up('iomap_end', (_k, f) => i_data_sem(f.inode)),
    jump('mapped'),
    mark('allocate'),
    down_write('iomap_begin for write', (_k, f) => i_data_sem(f.inode)),
    act('allocate blocks', (k, f) => {
      f.pfn = allocate(k, f) ? map_blocks(k, f) : -1;
    }),
    up('iomap_end for write', (_k, f) => i_data_sem(f.inode)),

    mark('mapped'),
    branch('not one aligned extent', (_k, f) => f.pfn < 0, 'unlock and fall back'),
    act('a huge page it is', note_fault),
    branch('dax_pmd_load_hole', (_k, f) => f.pfn === ZERO_PFN, 'hole'),
    branch(
      'entry was not the zero page',
      (k, f) => !dax_is_zero_entry(k.i_pages.get(f.inode, f.start)),
      'store',
    ),
    call(unmap_mapping_pages, (_k, f, callee) => {
      callee.inode = f.inode;
      callee.from = f.start;
      callee.to = f.stop;
      callee.even_cows = 0;
    }),
    mark('store'),
    label('dax_insert_entry', 'K45', (k, f) => {
      const dirty = dax_fault_dirties(k, f.vma, f.inode, f.write === 1);
      dax_insert_entries(k, f.inode, f.start, f.stop, f.pfn, dirty, DAX_PMD);
    }),
    branch(
      'dax_fault_synchronous_pfnp',
      (k, f) => dax_fault_is_synchronous(k, f.vma, f.inode, f.write === 1),
      'needs commit',
    ),
    label('vmf_insert_pfn_pmd', 'K45', (k, f) => {
      vmf_insert_pfn_pmd(k, f.mm, pmd_start(k, f.va), f.stop - f.start, f.pfn, f.write === 1);
    }),
    jump('unlock'),
    mark('hole'),
    label('dax_pmd_load_hole', 'K45', (k, f) => {
      dax_insert_entries(k, f.inode, f.start, f.stop, ZERO_PFN, k.rules.read_fault_dirties_entry, DAX_PMD);
    }),
    label('set_pmd_at', 'K45', (k, f) => {
      f.state = pmd_none(k, f.mm, f.va) ? GRABBED : CONFLICT;
      if (f.state === GRABBED)
        vmf_insert_pfn_pmd(k, f.mm, pmd_start(k, f.va), f.stop - f.start, ZERO_PFN, false);
    }),
    branch('somebody mapped it meanwhile', (_k, f) => f.state === CONFLICT, 'unlock and fall back'),

    mark('unlock'),
    label('dax_unlock_entry', 'K13', (k, f) => {
      dax_unlock_entries(k, f.inode, f.start, f.stop);
    }),
    ret((_k, f) => f.stop - f.page),
    mark('no page'),
    label('dax_unlock_entry unused', 'K45', (k, f) => {
      dax_unlock_entries(k, f.inode, f.start, f.stop);
    }),
    ret(() => 1),
    mark('needs commit'),
    label('dax_unlock_entry before the commit', 'K42', (k, f) => {
      dax_unlock_entries(k, f.inode, f.start, f.stop);
    }),
    ret((_k, f) => -(VM_FAULT_NEEDDSYNC + f.stop - f.start)),

    mark('unlock and fall back'),
    label('dax_unlock_entry to fall back', 'K45', (k, f) => {
      dax_unlock_entries(k, f.inode, f.start, f.stop);
    }),
    mark('fallback'),
    branch('no huge page to split', (k, f) => !pmd_trans_huge(k, f.mm, f.va), 'fallen back'),
    call(__split_huge_pmd, (k, f, callee) => {
      callee.mm = f.mm;
      callee.from = pmd_start(k, f.va);
      callee.to = pmd_end(k, f.va + 1);
    }),
    mark('fallen back'),
    ret(() => -VM_FAULT_FALLBACK),
    mark('sigbus'),
    ret(() => -VM_FAULT_SIGBUS),
  ],
);

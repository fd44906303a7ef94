/**
 * DAX page faults. Models fs/dax.c:dax_iomap_pte_fault() of 6.1 for a run of like pages (one page at a time in page
 * grain).
 *
 * Order (K40, K42): check size, lock or create the entry, look up or allocate blocks, store the entry (unmapping the
 * zero page first if it was there), insert the PTE, unlock the entry. The caller holds invalidate_lock for read.
 *
 * A PMD entry that is empty or zero makes room for entries of pages (after its huge zero page is unmapped); one with blocks
 * stays, is locked as a whole and, for a write, dirtied as a whole (K14). One with a block that is shared is split before
 * a copy is made: 6.1 would store the page's entry over the whole of it.
 *
 * For a MAP_SYNC write to a file whose block map is newer than its last commit nothing is mapped yet and nothing marked
 * dirty: -(VM_FAULT_NEEDDSYNC + pages) tells the caller to commit first (sync_fault.ts).
 *
 * Left out: the splitting of one page's sectors. Huge pages: dax_pmd_fault.ts.
 */
import { VM_FAULT_NEEDDSYNC, VM_FAULT_SIGBUS } from '../errno.ts';
import { i_data_sem, INODE, type Kernel, path, VMA } from '../kernel.ts';
import { pmd_trans_huge } from '../mm/huge_memory.ts';
import { dax_fault_cow_page } from '../mm/memory_cow.ts';
import { ZERO_PFN } from '../mm/page.ts';
import { insert_pfns, pte_allows, PTE_DIRTY, PTE_WRITE } from '../mm/pgtable.ts';
import { unmap_mapping_pages } from '../mm/rmap.ts';
import {
  change_flags,
  DAX_EMPTY,
  DAX_LOCKED,
  DAX_PMD,
  DAX_ZERO_PAGE,
  dax_entry_end,
  dax_entry_start,
  dax_flags,
  dax_is_empty_entry,
  dax_is_locked,
  dax_is_pmd_entry,
  dax_is_zero_entry,
  dax_lock_entries,
  dax_make_entry,
  dax_unlock_entries,
  dax_wake_entries,
  entry_key,
  PAGECACHE_TAG_DIRTY,
  PAGECACHE_TAG_TOWRITE,
} from './dax.ts';
import { has_bad_block, like_blocks } from './bad_blocks.ts';
import { alike_in_sharing, page_is_shared } from './cow.ts';
import { dax_cow_fault } from './cow_fault.ts';
import { allocate_written, ext_mapped, ext_pfn } from './extent.ts';
import { size_in_pages } from './inode.ts';

/** The end of the pages from `page` on that one pass of a fault treats alike. */
function like_pages_end(k: Kernel, inode: number, page: number, limit: number): number {
  const end = Math.min(
    limit,
    size_in_pages(k, inode),
    k.i_pages.runEnd(inode, page, limit),
    k.extents.runEnd(inode, page, limit),
  );
  const pfn = ext_pfn(k.extents.get(inode, page));
  const alike = Math.min(alike_in_sharing(k, inode, page, end), page + like_blocks(k, pfn, end - page));
  return k.grainEnd(page, alike);
}

/**
 * dax_insert_entry(): entries of [page, end) that were empty or the zero page become `pfn` (or the zero page), still locked.
 * One that shows a block already is only marked, even if it is another block by now (K60). `pmd`: DAX_PMD for PMD entries.
 */
export function dax_insert_entries(
  k: Kernel,
  inode: number,
  page: number,
  end: number,
  pfn: number,
  dirty: boolean,
  pmd = 0,
): void {
  const old = k.i_pages.get(inode, page);
  const mark = dirty ? PAGECACHE_TAG_DIRTY : 0;
  if (!dax_is_zero_entry(old) && !dax_is_empty_entry(old)) {
    change_flags(k, inode, page, end, mark, 0);
    return;
  }
  const kept = dax_flags(old) & (PAGECACHE_TAG_DIRTY | PAGECACHE_TAG_TOWRITE);
  const zero = pfn === ZERO_PFN ? DAX_ZERO_PAGE : 0;
  k.i_pages.setRange(inode, page, end, dax_make_entry(pfn, DAX_LOCKED | zero | kept | mark | pmd));
}

/**
 * dax_fault_is_synchronous(): a write through a VM_SYNC mapping while IOMAP_F_DIRTY says that the metadata that finds the
 * block is not on the medium.
 */
export function dax_fault_is_synchronous(k: Kernel, vma: number, inode: number, write: boolean): boolean {
  return write && k.vmas.get(vma, VMA.sync) === 1 && k.inodes.get(inode, INODE.dirty) === 1;
}

/** A fault that does not wait for a commit marks its entry; in 6.1 a read fault does so too (K41). */
export function dax_fault_dirties(k: Kernel, vma: number, inode: number, write: boolean): boolean {
  return (write || k.rules.read_fault_dirties_entry) && !dax_fault_is_synchronous(k, vma, inode, write);
}

/** True when a PTE fault cannot use the PMD entry of its page: it is empty, zero, or about to be copied in part. */
function must_downgrade(k: Kernel, inode: number, page: number, write: boolean): boolean {
  const entry = k.i_pages.get(inode, page);
  if (!dax_is_pmd_entry(entry)) return false;
  return dax_is_zero_entry(entry) || dax_is_empty_entry(entry) || (write && page_is_shared(k, inode, page));
}

/** The entries of [page, end) are those of pages from here on: pmd_downgrade of grab_mapping_entry(). */
function downgrade(k: Kernel, inode: number, page: number, end: number): void {
  const entry = k.i_pages.get(inode, page);
  const [first, last] = [dax_entry_start(k, inode, page), dax_entry_end(k, inode, end)];
  k.entry_owner.setRange(inode, first, last, 0);
  if (dax_is_zero_entry(entry) || dax_is_empty_entry(entry)) k.i_pages.setRange(inode, first, last, 0);
  else change_flags(k, inode, first, last, 0, DAX_PMD | DAX_LOCKED);
  dax_wake_entries(k, inode, first, last, entry, true);
}

export const dax_iomap_pte_fault = path(
  'dax_iomap_pte_fault',
  ['inode', 'page', 'end', 'mm', 'va', 'vma', 'write', 'cow', 'device', 'pfn', 'state', 'error'],
  ({ label, act, mark, branch, jump, call, down_read, down_write, up, sleep, ret }) => [
    label('i_size_read', 'K40', (k, f) => {
      f.error = f.page >= size_in_pages(k, f.inode) ? -VM_FAULT_SIGBUS : 0;
      if (f.error === 0) {
        const { inode, page, write } = f;
        k.emit({
          type: 'dax_fault',
          inode,
          page,
          pages: f.end - page,
          write: write === 1,
          device: f.device === 1,
        });
      }
    }),
    branch('beyond end of file', (_k, f) => f.error < 0, 'fail'),
    mark('grab'),
    label('grab_mapping_entry', 'K13', (k, f) => {
      f.state = dax_is_locked(k.i_pages.get(f.inode, f.page)) ? 1 : 0;
      if (f.state === 1) return;
      f.end = like_pages_end(k, f.inode, f.page, f.end);
      if (must_downgrade(k, f.inode, f.page, f.write === 1)) f.state = 2;
      dax_lock_entries(k, f.inode, f.page, f.end);
    }),
    branch('entry locked', (_k, f) => f.state === 0, 'grabbed'),
    branch('pmd_downgrade', (_k, f) => f.state === 2, 'downgrade'),
    sleep('get_unlocked_entry', 'TASK_UNINTERRUPTIBLE', (k, f) => entry_key(k, f.inode, f.page), true),
    jump('grab'),
    mark('downgrade'),
    branch('nothing mapped', (k, f) => dax_is_empty_entry(k.i_pages.get(f.inode, f.page)), 'downgraded'),
    call(
      unmap_mapping_pages,
      (k, f, callee) => {
        callee.inode = f.inode;
        callee.from = dax_entry_start(k, f.inode, f.page);
        callee.to = dax_entry_end(k, f.inode, f.end);
        callee.even_cows = 0;
      },
      'unmap_mapping_pages of the PMD entry',
    ),
    mark('downgraded'),
    label('undo the PMD join', 'K14', (k, f) => {
      downgrade(k, f.inode, f.page, f.end);
      dax_lock_entries(k, f.inode, f.page, f.end);
    }),

    mark('grabbed'),
    branch('a huge page came first', (k, f) => pmd_trans_huge(k, f.mm, f.va), 'no page'),
    branch('IOMAP_F_SHARED', (k, f) => f.write === 1 && page_is_shared(k, f.inode, f.page), 'shared'),
    branch('IOMAP_WRITE', (_k, f) => f.write === 1, 'allocate'),
    down_read('iomap_begin', (_k, f) => i_data_sem(f.inode)),
    act('map blocks', (k, f) => {
      k.spend('block_map');
      const extent = k.extents.get(f.inode, f.page);
      f.pfn = ext_mapped(extent) ? ext_pfn(extent) : ZERO_PFN;
    }),
    up('iomap_end', (_k, f) => i_data_sem(f.inode)),
    branch('dax_fault_cow_page', (_k, f) => f.cow === 1, 'cow'),
    branch('dax_load_hole', (_k, f) => f.pfn === ZERO_PFN, 'hole'),
    jump('mapped'),
    mark('allocate'),
    down_write('iomap_begin for write', (_k, f) => i_data_sem(f.inode)),
    act('allocate blocks', (k, f) => {
      if (!allocate_written(k, f.inode, f.page, f.end)) f.error = -VM_FAULT_SIGBUS;
      f.pfn = ext_pfn(k.extents.get(f.inode, f.page));
      // New blocks need not be contiguous: this pass ends where they stop being so.
      f.state = alike_in_sharing(k, f.inode, f.page, k.extents.runEnd(f.inode, f.page, f.end));
    }),
    up('iomap_end for write', (_k, f) => i_data_sem(f.inode)),
    branch('ENOSPC', (_k, f) => f.error < 0, 'unlock'),
    act('shorten', (k, f) => {
      if (f.state < f.end) release_unused_entries(k, f.inode, f.state, f.end);
      f.end = f.state;
    }),

    mark('mapped'),
    act('dax_direct_access', (k, f) => {
      if (has_bad_block(k, f.pfn, f.end - f.page)) f.error = -VM_FAULT_SIGBUS;
    }),
    branch('EIO', (_k, f) => f.error < 0, 'unlock'),
    branch(
      'entry was not the zero page',
      (k, f) => !dax_is_zero_entry(k.i_pages.get(f.inode, f.page)),
      'store',
    ),
    call(unmap_mapping_pages, (_k, f, callee) => {
      callee.inode = f.inode;
      callee.from = f.page;
      callee.to = f.end;
      callee.even_cows = 0;
    }),
    mark('store'),
    label('dax_insert_entry', 'K42', (k, f) => {
      const dirty = dax_fault_dirties(k, f.vma, f.inode, f.write === 1);
      dax_insert_entries(k, f.inode, f.page, f.end, f.pfn, dirty);
    }),
    branch(
      'dax_fault_synchronous_pfnp',
      (k, f) => dax_fault_is_synchronous(k, f.vma, f.inode, f.write === 1),
      'needs commit',
    ),
    label('vmf_insert_mixed', 'K42', (k, f) => {
      const flags = f.write === 1 ? PTE_WRITE | PTE_DIRTY : 0;
      insert_pfns(k, f.mm, f.va, f.end - f.page, f.pfn, flags);
      // The old block of a page that write(2) has copied is still mapped: 6.1 leaves that alone and faults again without
      // end (K60). Ended here, so that a run has an end.
      if (f.write === 1 && !pte_allows(k.ptes.get(f.mm, f.va), true)) f.error = -VM_FAULT_SIGBUS;
    }),
    jump('unlock'),
    mark('hole'),
    label('dax_load_hole', 'K40', (k, f) => {
      dax_insert_entries(k, f.inode, f.page, f.end, ZERO_PFN, k.rules.read_fault_dirties_entry);
    }),
    label('vmf_insert_mixed zero page', 'K40', (k, f) => {
      insert_pfns(k, f.mm, f.va, f.end - f.page, ZERO_PFN, 0);
    }),
    jump('unlock'),
    mark('cow'),
    label('dax_fault_cow_page', 'K46', (k, f) => {
      const bad = has_bad_block(k, f.pfn, f.end - f.page);
      const copied = bad ? -VM_FAULT_SIGBUS : dax_fault_cow_page(k, f.mm, f.va, f.end - f.page, f.pfn);
      f.error = Math.min(0, copied);
      if (copied <= 0) return;
      if (f.page + copied < f.end) release_unused_entries(k, f.inode, f.page + copied, f.end);
      f.end = f.page + copied;
    }),
    jump('unlock'),
    mark('shared'),
    call(dax_cow_fault, (k, f, callee) => {
      callee.sync = k.vmas.get(f.vma, VMA.sync);
      callee.inode = f.inode;
      callee.page = f.page;
      callee.end = f.end;
      callee.mm = f.mm;
      callee.va = f.va;
    }),
    act('copied', (k, f) => {
      const sync = k.ret <= -VM_FAULT_NEEDDSYNC;
      f.state = sync ? 1 : 0;
      f.error = sync ? 0 : Math.min(0, k.ret);
      if (f.error < 0) return;
      const end = f.page + (sync ? -k.ret - VM_FAULT_NEEDDSYNC : k.ret);
      if (end < f.end) release_unused_entries(k, f.inode, end, f.end);
      f.end = end;
    }),
    branch('dax_fault_is_synchronous for the copy', (_k, f) => f.state === 1, 'needs commit'),

    mark('unlock'),
    label('dax_unlock_entry', 'K13', (k, f) => {
      dax_unlock_entries(k, f.inode, f.page, f.end);
    }),
    branch('failed', (_k, f) => f.error < 0, 'fail'),
    ret((_k, f) => f.end - f.page),
    mark('needs commit'),
    label('dax_unlock_entry before the commit', 'K42', (k, f) => {
      dax_unlock_entries(k, f.inode, f.page, f.end);
    }),
    ret((_k, f) => -(VM_FAULT_NEEDDSYNC + f.end - f.page)),
    mark('no page'),
    // The access is tried again and finds it.
    label('dax_unlock_entry unused', 'K45', (k, f) => {
      dax_unlock_entries(k, f.inode, f.page, f.end);
    }),
    ret(() => 1),
    mark('fail'),
    ret((_k, f) => f.error),
  ],
);

/** Entries locked for a run that turned out shorter: given back as they were. */
export function release_unused_entries(k: Kernel, inode: number, from: number, to: number): void {
  if ((k.i_pages.get(inode, from) & DAX_EMPTY) !== 0) k.i_pages.setRange(inode, from, to, 0);
  dax_unlock_entries(k, inode, from, to);
}

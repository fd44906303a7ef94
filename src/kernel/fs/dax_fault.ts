/**
 * DAX page faults. Models fs/dax.c:dax_iomap_pte_fault() of 6.1 for a run of like pages (one page at a time in page
 * grain).
 *
 * Order (K40, K42): check size, lock or create the entry, look up or allocate blocks, store the entry (unmapping the
 * zero page first if it was there), insert the PTE, unlock the entry. The caller holds invalidate_lock for read.
 *
 * Left out: PMD faults, MAP_SYNC's second half, shared extents, media errors.
 */
import { VM_FAULT_SIGBUS } from '../errno.ts';
import { i_data_sem, type Kernel, path } from '../kernel.ts';
import { dax_fault_cow_page } from '../mm/memory.ts';
import { ZERO_PFN } from '../mm/page.ts';
import { insert_pfns, PTE_DIRTY, PTE_WRITE } from '../mm/pgtable.ts';
import { unmap_mapping_pages } from '../mm/rmap.ts';
import {
  DAX_EMPTY,
  DAX_LOCKED,
  DAX_ZERO_PAGE,
  dax_flags,
  dax_is_locked,
  dax_is_zero_entry,
  dax_lock_entries,
  dax_make_entry,
  dax_unlock_entries,
  entry_key,
  PAGECACHE_TAG_DIRTY,
  PAGECACHE_TAG_TOWRITE,
} from './dax.ts';
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
  return k.grainEnd(page, end);
}

/** dax_insert_entry(): the entries of [page, end) become `pfn` (or the zero page), still locked. */
function dax_insert_entries(
  k: Kernel,
  inode: number,
  page: number,
  end: number,
  pfn: number,
  write: boolean,
): void {
  const dirty = write || k.rules.read_fault_dirties_entry ? PAGECACHE_TAG_DIRTY : 0;
  const kept = dax_flags(k.i_pages.get(inode, page)) & (PAGECACHE_TAG_DIRTY | PAGECACHE_TAG_TOWRITE);
  const zero = pfn === ZERO_PFN ? DAX_ZERO_PAGE : 0;
  k.i_pages.setRange(inode, page, end, dax_make_entry(pfn, DAX_LOCKED | zero | kept | dirty));
}

export const dax_iomap_pte_fault = path(
  'dax_iomap_pte_fault',
  ['inode', 'page', 'end', 'mm', 'va', 'write', 'cow', 'device', 'pfn', 'state', 'error'],
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
      dax_lock_entries(k, f.inode, f.page, f.end);
    }),
    branch('entry locked', (_k, f) => f.state === 0, 'grabbed'),
    sleep('get_unlocked_entry', 'TASK_UNINTERRUPTIBLE', (_k, f) => entry_key(f.inode, f.page), true),
    jump('grab'),

    mark('grabbed'),
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
      f.state = k.extents.runEnd(f.inode, f.page, f.end);
    }),
    up('iomap_end for write', (_k, f) => i_data_sem(f.inode)),
    branch('ENOSPC', (_k, f) => f.error < 0, 'unlock'),
    act('shorten', (k, f) => {
      if (f.state < f.end) release_unused_entries(k, f.inode, f.state, f.end);
      f.end = f.state;
    }),

    mark('mapped'),
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
      dax_insert_entries(k, f.inode, f.page, f.end, f.pfn, f.write === 1);
    }),
    label('vmf_insert_mixed', 'K42', (k, f) => {
      const flags = f.write === 1 ? PTE_WRITE | PTE_DIRTY : 0;
      insert_pfns(k, f.mm, f.va, f.end - f.page, f.pfn, flags);
    }),
    jump('unlock'),
    mark('hole'),
    label('dax_load_hole', 'K40', (k, f) => {
      dax_insert_entries(k, f.inode, f.page, f.end, ZERO_PFN, false);
    }),
    label('vmf_insert_mixed zero page', 'K40', (k, f) => {
      insert_pfns(k, f.mm, f.va, f.end - f.page, ZERO_PFN, 0);
    }),
    jump('unlock'),
    mark('cow'),
    label('dax_fault_cow_page', 'K46', (k, f) => {
      f.error = dax_fault_cow_page(k, f.mm, f.va, f.pfn);
    }),

    mark('unlock'),
    label('dax_unlock_entry', 'K13', (k, f) => {
      dax_unlock_entries(k, f.inode, f.page, f.end);
    }),
    branch('failed', (_k, f) => f.error < 0, 'fail'),
    ret((_k, f) => f.end - f.page),
    mark('fail'),
    ret((_k, f) => f.error),
  ],
);

/** Entries locked for a run that turned out shorter: given back as they were. */
function release_unused_entries(k: Kernel, inode: number, from: number, to: number): void {
  if ((k.i_pages.get(inode, from) & DAX_EMPTY) !== 0) k.i_pages.setRange(inode, from, to, 0);
  dax_unlock_entries(k, inode, from, to);
}

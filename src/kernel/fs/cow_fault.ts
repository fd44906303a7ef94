/**
 * A write fault on a shared block: the page moves to a copy of its own.
 *
 * Models the IOMAP_F_SHARED half of fs/dax.c:dax_fault_iter() and fs/xfs/xfs_iomap.c:xfs_direct_write_iomap_begin() of 6.1
 * (K60). Order: a block in the CoW fork, unmap the page (mirrors hear it), the entry becomes the new block, copy, then the
 * file's map. No layout break: a read pin of the old block stays where it is and is not looked for. The new block's page is
 * marked PAGE_MAPPING_DAX_COW; nothing here depends on that mark, since 6.1 never finds an owner by it.
 *
 * In 6.1 the writable page table entry comes a moment before the file's map (iomap_end); here both are one step, under the
 * ILOCK. A thread that stores through the new entry in that moment could be missed by a read(2) elsewhere.
 *
 * MAP_SYNC asks whether the file's map is newer than its last commit when the copy has its block and before the file's map
 * shows it. Taking a new block into the CoW fork logs the inode, so that such a fault commits. A block that XFS had set aside
 * there before logs nothing: the page is writable with no commit, and a crash falls back to the old block (K60).
 */
import { VM_FAULT_NEEDDSYNC, VM_FAULT_SIGBUS } from '../errno.ts';
import { i_data_sem, INODE, path } from '../kernel.ts';
import { insert_pfns, PTE_DIRTY, PTE_WRITE } from '../mm/pgtable.ts';
import { unmap_mapping_pages } from '../mm/rmap.ts';
import { copy_staged, end_cow, source_is_bad, stage_copy } from './cow.ts';
import { DAX_LOCKED, dax_flags, dax_make_entry, PAGECACHE_TAG_DIRTY, PAGECACHE_TAG_TOWRITE } from './dax.ts';
import { ext_pfn } from './extent.ts';

/**
 * For [page, end), alike and locked by the caller: the pages that were moved, from the first, or an error. With `sync`, for a
 * VM_SYNC mapping, -(VM_FAULT_NEEDDSYNC + pages): moved and not mapped, a commit comes first. The caller unlocks the entries.
 */
export const dax_cow_fault = path(
  'dax_cow_fault',
  ['inode', 'page', 'end', 'mm', 'va', 'sync', 'pfn', 'error'],
  ({ label, act, mark, branch, call, down_write, up, ret }) => [
    down_write('xfs_reflink_allocate_cow', (_k, f) => i_data_sem(f.inode)),
    act('allocate in the CoW fork', (k, f) => {
      k.spend('block_map');
      const failed = source_is_bad(k, f.inode, f.page, f.end) || !stage_copy(k, f.inode, f.page, f.end);
      f.error = failed ? -VM_FAULT_SIGBUS : 0;
      if (failed) return;
      // New blocks need not be contiguous: this pass ends where they stop being so.
      f.end = k.cow_fork.runEnd(f.inode, f.page, f.end);
      f.pfn = ext_pfn(k.cow_fork.get(f.inode, f.page));
      // IOMAP_F_DIRTY: xfs_bmbt_to_iomap() looks at the inode when the copy has its block.
      f.sync *= k.inodes.get(f.inode, INODE.dirty);
    }),
    up('xfs_reflink_allocate_cow done', (_k, f) => i_data_sem(f.inode)),
    branch('failed', (_k, f) => f.error < 0, 'failed'),
    call(unmap_mapping_pages, (_k, f, callee) => {
      callee.inode = f.inode;
      callee.from = f.page;
      callee.to = f.end;
      callee.even_cows = 0;
    }),
    label('dax_insert_entry', 'K60', (k, f) => {
      const kept = dax_flags(k.i_pages.get(f.inode, f.page)) & (PAGECACHE_TAG_DIRTY | PAGECACHE_TAG_TOWRITE);
      const dirty = f.sync === 1 ? 0 : PAGECACHE_TAG_DIRTY;
      const flags = DAX_LOCKED | kept | dirty | PAGECACHE_TAG_TOWRITE;
      k.i_pages.setRange(f.inode, f.page, f.end, dax_make_entry(f.pfn, flags));
    }),
    label('dax_iomap_cow_copy', 'K60', (k, f) => {
      copy_staged(k, f.inode, f.page, f.end);
    }),
    down_write('xfs_reflink_end_cow', (_k, f) => i_data_sem(f.inode)),
    act('vmf_insert_mixed_mkwrite', (k, f) => {
      if (f.sync === 0) insert_pfns(k, f.mm, f.va, f.end - f.page, f.pfn, PTE_WRITE | PTE_DIRTY);
      end_cow(k, f.inode, f.page, f.end);
    }),
    up('xfs_reflink_end_cow done', (_k, f) => i_data_sem(f.inode)),
    ret((_k, f) => (f.sync === 1 ? -VM_FAULT_NEEDDSYNC - (f.end - f.page) : f.end - f.page)),
    mark('failed'),
    ret((_k, f) => f.error),
  ],
);

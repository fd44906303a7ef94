/**
 * The second half of a MAP_SYNC write fault. Models fs/dax.c:dax_finish_sync_fault() of 6.1.
 *
 * The first half has found the blocks and stored the entry, but mapped nothing: the block map that leads to them is not
 * on the medium yet. Here vfs_fsync_range() of the pages commits it, with invalidate_lock still held for read, and only
 * then the page table entry appears, writable, and the entry is marked dirty (K42). So whoever can write through a
 * MAP_SYNC mapping, a mirror of it included, writes to blocks that a crash leaves in the file; the data itself is the
 * writer's to flush (K28).
 *
 * If the entry has gone or been split meanwhile nothing is mapped, and the access faults again.
 */
import { VM_FAULT_SIGBUS } from '../errno.ts';
import { path } from '../kernel.ts';
import { vmf_insert_pfn_pmd } from '../mm/huge_memory.ts';
import { insert_pfns, pmd_start, PTE_DIRTY, PTE_WRITE } from '../mm/pgtable.ts';
import {
  change_flags,
  dax_is_locked,
  dax_is_pmd_entry,
  dax_lock_entries,
  dax_to_pfn,
  dax_unlock_entries,
  entry_key,
  PAGECACHE_TAG_DIRTY,
  put_unlocked_entry,
} from './dax.ts';
import { vfs_fsync_range } from './writeback.ts';

/** Values of `state` after get_unlocked_entry(). */
const FOUND = 0;
const LOCKED = 1;
const GONE = 2;

/** For pages [page, end) mapped from `va` on, whole PMDs when `pmd`: the pages mapped, 1 when they were not. */
export const dax_finish_sync_fault = path(
  'dax_finish_sync_fault',
  ['inode', 'page', 'end', 'mm', 'va', 'pmd', 'state', 'pfn'],
  ({ label, act, mark, branch, jump, call, sleep, ret }) => [
    act('NEEDDSYNC', (k, f) => {
      if (f.pmd === 1) {
        f.end += pmd_start(k, f.page) - f.page;
        f.page = pmd_start(k, f.page);
        f.va = pmd_start(k, f.va);
      }
      k.emit({ type: 'sync_fault', inode: f.inode, page: f.page, pages: f.end - f.page });
    }),
    call(vfs_fsync_range, (_k, f, callee) => {
      callee.inode = f.inode;
      callee.from = f.page;
      callee.to = f.end;
    }),
    branch('fsync failed', (k) => k.ret < 0, 'failed'),
    mark('get entry'),
    label('dax_insert_pfn_mkwrite', 'K42', (k, f) => {
      const entry = k.i_pages.get(f.inode, f.page);
      const other = entry === 0 || (f.pmd === 1 && !dax_is_pmd_entry(entry));
      f.state = other ? GONE : dax_is_locked(entry) ? LOCKED : FOUND;
      if (f.state === FOUND && f.pmd === 0 && dax_is_pmd_entry(entry)) f.state = GONE;
      if (f.state !== FOUND) return;
      f.end = k.i_pages.runEnd(f.inode, f.page, f.end);
      f.pfn = dax_to_pfn(entry);
      change_flags(k, f.inode, f.page, f.end, PAGECACHE_TAG_DIRTY, 0);
      dax_lock_entries(k, f.inode, f.page, f.end);
    }),
    branch('found', (_k, f) => f.state === FOUND, 'insert'),
    branch('raced with someone splitting the entry', (_k, f) => f.state === GONE, 'gone'),
    sleep('get_unlocked_entry', 'TASK_UNINTERRUPTIBLE', (k, f) => entry_key(k, f.inode, f.page), true),
    jump('get entry'),
    mark('insert'),
    label('vmf_insert_mixed_mkwrite', 'K42', (k, f) => {
      const pages = f.end - f.page;
      if (f.pmd === 1) vmf_insert_pfn_pmd(k, f.mm, f.va, pages, f.pfn, true);
      else insert_pfns(k, f.mm, f.va, pages, f.pfn, PTE_WRITE | PTE_DIRTY);
    }),
    label('dax_unlock_entry', 'K13', (k, f) => {
      dax_unlock_entries(k, f.inode, f.page, f.end);
    }),
    ret((_k, f) => f.end - f.page),
    mark('gone'),
    act('put_unlocked_entry', (k, f) => {
      put_unlocked_entry(k, f.inode, f.page);
    }),
    ret(() => 1),
    mark('failed'),
    ret(() => -VM_FAULT_SIGBUS),
  ],
);

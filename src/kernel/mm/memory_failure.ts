/**
 * A block of persistent memory that can no longer be read. Models mm/memory-failure.c:memory_failure_dev_pagemap() and
 * fs/xfs/xfs_notify_failure.c of 6.1, for the task that has run into it (a machine check in its own context).
 *
 * First the block goes on the bad block list (nfit_handle_mce), which is what later reads and faults meet. Then the pages
 * of files that it belongs to (K80): XFS with a reverse map is asked and finds every owner of a shared block; ext4 takes no
 * part, so the one owner comes from the page (dax_lock_page), and there is none while the file has no entry for it: -EBUSY.
 * For each, with its entry locked: if the calling process has it mapped, every page table lets go of it, which mirrors hear,
 * and the caller gets SIGBUS. Otherwise nothing is unmapped: without an early-kill request, which nobody makes here, 6.1
 * looks at the calling process only. Nobody looks for pins.
 *
 * Left out: PR_MCE_KILL and vm.memory_failure_early_kill, errors that no task runs into, metadata blocks (XFS shuts down),
 * an XFS without rmapbt.
 */
import { EBUSY, ENXIO } from '../errno.ts';
import { set_bad_block } from '../fs/bad_blocks.ts';
import { visit_owners } from '../fs/block_owner.ts';
import {
  dax_entry_end,
  dax_entry_start,
  dax_is_locked,
  dax_lock_entries,
  dax_to_pfn,
  dax_unlock_entries,
  entry_key,
} from '../fs/dax.ts';
import { ext_mapped, ext_pfn } from '../fs/extent.ts';
import { type Kernel, path, VMA } from '../kernel.ts';
import { pte_anon, pte_present } from './pgtable.ts';
import { unmap_mapping_pages } from './rmap.ts';
import { next_in_i_mmap, NO_VMA, vma_range } from './vma.ts';

/** add_to_kill(): the process has a page table entry for this page of the file. */
function has_mapped(k: Kernel, mm: number, inode: number, page: number): boolean {
  let vma = next_in_i_mmap(k, inode, page, page + 1, NO_VMA);
  for (; vma !== NO_VMA; vma = next_in_i_mmap(k, inode, page, page + 1, vma)) {
    if (k.vmas.get(vma, VMA.mm) !== mm) continue;
    const pte = k.ptes.get(mm, vma_range(k, vma, page, page + 1).start);
    if (pte_present(pte) && !pte_anon(pte)) return true;
  }
  return false;
}

/** mf_dax_kill_procs() for one page of a file: 1 when it had an entry, else 0. */
const mf_dax_kill_procs = path(
  'mf_dax_kill_procs',
  ['mm', 'inode', 'page', 'entry'],
  ({ label, act, mark, branch, jump, call, sleep, ret }) => [
    mark('again'),
    label('dax_lock_mapping_entry', 'K80', (k, f) => {
      f.entry = k.i_pages.get(f.inode, f.page);
      if (dax_is_locked(f.entry) || dax_to_pfn(f.entry) === 0) return;
      lock_entry(k, f.inode, f.page);
    }),
    branch('no block in it', (_k, f) => dax_to_pfn(f.entry) === 0 && !dax_is_locked(f.entry), 'none'),
    branch('was not locked', (_k, f) => !dax_is_locked(f.entry), 'locked'),
    sleep('wait_entry_unlocked', 'TASK_UNINTERRUPTIBLE', (k, f) => entry_key(k, f.inode, f.page)),
    jump('again'),
    mark('locked'),
    branch('collect_procs finds nobody', (k, f) => !has_mapped(k, f.mm, f.inode, f.page), 'unlock'),
    call(
      unmap_mapping_pages,
      (_k, f, callee) => {
        callee.inode = f.inode;
        callee.from = f.page;
        callee.to = f.page + 1;
        callee.even_cows = 0;
      },
      'unmap_and_kill',
    ),
    act('kill_proc SIGBUS', (k) => {
      k.m.signal(k.current);
    }),
    mark('unlock'),
    label('dax_unlock_mapping_entry', 'K80', (k, f) => {
      unlock_entry(k, f.inode, f.page);
    }),
    ret(() => 1),
    mark('none'),
    ret(),
  ],
);

/** The whole of a PMD entry is one lock. */
function lock_entry(k: Kernel, inode: number, page: number): void {
  dax_lock_entries(k, inode, dax_entry_start(k, inode, page), dax_entry_end(k, inode, page + 1));
}

function unlock_entry(k: Kernel, inode: number, page: number): void {
  dax_unlock_entries(k, inode, dax_entry_start(k, inode, page), dax_entry_end(k, inode, page + 1));
}

/** The next page of a file after (inode, page) that the block belongs to, in order; inode 0 when there is none. */
function next_owner(k: Kernel, pfn: number, inode: number, page: number): { inode: number; page: number } {
  let next = { inode: 0, page: 0 };
  visit_owners(k, pfn, 1, (owner, at) => {
    const later = owner > inode || (owner === inode && at > page);
    const sooner = next.inode === 0 || owner < next.inode || (owner === next.inode && at < next.page);
    if (later && sooner) next = { inode: owner, page: at };
  });
  return next;
}

/** memory_failure() for the block of a page of a DAX file: 0, -ENXIO when it has none or is not on DAX (left out), -EBUSY when no owner is found. */
export const memory_failure = path(
  'memory_failure',
  ['mm', 'inode', 'page', 'pfn', 'found'],
  ({ label, act, mark, branch, jump, call, ret }) => [
    label('nfit_handle_mce', 'K80', (k, f) => {
      const extent = k.extents.get(f.inode, f.page);
      f.pfn = k.fs.dax && ext_mapped(extent) ? ext_pfn(extent) : 0;
      if (f.pfn > 0) set_bad_block(k, f.pfn);
    }),
    branch('no block', (_k, f) => f.pfn === 0, 'no block'),
    branch('notify_failure', (k) => k.fs.notifies_owners, 'owners'),
    call(
      mf_dax_kill_procs,
      (_k, f, callee) => {
        callee.mm = f.mm;
        callee.inode = f.inode;
        callee.page = f.page;
      },
      'mf_generic_kill_procs',
    ),
    ret((k) => (k.ret === 1 ? 0 : -EBUSY)),
    mark('owners'),
    act('xfs_rmap_query_range', (_k, f) => {
      f.inode = 0;
      f.page = -1;
    }),
    mark('next owner'),
    act('next owner', (k, f) => {
      const next = next_owner(k, f.pfn, f.inode, f.page);
      f.inode = next.inode;
      f.page = next.page;
    }),
    branch('no more owners', (_k, f) => f.inode === 0, 'done'),
    call(mf_dax_kill_procs, (_k, f, callee) => {
      callee.mm = f.mm;
      callee.inode = f.inode;
      callee.page = f.page;
    }),
    jump('next owner'),
    mark('done'),
    ret(),
    mark('no block'),
    ret(() => -ENXIO),
  ],
);

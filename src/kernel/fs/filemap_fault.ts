/**
 * Faults of file mappings through the page cache.
 *
 * Models ext4_filemap_fault and ext4_page_mkwrite(), __xfs_filemap_fault() and iomap_page_mkwrite() of 6.1, and what
 * mm/memory.c:finish_fault() and finish_mkwrite_fault() do for them.
 *
 * A read maps what filemap_fault() has locked, without the right to write; a private write copies it. A shared write asks
 * the filesystem first (K230): freeze protection, invalidate_lock for read, the folio's lock, blocks, the dirty mark; the
 * entry becomes writable while the folio is still locked. So an entry that allows writes shows a dirty folio.
 *
 * A folio that lies beyond a new end of file ends in SIGBUS at once; the kernel faults again until the truncate has unmapped it.
 *
 * Left out: journal credits, stable pages.
 */
import { VM_FAULT_SIGBUS } from '../errno.ts';
import { i_data_sem, INODE, invalidate_lock, type Kernel, path } from '../kernel.ts';
import {
  filemap_fault,
  FOLIO_GONE,
  folio_key,
  folio_lock,
  FOLIO_LOCKED,
  folio_mark_dirty,
  folio_unlock,
} from '../mm/filemap.ts';
import { dax_fault_cow_page } from '../mm/memory_cow.ts';
import { insert_pfns, PTE_DIRTY, PTE_WRITE, pte_present } from '../mm/pgtable.ts';
import type { FaultLocals } from './filesystem.ts';
import { reserve_blocks } from './buffered_io.ts';
import { dax_to_pfn } from './dax.ts';
import { size_in_pages } from './inode.ts';
import { sb_end_pagefault, sb_start_pagefault } from './super.ts';

const LOCALS = ['inode', 'page', 'end', 'mm', 'va', 'vma', 'write', 'cow', 'pmd', 'device'] as const;

/** finish_fault() of [page, end), locked: returns pages mapped, or an error. */
function finish_fault(k: Kernel, f: Record<FaultLocals, number>): number {
  const pfn = dax_to_pfn(k.i_pages.get(f.inode, f.page));
  const pages = f.end - f.page;
  if (f.cow === 1) return dax_fault_cow_page(k, f.mm, f.va, pages, pfn);
  insert_pfns(k, f.mm, f.va, pages, pfn, f.write === 1 ? PTE_WRITE | PTE_DIRTY : 0);
  return pages;
}

/** vm_ops->page_mkwrite and finish_mkwrite_fault(): pages made writable; 1 when the folio has gone; or an error. */
const pageMkwrite = (name: string) =>
  path(
    name,
    [...LOCALS, 'state', 'error', 'pages'],
    ({ label, act, mark, branch, jump, call, down_read, down_write, up, sleep, ret }) => [
      call(sb_start_pagefault, () => undefined),
      down_read('filemap_invalidate_lock_shared', (_k, f) => invalidate_lock(f.inode)),
      branch('no XFS_IREMAPPING', (k, f) => k.inodes.get(f.inode, INODE.remapping) === 0, 'lock'),
      up('xfs_iunlock MMAPLOCK_SHARED', (_k, f) => invalidate_lock(f.inode)),
      down_write('xfs_ilock MMAPLOCK_EXCL', (_k, f) => invalidate_lock(f.inode)),
      mark('lock'),
      label('folio_lock', 'K230', (k, f) => {
        f.state = folio_lock(k, f);
      }),
      branch('folio_mkwrite_check_truncate', (_k, f) => f.state === FOLIO_GONE, 'unlock'),
      branch('locked', (_k, f) => f.state === FOLIO_LOCKED, 'locked'),
      sleep('folio_wait_bit_common', 'TASK_UNINTERRUPTIBLE', (k, f) => folio_key(k, f.inode, f.page), true),
      jump('lock'),
      mark('locked'),
      act('size', (k, f) => {
        if (f.page >= size_in_pages(k, f.inode)) f.error = -VM_FAULT_SIGBUS;
      }),
      branch('beyond end of file', (_k, f) => f.error < 0, 'unlock'),
      down_write('get_block', (_k, f) => i_data_sem(f.inode)),
      act('reserve blocks', (k, f) => {
        if (!reserve_blocks(k, f.inode, f.page, f.end)) f.error = -VM_FAULT_SIGBUS;
      }),
      up('get_block done', (_k, f) => i_data_sem(f.inode)),
      branch('ENOSPC', (_k, f) => f.error < 0, 'unlock'),
      act('folio_mark_dirty', (k, f) => {
        folio_mark_dirty(k, f.inode, f.page, f.end);
      }),
      mark('unlock'),
      up('filemap_invalidate_unlock_shared', (_k, f) => invalidate_lock(f.inode)),
      act('sb_end_pagefault', (k) => {
        sb_end_pagefault(k);
      }),
      branch('no folio', (_k, f) => f.state === FOLIO_GONE, 'gone'),
      label('finish_mkwrite_fault', 'K230', (k, f) => {
        if (f.error === 0) f.pages = finish_fault(k, f);
        folio_unlock(k, f.inode, f.page, f.end);
      }),
      ret((_k, f) => (f.error < 0 ? f.error : f.pages)),
      mark('gone'),
      ret(() => 1),
    ],
  );

const filemapFault = (name: string, mkwrite: string) => {
  const page_mkwrite = pageMkwrite(mkwrite);
  return path(name, [...LOCALS, 'pages'], ({ act, label, mark, branch, call, ret }) => [
    act('count', (k, f) => {
      const { inode, page, end, write, device } = f;
      k.emit({ type: 'dax_fault', inode, page, pages: end - page, write: write === 1, device: device === 1 });
    }),
    branch('wp_page_shared', (k, f) => f.write === 1 && pte_present(k.ptes.get(f.mm, f.va)), 'mkwrite'),
    call(filemap_fault, (_k, f, callee) => {
      callee.inode = f.inode;
      callee.page = f.page;
      callee.end = f.end;
    }),
    branch('failed', (k) => k.ret < 0, 'fail'),
    act('locked', (k, f) => {
      f.end = k.ret;
      // do_shared_fault() lets go of the folio before it asks the filesystem.
      if (f.write === 1) folio_unlock(k, f.inode, f.page, f.end);
    }),
    branch('do_page_mkwrite', (_k, f) => f.write === 1, 'mkwrite'),
    label('finish_fault', 'K229', (k, f) => {
      f.pages = finish_fault(k, f);
      folio_unlock(k, f.inode, f.page, f.end);
    }),
    ret((_k, f) => f.pages),
    mark('mkwrite'),
    call(page_mkwrite, (_k, f, callee) => {
      for (const local of LOCALS) callee[local] = f[local];
    }),
    mark('fail'),
    ret((k) => k.ret),
  ]);
};

export const ext4_filemap_fault = filemapFault('ext4_filemap_fault', 'ext4_page_mkwrite');
export const xfs_filemap_fault = filemapFault('__xfs_filemap_fault', 'iomap_page_mkwrite');

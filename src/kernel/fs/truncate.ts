/**
 * Taking pages out of a file's mapping. Models mm/truncate.c of 6.1 for DAX mappings, and the VFS entry of truncate. What the
 * page cache has instead of DAX entries goes in mm/truncate.ts.
 */
import { i_rwsem, type Kernel, path } from '../kernel.ts';
import { unmap_mapping_pages } from '../mm/rmap.ts';
import { truncate_inode_pages_range } from '../mm/truncate.ts';
import { has_bad_block } from './bad_blocks.ts';
import { zero_folio_bytes } from './buffered_io.ts';
import { forget_promises, persist_blocks, write_blocks } from './content.ts';
import { cow_range } from './cow.ts';
import { dax_delete_mapping_entries } from './dax.ts';
import {
  content_change_begins,
  CONTENT_PIECE,
  content_changes,
  content_settles,
} from './expected_content.ts';
import { ext_mapped, ext_pfn } from './extent.ts';
import { count_size_change } from './inode.ts';
import { sb_end_write, sb_start_write } from './super.ts';

/** truncate_pagecache(): pages from `from` on; unmapped before and after, private copies too (K46, K49). */
export const truncate_pagecache = path(
  'truncate_pagecache',
  ['inode', 'from'],
  ({ call, branch, jump, mark, ret }) => [
    call(unmap_mapping_pages, (k, f, callee) => {
      callee.inode = f.inode;
      callee.from = f.from;
      callee.to = k.llong_max_pages;
      callee.even_cows = 1;
    }),
    branch('no dax_mapping', (k) => !k.fs.dax, 'folios'),
    call(dax_delete_mapping_entries, (k, f, callee) => {
      callee.inode = f.inode;
      callee.from = f.from;
      callee.to = k.llong_max_pages;
    }),
    jump('deleted'),
    mark('folios'),
    call(truncate_inode_pages_range, (k, f, callee) => {
      callee.inode = f.inode;
      callee.from = f.from;
      callee.to = k.llong_max_pages;
    }),
    mark('deleted'),
    call(
      unmap_mapping_pages,
      (k, f, callee) => {
        callee.inode = f.inode;
        callee.from = f.from;
        callee.to = k.llong_max_pages;
        callee.even_cows = 1;
      },
      'unmap_mapping_pages again',
    ),
    ret(),
  ],
);

/** truncate_pagecache_range(): whole pages of [from, to); private copies stay (K46, K52). */
export const truncate_pagecache_range = path(
  'truncate_pagecache_range',
  ['inode', 'from', 'to'],
  ({ call, branch, jump, mark, ret }) => [
    branch('no whole page', (_k, f) => f.from >= f.to, 'delete'),
    call(unmap_mapping_pages, (_k, f, callee) => {
      callee.inode = f.inode;
      callee.from = f.from;
      callee.to = f.to;
      callee.even_cows = 0;
    }),
    mark('delete'),
    branch('no dax_mapping', (k) => !k.fs.dax, 'folios'),
    call(dax_delete_mapping_entries, (_k, f, callee) => {
      callee.inode = f.inode;
      callee.from = f.from;
      callee.to = f.to;
    }),
    jump('deleted'),
    mark('folios'),
    call(truncate_inode_pages_range, (_k, f, callee) => {
      callee.inode = f.inode;
      callee.from = f.from;
      callee.to = f.to;
    }),
    mark('deleted'),
    ret(),
  ],
);

/**
 * dax_zero_range() within one page: zeroes bytes [from, to) on the medium if the page has a written block. Without DAX it is
 * iomap_zero_range() and ext4_block_zero_page_range(), which zero the page cache.
 */
export function dax_zero_page_bytes(k: Kernel, inode: number, page: number, from: number, to: number): void {
  if (!k.fs.dax) {
    zero_folio_bytes(k, inode, page, from, to);
    return;
  }
  const extent = k.extents.get(inode, page);
  if (from >= to || !ext_mapped(extent)) return;
  // Of a shared block the file gets a copy first; what is mapped stays on the old one (K60). A block that cannot be copied
  // or read keeps its bytes: the call would fail with that error here.
  if (cow_range(k, inode, page, page + 1) < 0) return;
  const pfn = ext_pfn(k.extents.get(inode, page));
  if (has_bad_block(k, pfn, 1)) return;
  write_blocks(k, pfn, 1, 0, from, to);
  persist_blocks(k, pfn, 1);
  forget_promises(k, inode, page, page + 1);
  k.spend('copy_page');
}

/** Zeroes the partial pages at both ends of a byte range; whole pages are left to the caller. */
export function zero_partial_blocks(
  k: Kernel,
  inode: number,
  startPage: number,
  startByte: number,
  endPage: number,
  endByte: number,
): void {
  if (startPage === endPage) dax_zero_page_bytes(k, inode, startPage, startByte, endByte);
  else {
    if (startByte > 0) dax_zero_page_bytes(k, inode, startPage, startByte, 4096);
    if (endByte > 0) dax_zero_page_bytes(k, inode, endPage, 0, endByte);
  }
  content_changes(k, inode, CONTENT_PIECE.edges);
}

/** ext4_block_truncate_page(), xfs_truncate_page(): what the new last page holds beyond the new end is zeroed. */
export function zero_new_tail(k: Kernel, inode: number, page: number, byte: number): void {
  if (byte > 0) dax_zero_page_bytes(k, inode, page, byte, 4096);
  content_changes(k, inode, CONTENT_PIECE.new_tail);
}

/** do_truncate(): truncate(2), ftruncate(2) and O_TRUNC; i_rwsem for write around the filesystem's setattr (K20). */
export const do_truncate = path(
  'do_truncate',
  ['inode', 'size_page', 'size_byte', 'error'],
  ({ act, call, down_write, up, invoke, ret }) => [
    call(sb_start_write, () => undefined),
    down_write('inode_lock', (_k, f) => i_rwsem(f.inode)),
    act('size change begins', (k, f) => {
      count_size_change(k, f.inode, 1);
      const [start_page, start_byte] = [f.size_page, f.size_byte];
      content_change_begins(k, 'truncate', { inode: f.inode, start_page, start_byte });
    }),
    invoke<'inode' | 'size_page' | 'size_byte'>(
      'i_op->setattr',
      (k) => k.fs.setattr_size,
      (_k, f, callee) => {
        callee.inode = f.inode;
        callee.size_page = f.size_page;
        callee.size_byte = f.size_byte;
      },
    ),
    act('size change ends', (k, f) => {
      f.error = k.ret;
      content_settles(k, f.inode, f.error);
      count_size_change(k, f.inode, -1);
    }),
    up('inode_unlock', (_k, f) => i_rwsem(f.inode)),
    act('sb_end_write', (k) => {
      sb_end_write(k);
    }),
    ret((_k, f) => f.error),
  ],
);

/**
 * Writing 3 to /proc/sys/vm/drop_caches. Models fs/drop_caches.c of 6.1.
 *
 * Of DAX files nothing goes. invalidate_mapping_pages() passes the entries of a DAX mapping over (invalidate_exceptional_entry()),
 * no fsdax page is on an LRU (K76), and an inode whose mapping has entries is not shrunk (inode_lru_isolate()). Of the page
 * cache go folios that are clean and that nobody maps or holds.
 *
 * Left out: the slabs.
 */
import { path } from '../kernel.ts';
import { invalidate_mapping_pages } from '../mm/truncate.ts';

export const drop_caches_sysctl_handler = path('drop_caches_sysctl_handler', [], ({ label, ret }) => [
  label('drop_pagecache_sb', 'K76', (k) => {
    if (k.fs.dax) return;
    for (let inode = 1; inode <= k.inodeCount; inode++) invalidate_mapping_pages(k, inode);
  }),
  ret(),
]);

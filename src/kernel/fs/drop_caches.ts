/**
 * Writing 3 to /proc/sys/vm/drop_caches. Models fs/drop_caches.c of 6.1 for DAX files.
 *
 * Nothing of them goes. invalidate_mapping_pages() passes the entries of a DAX mapping over (invalidate_exceptional_entry()),
 * no fsdax page is on an LRU (K76), and an inode whose mapping has entries is not shrunk (inode_lru_isolate()).
 *
 * Left out: the page cache and the slabs of everything else.
 */
import { path } from '../kernel.ts';

export const drop_caches_sysctl_handler = path('drop_caches_sysctl_handler', [], ({ label, ret }) => [
  label('drop_pagecache_sb', 'K76'),
  ret(),
]);

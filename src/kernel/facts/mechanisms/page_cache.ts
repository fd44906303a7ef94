/** Mechanisms of files that go through the page cache: the controls beside DAX. */
import type { Mechanism } from './mechanism.ts';

export const PAGE_CACHE_MECHANISMS: readonly Mechanism[] = [
  {
    name: 'page cache fault',
    symbols: [
      'mm/filemap.c:filemap_fault',
      'fs/ext4/inode.c:ext4_page_mkwrite',
      'fs/iomap/buffered-io.c:iomap_page_mkwrite',
    ],
    paths: ['filemap_fault', 'ext4_filemap_fault', 'ext4_page_mkwrite', 'iomap_page_mkwrite'],
    modelled:
      'the folio is brought in and locked; a shared write asks the filesystem first and dirties it while it is locked',
    simplified: 'no readahead, no fault-around',
    leftOut: ['journal_internals', 'reclaim'],
  },
  {
    name: 'buffered read and write',
    symbols: [
      'mm/filemap.c:filemap_read',
      'mm/filemap.c:generic_perform_write',
      'fs/ext4/file.c:ext4_buffered_write_iter',
      'fs/xfs/xfs_file.c:xfs_file_buffered_write',
    ],
    paths: [
      'filemap_read',
      'generic_file_read_iter',
      'generic_perform_write',
      'ext4_buffered_write_iter',
      'xfs_file_buffered_read',
      'xfs_file_buffered_write',
    ],
    modelled: 'the folio that page tables and pins show is read and changed in place, under its lock',
    simplified: 'blocks are chosen when a page is made dirty, not when it is written back',
    leftOut: ['user_buffers', 'block_alignment'],
  },
  {
    name: 'O_DIRECT write',
    symbols: [
      'fs/iomap/direct-io.c:__iomap_dio_rw',
      'fs/ext4/file.c:ext4_dio_write_iter',
      'fs/xfs/xfs_file.c:xfs_file_dio_write',
    ],
    paths: ['__iomap_dio_rw', 'ext4_dio_write_iter', 'xfs_file_dio_write'],
    modelled: 'write-back, folios taken out whoever holds them, blocks written, folios taken out once more',
    simplified: 'writes of whole pages, complete at once',
  },
  {
    name: 'page cache write-back',
    symbols: ['mm/page-writeback.c:write_cache_pages', 'mm/page-writeback.c:folio_clear_dirty_for_io'],
    paths: ['write_cache_pages'],
    modelled:
      'tag, lock, write permission taken from every page table with mirrors told, clean, write, unlock',
    simplified: 'a folio that is being written stays locked',
  },
  {
    name: 'taking folios out of a file',
    symbols: ['mm/truncate.c:truncate_inode_pages_range', 'mm/truncate.c:truncate_inode_partial_folio'],
    paths: ['truncate_inode_pages_range', 'truncate_inode_partial_folio'],
    modelled:
      'the lock of a folio is waited for, a reference is not: the device goes on with a page of no file',
    simplified: 'no shadow entries',
    leftOut: ['reclaim'],
  },
  {
    name: 'paging out on request',
    symbols: ['mm/vmscan.c:reclaim_pages', 'mm/vmscan.c:shrink_folio_list'],
    paths: ['reclaim_pages'],
    modelled: 'unmap with mirrors told, then look at pins, dirty mark and references: what is held stays',
    simplified: 'no LRU, no swap',
    leftOut: ['reclaim'],
  },
];

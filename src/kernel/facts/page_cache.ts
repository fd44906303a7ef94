/** K228 to K239: the page cache of ext4 and XFS, the control against which DAX is held. */
import type { Fact } from './fact.ts';

const SHOWN: readonly string[] = ['src/kernel/mm/page_cache.test.ts'];

export const PAGE_CACHE_FACTS: readonly Fact[] = [
  {
    id: 'K228',
    title: 'A pin keeps the frame of a folio, not its place in the file',
    text:
      'The page cache is the file for read(2), write(2) and page tables alike: they find the folio by its index. A pin ' +
      'is only one more reference to the frame. When the folio leaves the file the frame lives on for the pin, and what ' +
      'comes in at that index next is another frame, so that device and file part for good.',
    sources: [
      'mm/filemap.c:filemap_get_pages, __filemap_remove_folio (6.1)',
      'mm/gup.c:try_grab_folio (6.1)',
    ],
    tag: 'seen',
    status: {
      kind: 'modelled',
      where: ['src/kernel/mm/filemap.ts', 'src/kernel/fs/buffered_io.ts'],
      shownBy: [...SHOWN, 'properties/page_cache_is_the_control.test.ts'],
    },
  },
  {
    id: 'K229',
    title: 'A fault through the page cache maps a locked folio',
    text:
      'What is not in the cache is read in with invalidate_lock held shared. The folio is then locked and looked at again: ' +
      'if a truncate took it out meanwhile the search starts anew, and beyond the end of file the fault ends in SIGBUS. ' +
      'The page table entry is set before the folio is unlocked, so that whoever takes folios out unmaps it or comes first.',
    sources: ['mm/filemap.c:filemap_fault (6.1)', 'mm/memory.c:do_read_fault, finish_fault (6.1)'],
    tag: 'seen',
    caveat:
      'The model leaves readahead and fault-around out: the kernel may bring in and map more pages than were asked for.',
    status: {
      kind: 'modelled',
      where: ['src/kernel/mm/filemap.ts', 'src/kernel/fs/filemap_fault.ts'],
      shownBy: SHOWN,
    },
  },
  {
    id: 'K230',
    title: 'A shared write fault asks the filesystem before it maps',
    text:
      'page_mkwrite takes freeze protection, then invalidate_lock shared and the lock of the folio, reserves the block and ' +
      'marks the folio dirty. The entry becomes writable while the folio is still locked. An entry with write permission ' +
      'thus shows a dirty folio that has a block, and the next store after a write-back faults again.',
    sources: [
      'fs/ext4/inode.c:ext4_page_mkwrite (6.1)',
      'fs/xfs/xfs_file.c:__xfs_filemap_fault (6.1)',
      'fs/iomap/buffered-io.c:iomap_page_mkwrite (6.1)',
      'mm/memory.c:do_page_mkwrite, finish_mkwrite_fault (6.1)',
    ],
    tag: 'seen',
    status: { kind: 'modelled', where: ['src/kernel/fs/filemap_fault.ts'], shownBy: SHOWN },
  },
  {
    id: 'K231',
    title: 'Write-back of a folio waits for its lock and for no pin',
    text:
      'Dirty folios are tagged, and each is locked in turn. Its page table entries lose write permission, with one ' +
      'PROTECTION event per folio and VMA, and it is written as a whole, clean from then on. Pins are not looked at: what ' +
      'a device writes through one afterwards leaves the folio clean, and no later fsync finds it.',
    sources: [
      'mm/page-writeback.c:write_cache_pages, folio_clear_dirty_for_io (6.1)',
      'mm/rmap.c:folio_mkclean, page_vma_mkclean_one (6.1)',
    ],
    tag: 'seen',
    caveat:
      'The model keeps the folio locked until the write is done, where the kernel unlocks it early and has PG_writeback.',
    status: { kind: 'modelled', where: ['src/kernel/mm/page_writeback.ts'], shownBy: SHOWN },
  },
  {
    id: 'K232',
    title: 'Truncate and punch take folios out whatever refers to them',
    text:
      'Folios that lie wholly in the range are locked, unmapped if a page table shows them, and removed, dirty or not. ' +
      'Nobody asks for references, so neither call waits for a pin on the page cache. The pinned frame belongs to no ' +
      'file from then on, while its device goes on reading and writing it.',
    sources: ['mm/truncate.c:truncate_inode_pages_range, truncate_inode_folio (6.1)'],
    tag: 'seen',
    status: { kind: 'modelled', where: ['src/kernel/mm/truncate.ts'], shownBy: SHOWN },
  },
  {
    id: 'K233',
    title: 'A large folio that a truncate cuts is split, unless it is held',
    text:
      'The part inside the range is zeroed first, then the folio is unmapped as a whole and split. A reference too many, ' +
      'such as a pin, makes the split fail. A clean folio is then removed as a whole, and a dirty one stays as a whole, ' +
      'with zeros where it was cut.',
    sources: [
      'mm/truncate.c:truncate_inode_partial_folio (6.1)',
      'mm/huge_memory.c:can_split_folio, split_huge_page_to_list (6.1)',
    ],
    tag: 'seen',
    status: { kind: 'modelled', where: ['src/kernel/mm/truncate.ts'], shownBy: SHOWN },
  },
  {
    id: 'K234',
    title: 'Invalidation of a range spares what is dirty, not what is pinned',
    text:
      'invalidate_inode_pages2_range unmaps and locks each folio that the range meets and removes the clean ones. A folio ' +
      'that is dirty by then stays and makes the result EBUSY. References other than those of page tables are not ' +
      'looked at, so that a pinned folio goes like any other.',
    sources: ['mm/truncate.c:invalidate_inode_pages2_range, invalidate_complete_folio2 (6.1)'],
    tag: 'seen',
    status: { kind: 'modelled', where: ['src/kernel/mm/truncate.ts'], shownBy: SHOWN },
  },
  {
    id: 'K235',
    title: 'Reclaim unmaps a folio before it looks whether it may go',
    text:
      'The lock is only tried. The folio is unmapped with a CLEAR event per folio and VMA, and only then come the pins, ' +
      'the dirty mark, which a process that asks for MADV_PAGEOUT does not write back, and the reference count. What is ' +
      'pinned, dirty or otherwise held stays in the file, yet every mirror has heard of it.',
    sources: [
      'mm/vmscan.c:reclaim_pages, shrink_folio_list, __remove_mapping (6.1)',
      'mm/madvise.c:madvise_cold_or_pageout_pte_range (6.1)',
    ],
    tag: 'seen',
    caveat: 'Only the reclaim that a process asks for is modelled, not that of kswapd or of a memory cgroup.',
    status: {
      kind: 'modelled',
      where: ['src/kernel/mm/vmscan.ts', 'src/kernel/mm/madvise.ts'],
      without: ['reclaim'],
      shownBy: SHOWN,
    },
  },
  {
    id: 'K236',
    title: 'write(2) changes the folio that mappings and pins show',
    text:
      'The bytes are copied into the folio under its lock, and it is marked dirty. No page table changes and no notifier ' +
      'is called, since mappings, mirrors and pins of that folio all see the new bytes. On XFS of 6.12 a write that finds ' +
      'no folio brings in large ones, as far as the range is aligned for them; in 6.1 and on ext4 each has one page.',
    sources: [
      'mm/filemap.c:generic_perform_write (6.1)',
      'fs/iomap/buffered-io.c:iomap_write_iter, iomap_write_begin (6.1, 6.12)',
      'include/linux/pagemap.h:fgf_set_order (6.12)',
    ],
    tag: 'seen',
    caveat: 'The large folios come from a function that 6.1 lacks; the rest was read in 6.1.',
    status: {
      kind: 'modelled',
      where: ['src/kernel/fs/buffered_io.ts', 'src/kernel/release/rules.ts', 'src/kernel/fs/xfs.ts'],
      shownBy: [...SHOWN, 'properties/page_cache_is_the_control.test.ts'],
    },
  },
  {
    id: 'K237',
    title: 'Long write pins of files with tracked dirty pages: 6.1 allows them',
    text:
      'FOLL_LONGTERM for writing to a shared file mapping is unrefused in 6.1, though write-back can no longer tell that ' +
      'the page changes. 6.12 says EFAULT when the file tracks its dirty pages, as ext4 and XFS do, and asks so before it ' +
      'looks at the right to write. Private mappings and pins for reading are allowed in both.',
    sources: [
      'mm/gup.c:check_vma_flags (6.1, 6.12)',
      'mm/gup.c:writable_file_mapping_allowed, gup_fast_folio_allowed (6.12)',
      'mm/mmap.c:vma_needs_dirty_tracking (6.12)',
    ],
    tag: 'seen',
    caveat:
      'The fast path of 6.12 allows shmem and hugetlb folios and leaves other files to the slow path, which decides.',
    status: {
      kind: 'modelled',
      where: ['src/kernel/mm/gup.ts', 'src/kernel/release/rules.ts'],
      shownBy: SHOWN,
    },
  },
  {
    id: 'K238',
    title: 'An O_DIRECT write takes the folios of its range out of the file',
    text:
      'The range is written back, its folios are invalidated, pinned or not, the blocks are written, and folios that came ' +
      'in meanwhile are invalidated too. If a dirty one stays at first, the call falls back to the page cache. Page ' +
      'tables fault again and show the new bytes, whereas a pin keeps the old frame.',
    sources: [
      'fs/iomap/direct-io.c:__iomap_dio_rw, iomap_dio_complete (6.1)',
      'fs/ext4/file.c:ext4_dio_write_iter (6.1)',
      'fs/xfs/xfs_file.c:xfs_file_dio_write (6.1)',
    ],
    tag: 'seen',
    status: { kind: 'modelled', where: ['src/kernel/fs/direct_io.ts'], shownBy: SHOWN },
  },
  {
    id: 'K239',
    title: 'A driver that wrote marks folios dirty as it lets go',
    text:
      'unpin_user_pages_dirty_lock and set_page_dirty_lock lock each folio and mark it dirty, so that what the device wrote ' +
      'reaches the disk with the next write-back. This comes when the pin ends, not at each write, and asks the ' +
      'filesystem neither for a block nor for freeze protection. A frame that has left its file gains nothing by it.',
    sources: [
      'mm/gup.c:unpin_user_pages_dirty_lock (6.1)',
      'mm/page-writeback.c:set_page_dirty_lock, folio_mark_dirty (6.1)',
    ],
    tag: 'seen',
    status: {
      kind: 'modelled',
      where: ['src/kernel/mm/filemap.ts', 'src/drivers/gup.ts', 'src/drivers/get.ts'],
      shownBy: SHOWN,
    },
  },
];

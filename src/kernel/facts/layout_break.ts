/** K29 to K39: unmapping a file range, and the wait for busy pages before blocks go away. */
import type { Fact } from './fact.ts';
import { notModelled } from './left_out.ts';

export const LAYOUT_BREAK_FACTS: readonly Fact[] = [
  {
    id: 'K29',
    title: 'How a file range is unmapped',
    text:
      'Under i_mmap_rwsem held shared, each VMA showing the range is handled in turn, in interval-tree order: ' +
      'start callbacks, first all interval subscribers and then all list ones, which may sleep; PTEs cleared ' +
      'under the page table lock, table by table; the end calls; the TLB flush. The range runs from the first to ' +
      'the last page of the hole, cut to the VMA. A VMA that wants to join the tree meanwhile waits for ' +
      'i_mmap_rwsem exclusive.',
    sources: [
      'mm/memory.c:unmap_mapping_pages (6.1)',
      'mm/memory.c:unmap_mapping_range_tree (6.1)',
      'mm/memory.c:zap_page_range_single (6.1)',
    ],
    tag: 'seen',
    status: {
      kind: 'modelled',
      where: ['src/kernel/mm/rmap.ts', 'src/kernel/mm/pgtable.ts', 'src/kernel/mm/mmu_notifier.ts'],
      without: ['tlb'],
    },
  },
  {
    id: 'K30',
    title: 'One slow callback stalls strangers',
    text:
      "A start callback that sleeps holds up every writer of that file's i_mmap_rwsem (mmap, munmap, mremap or " +
      'fork in any process that maps it). It also holds up all who queue for the filesystem locks of the caller, ' +
      'which for a truncate means i_rwsem and invalidate_lock, both exclusive. Processes that never met the ' +
      'driver are among them.',
    sources: ['from K18, K19 and K29'],
    tag: 'seen',
    status: {
      kind: 'modelled',
      where: ['src/kernel/mm/rmap.ts', 'src/machine/lock.ts'],
      shownBy: [
        'src/kernel/mm/rmap.test.ts',
        'src/invariants/isolation.test.ts',
        'src/check/worst/worst.test.ts',
      ],
    },
  },
  {
    id: 'K31',
    title: 'E1: how a layout break waits',
    text:
      'It starts with invalidate_lock exclusive and ends at once if the file is not DAX or no VMA maps it. ' +
      'Otherwise it unmaps the whole file, sparing private copies, then scans the entries by index (sleeping ' +
      'uninterruptibly at a locked one) for the first page with refcount above 1. If one is found it drops ' +
      'invalidate_lock, sleeps interruptibly until exactly 1 is reached, takes the lock again exclusive and ' +
      'repeats it all; a signal gives -ERESTARTSYS.',
    sources: [
      'fs/dax.c:dax_layout_busy_page_range (6.1)',
      'fs/ext4/inode.c:ext4_break_layouts (6.1)',
      'fs/xfs/xfs_file.c:xfs_break_dax_layouts (6.1)',
      'include/linux/wait_bit.h:___wait_var_event (6.1)',
    ],
    tag: 'seen',
    status: {
      kind: 'modelled',
      where: [
        'src/kernel/fs/layout_break.ts',
        'src/kernel/fs/dax.ts',
        'src/kernel/fs/ext4.ts',
        'src/kernel/fs/xfs.ts',
      ],
    },
  },
  {
    id: 'K32',
    title: 'What waits behind a layout break, and what does not',
    text:
      'The sleeper keeps i_rwsem (IOLOCK) exclusive. So read(2), write(2), another truncate or fallocate, ' +
      'reflink, chmod, chown, and an unlink or a rename over that name all wait behind the pin. Page faults on ' +
      'the file from CPU, GUP or HMM, munmap, and fsync go on: none of them needs a lock that the sleeper still ' +
      'has.',
    sources: ['fs/namei.c:vfs_unlink (6.1)', 'fs/ext4/fsync.c:ext4_sync_file (6.1)', 'from K18'],
    tag: 'unverified',
    caveat: 'For chmod and chown (notify_change) this is from memory.',
    status: {
      kind: 'modelled',
      where: [
        'src/kernel/fs/layout_break.ts',
        'src/kernel/fs/truncate.ts',
        'src/kernel/fs/ext4.ts',
        'src/kernel/fs/xfs.ts',
        'src/kernel/fs/namei.ts',
        'src/kernel/fs/read_write.ts',
      ],
      without: ['attributes'],
    },
  },
  {
    id: 'K33',
    title: 'Why one lock is kept and the other dropped',
    text:
      'XFS keeps the IOLOCK because direct I/O arriving without pause could otherwise starve the truncate. It ' +
      'drops the MMAPLOCK because someone submitting I/O with some pages already referenced may have to fault in ' +
      'more of them before any can become idle, which would deadlock.',
    sources: ['commit d6dc57e251a4 "xfs, dax: introduce xfs_break_dax_layouts()"'],
    tag: 'seen',
    status: { kind: 'modelled', where: ['src/kernel/fs/layout_break.ts'] },
  },
  {
    id: 'K34',
    title: 'The break covers the whole file',
    text:
      'ext4 and XFS break the layout of the entire file in E1 and E2 alike; only virtiofs names a part of it. ' +
      'Punching page 10 thus waits for a pin of page 500, and each round takes away all mappings again, mirrors ' +
      'of untouched pages included.',
    sources: [
      'fs/ext4/inode.c:ext4_break_layouts (6.1)',
      'fs/xfs/xfs_file.c:xfs_break_dax_layouts (6.1)',
      'include/linux/dax.h:dax_break_layout_inode (7.2)',
    ],
    tag: 'seen',
    status: {
      kind: 'modelled',
      where: [
        'src/kernel/fs/layout_break.ts',
        'src/kernel/fs/dax.ts',
        'src/kernel/fs/ext4.ts',
        'src/kernel/fs/xfs.ts',
      ],
      without: ['other_filesystems', 'later_kernels'],
    },
  },
  {
    id: 'K35',
    title: 'One page per round, and no bound on rounds',
    text:
      'The break waits for a single page and then begins anew. With P pages held by independent holders and no ' +
      'new pin it takes at most P rounds; faults admitted between rounds can pin again, for I/O on some other ' +
      "file that this inode's IOLOCK does not hold back, and then there is no limit.",
    sources: ['from K31, K32 and K33', 'a real kernel: src/witness disputed_facts (6.1.192, 6.12.117)'],
    tag: 'seen',
    status: {
      kind: 'modelled',
      where: ['src/kernel/fs/layout_break.ts', 'src/kernel/fs/dax.ts'],
      shownBy: ['src/check/worst/worst.test.ts'],
    },
  },
  {
    id: 'K36',
    title: 'Fast GUP cannot slip past the break',
    text:
      'The break clears PTEs and only then looks at counts; fast GUP raises the count and only then looks at the ' +
      'PTE again. One of the two must notice the other: either the break sees the page busy, or fast GUP undoes ' +
      'its count and goes the slow way, whose fault blocks on invalidate_lock.',
    sources: ['fs/dax.c:dax_layout_busy_page_range (6.1), comment', 'mm/gup.c:gup_pte_range (6.1)'],
    tag: 'seen',
    status: {
      kind: 'modelled',
      where: ['src/kernel/mm/gup.ts', 'src/kernel/fs/dax.ts'],
      shownBy: ['src/kernel/mm/gup.test.ts'],
    },
  },
  {
    id: 'K37',
    title: 'E2: dax_break_layout',
    text:
      'It differs from E1 in four ways. Unmapped files are scanned too; busy has the meaning of K11; when it ' +
      'succeeds it deletes all DAX entries of the range, dirty ones as well; and without a callback it does not ' +
      'wait but returns -ERESTARTSYS on meeting a busy page. ext4 and XFS pass the whole file.',
    sources: ['fs/dax.c:dax_break_layout (7.2)'],
    tag: 'seen',
    status: notModelled('later_kernels'),
  },
  {
    id: 'K38',
    title: 'E2: eviction waits for pins',
    text:
      'Eviction begins with dax_break_layout_final on ext4, XFS, fuse and erofs. It sleeps uninterruptibly ' +
      'without letting go of a lock until pages are idle, then removes all entries.',
    sources: [
      'fs/dax.c:dax_break_layout_final (7.2)',
      'fs/ext4/inode.c:ext4_evict_inode (7.2)',
      'fs/xfs/xfs_super.c (7.2)',
      'commit 0e2f80afcfa6',
    ],
    tag: 'seen',
    status: notModelled('later_kernels'),
  },
  {
    id: 'K39',
    title: 'E2: the break may drop DIRTY marks of other pages',
    text:
      'As entries of the whole file go, so do the DIRTY marks of pages that the truncate does not touch, and the ' +
      'next fsync would find nothing to flush there. Where CPU caches do not survive a power cut, that would lose ' +
      'data a later fsync vouched for. No write-back ahead of the break was found on the truncate path of 7.2, ' +
      'and ext4 collapse and insert write back only behind it.',
    sources: ['fs/dax.c:dax_break_layout (7.2)', 'fs/ext4/extents.c (7.2)'],
    tag: 'derived',
    caveat: 'A candidate for review, not a known bug.',
    status: notModelled('later_kernels'),
  },
];

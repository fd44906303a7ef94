/** K49 to K63: truncate, fallocate, reflink and eviction, on ext4 and XFS. */
import type { Fact } from './fact.ts';

export const BLOCK_REMOVAL_FACTS: readonly Fact[] = [
  {
    id: 'K49',
    title: 'ext4: truncate to a smaller size',
    text:
      'The VFS has taken i_rwsem exclusive; direct I/O is drained, invalidate_lock taken exclusive, and the ' +
      'layout broken (K31), where only invalidate_lock is ever let go. A journalled step then puts the inode on ' +
      'the orphan list and sets i_disksize and i_size; truncate_pagecache unmaps everything beyond, private ' +
      'copies too, deletes entries (waiting for locked ones) and unmaps once more; ext4_truncate zeroes the tail ' +
      'of the last block and frees extents under i_data_sem. A signal in the break fails the call with nothing ' +
      'done.',
    sources: [
      'fs/ext4/inode.c:ext4_setattr (6.1)',
      'fs/ext4/inode.c:ext4_truncate (6.1)',
      'mm/truncate.c:truncate_pagecache (6.1)',
    ],
    tag: 'seen',
    status: {
      kind: 'modelled',
      where: ['src/kernel/fs/ext4.ts', 'src/kernel/fs/truncate.ts'],
      without: ['journal_internals'],
    },
  },
  {
    id: 'K50',
    title: 'ext4: growing a file waits for pins too',
    text:
      'The break stands outside the test for shrinking, so truncating upwards, or to the size the file already ' +
      'has, goes through it like any other. Growing sets the sizes and frees nothing; an equal size also trims ' +
      'preallocated blocks.',
    sources: ['fs/ext4/inode.c:ext4_setattr (6.1)'],
    tag: 'seen',
    status: { kind: 'modelled', where: ['src/kernel/fs/ext4.ts', 'src/kernel/fs/truncate.ts'] },
  },
  {
    id: 'K51',
    title: 'XFS: truncate in either direction',
    text:
      'With the IOLOCK exclusive, XFS takes the MMAPLOCK exclusive and breaks layouts for unmapping: first the ' +
      'page wait, then the lease break, which can release both locks and send it through the page wait again. It ' +
      'drains direct I/O and zeroes past the old end (growing) or flushes and zeroes the tail block (shrinking). ' +
      'truncate_setsize changes i_size, unmaps and deletes entries; a transaction logs the size before extents ' +
      'are freed.',
    sources: ['fs/xfs/xfs_iops.c:xfs_vn_setattr (6.1)', 'fs/xfs/xfs_iops.c:xfs_setattr_size (6.1)'],
    tag: 'seen',
    status: {
      kind: 'modelled',
      where: ['src/kernel/fs/xfs.ts', 'src/kernel/fs/truncate.ts', 'src/kernel/release/rules.ts'],
      without: ['leases', 'journal_internals'],
    },
  },
  {
    id: 'K52',
    title: 'ext4 6.1: PUNCH_HOLE',
    text:
      'Dirty data of the range is written back before any lock is taken. Then i_rwsem exclusive, the drain of ' +
      'direct I/O, invalidate_lock exclusive and the break; the page range is unmapped once without touching ' +
      'private copies, and its entries deleted. Last, in a transaction, partial blocks at the edges are zeroed ' +
      'and the extents removed under i_data_sem.',
    sources: ['fs/ext4/inode.c:ext4_punch_hole (6.1)'],
    tag: 'seen',
    status: {
      kind: 'modelled',
      where: ['src/kernel/fs/ext4.ts', 'src/kernel/release/rules.ts'],
      without: ['journal_internals'],
    },
  },
  {
    id: 'K53',
    title: 'ext4: ZERO_RANGE keeps the blocks',
    text:
      'The edges are preallocated; for the whole blocks inside, ext4 takes invalidate_lock, breaks, drops the ' +
      'pages, turns the extents UNWRITTEN where they are, unlocks, and zeroes the edges. As the file goes on ' +
      'owning the blocks, a stale write of a device vanishes behind zeros and reaches nobody else.',
    sources: [
      'fs/ext4/extents.c:ext4_zero_range (6.1)',
      'a real kernel: src/witness disputed_facts (6.1.192, 6.12.117)',
    ],
    tag: 'seen',
    status: { kind: 'modelled', where: ['src/kernel/fs/ext4.ts'] },
  },
  {
    id: 'K54',
    title: 'ext4: COLLAPSE_RANGE',
    text:
      'Under i_rwsem, with direct I/O drained, invalidate_lock held and the layout broken, ext4 writes back the ' +
      'partial page ahead of the offset and all data behind the range, drops the cache from the offset (rounded ' +
      'to a page) to the end, and then under i_data_sem removes the extents, moves later ones to the left and ' +
      'lowers i_size. A translation of offset X left over from before shows what now lives at X-len.',
    sources: [
      'fs/ext4/extents.c:ext4_collapse_range (6.1)',
      'a real kernel: src/witness disputed_facts (6.1.192, 6.12.117)',
    ],
    tag: 'seen',
    status: {
      kind: 'modelled',
      where: ['src/kernel/fs/ext4.ts'],
      without: ['journal_internals'],
    },
  },
  {
    id: 'K55',
    title: 'ext4: INSERT_RANGE',
    text:
      'It begins as collapse does, writes back and drops the cache from the offset to the end, raises i_size, ' +
      'splits the extent at the offset and moves what follows to the right.',
    sources: ['fs/ext4/extents.c:ext4_insert_range (6.1)'],
    tag: 'seen',
    status: {
      kind: 'modelled',
      where: ['src/kernel/fs/ext4.ts'],
      without: ['journal_internals'],
    },
  },
  {
    id: 'K56',
    title: 'Preallocation: ext4 does not break, XFS does',
    text:
      'Plain fallocate makes no break on ext4. XFS breaks layouts for unmapping at the start of all fallocate ' +
      'modes, this one too.',
    sources: ['fs/ext4/extents.c:ext4_fallocate (6.1)', 'fs/xfs/xfs_file.c:xfs_file_fallocate (6.1 and 7.2)'],
    tag: 'seen',
    status: {
      kind: 'modelled',
      where: ['src/kernel/fs/ext4.ts', 'src/kernel/fs/xfs.ts'],
    },
  },
  {
    id: 'K57',
    title: 'XFS: the fallocate modes',
    text:
      'All modes take IOLOCK and MMAPLOCK exclusive, break for unmapping and drain direct I/O; punch, zero and ' +
      'collapse then flush and drop the range rounded to allocation units. Punch unmaps extents and zeroes the ' +
      'edges. Zero punches and allocates other blocks, so unlike on ext4 the old ones are freed. Collapse and ' +
      'insert flush and unmap from the offset to the end, cancel pending copy-on-write and shift extents, insert ' +
      'changing the size beforehand; unshare is K61.',
    sources: [
      'fs/xfs/xfs_file.c:xfs_file_fallocate (6.1)',
      'fs/xfs/xfs_bmap_util.c:xfs_free_file_space (6.1)',
      'fs/xfs/xfs_bmap_util.c:xfs_prepare_shift (6.1)',
    ],
    tag: 'seen',
    status: {
      kind: 'modelled',
      where: ['src/kernel/fs/xfs.ts', 'src/kernel/fs/xfs_unshare.ts'],
      without: ['journal_internals'],
    },
  },
  {
    id: 'K58',
    title: 'ext4 7.2: one prologue for all range modes',
    text:
      'In 7.2 ext4_fallocate itself takes i_rwsem, drains direct I/O, takes invalidate_lock and breaks once, on ' +
      'behalf of every mode that works on a range.',
    sources: ['fs/ext4/extents.c:ext4_fallocate (7.2)'],
    tag: 'seen',
    status: {
      kind: 'modelled',
      where: ['src/kernel/fs/ext4.ts', 'src/kernel/release/rules.ts'],
      shownBy: ['src/kernel/release/releases.test.ts'],
    },
  },
  {
    id: 'K59',
    title: 'XFS: reflink and dedupe of two DAX files',
    text:
      'Leases of both inodes are broken without locks, then both IOLOCKs are taken by address with a recheck that ' +
      'does not block. The MMAPLOCK of the lower inode number comes first and its busy pages are slept for; if ' +
      'the other inode has one, both are unlocked and the loop restarts at once, never sleeping or looking for ' +
      'signals, so it spins with the IOLOCKs held as long as the pin lives. Dedupe compares bytes, the ' +
      "destination is flushed and unmapped, and blocks are remapped with the source's locks demoted to shared; a " +
      'DAX file and a non-DAX file together give EINVAL.',
    sources: [
      'fs/xfs/xfs_inode.c:xfs_mmaplock_two_inodes_and_break_dax_layout (6.1 and 7.2)',
      'fs/xfs/xfs_reflink.c:xfs_reflink_remap_prep (6.1)',
    ],
    tag: 'seen',
    status: {
      kind: 'modelled',
      where: ['src/kernel/fs/xfs_reflink.ts', 'src/kernel/fs/remap_range.ts'],
      without: ['leases'],
      shownBy: ['src/kernel/fs/xfs_reflink.test.ts'],
    },
  },
  {
    id: 'K60',
    title: 'XFS: copy on write of a shared block does not break',
    text:
      'A write fault or write(2) to a SHARED extent allocates a block, unmaps the page (fault), points the entry ' +
      'at the new pfn, copies the old contents and maps it writable; iomap_end moves the file offset over. There ' +
      'is no break: a read pin of the old block reads old data, and if the other owner frees that block with no ' +
      'DAX entry of its own for it, nothing finds the pin. In 6.1 write(2) leaves mappings with the old block: ' +
      'reads there show it until the page is mapped anew, and a store faults again without end; 6.12 drops them.',
    sources: [
      'fs/dax.c:dax_insert_entry, dax_iomap_iter (6.1), cow case',
      'fs/xfs/xfs_iomap.c:xfs_direct_write_iomap_begin, xfs_bmbt_to_iomap, xfs_dax_write_iomap_end (6.1)',
      'fs/xfs/libxfs/xfs_bmap.c:xfs_bmapi_finish (6.1): a block for the copy logs the inode',
      'fs/dax.c:dax_iomap_iter, __dax_clear_dirty_range (6.12)',
      'mm/memory.c:insert_pfn (6.1)',
      'a real kernel: src/witness disputed_facts (6.1.192, 6.12.117)',
    ],
    tag: 'seen',
    caveat:
      'A MAP_SYNC store commits if its copy takes a block, and not if XFS had set one aside (cowextsize), which the model ' +
      'does not do by itself. The model ends the endless fault with SIGBUS, and takes the ' +
      'promise of an fsync back when a fault copies its page, since the copy is not flushed.',
    status: {
      kind: 'modelled',
      where: ['src/kernel/fs/cow_fault.ts', 'src/kernel/fs/cow.ts', 'src/kernel/fs/read_write.ts'],
      without: ['cow_order'],
      shownBy: ['src/kernel/fs/xfs_reflink.test.ts'],
    },
  },
  {
    id: 'K61',
    title: 'XFS: UNSHARE',
    text:
      'After the break, holding IOLOCK and MMAPLOCK, it invalidates the range, copies each shared block to one of ' +
      'its own and switches the mapping over. Dirty entries survive the invalidation, and in 6.1 a read fault makes ' +
      'them dirty (K41), so that an entry can stay with the old block.',
    sources: ['fs/dax.c:dax_unshare_iter (6.1)', 'fs/xfs/xfs_reflink.c:xfs_reflink_unshare (6.1)'],
    tag: 'seen',
    status: {
      kind: 'modelled',
      where: ['src/kernel/fs/xfs_unshare.ts', 'src/kernel/fs/cow.ts'],
      shownBy: ['src/kernel/fs/xfs_reflink.test.ts'],
    },
  },
  {
    id: 'K62',
    title: 'E1: eviction does not wait for pins',
    text:
      'After the last iput, evict truncates the mapping: every entry is deleted, with a mere WARN if its page has ' +
      'refcount above 1, and the blocks are freed. A pin that survives all mappings and descriptors, such as one ' +
      'of a page that vmsplice put into a pipe, then refers to blocks that can be reused. E2 waits (K38).',
    sources: [
      'fs/ext4/inode.c:ext4_evict_inode (6.1)',
      'fs/dax.c:dax_delete_mapping_entry, dax_disassociate_entry (6.1)',
      'a real kernel: src/witness disputed_facts (6.1.192, 6.12.117)',
    ],
    tag: 'seen',
    status: { kind: 'modelled', where: ['src/kernel/fs/evict.ts'] },
  },
  {
    id: 'K63',
    title: 'E1: no mapping left, no wait',
    text:
      'The break returns early if no VMA maps the file (K31), and so misses a page that is still pinned though ' +
      'unmapped. 6.1 and 6.12 behave so; cee91fa13a8e ended it, and 7.2 has no such test.',
    sources: [
      'fs/dax.c:dax_layout_busy_page_range (6.1, 6.12, 7.2)',
      'commit cee91fa13a8e "fs/dax: return unmapped busy pages from dax_layout_busy_page_range()"',
      'a real kernel: src/witness disputed_facts (6.1.192, 6.12.117)',
    ],
    tag: 'unverified',
    caveat: 'That the fix is in 6.15 is from memory.',
    status: {
      kind: 'modelled',
      where: ['src/kernel/fs/dax.ts', 'src/kernel/release/rules.ts'],
      without: ['later_kernels'],
    },
  },
];

/** K16 to K28: filesystem, device and driver: what they hold and which locks guard it. */
import type { Fact } from './fact.ts';
import { notModelled } from './left_out.ts';

export const STORAGE_ENTITY_FACTS: readonly Fact[] = [
  {
    id: 'K16',
    title: 'Four states of a file page in the block map',
    text:
      'A page of a file is a HOLE, UNWRITTEN (a block is allocated but reads give zeros), MAPPED, or MAPPED and ' +
      'SHARED (by reflink on XFS). Reading either of the first two by a fault gives the shared zero page; after a ' +
      'write fault the page has to be MAPPED.',
    sources: ['fs/dax.c:dax_fault_iter (6.1)'],
    tag: 'seen',
    status: {
      kind: 'modelled',
      where: ['src/kernel/fs/extent.ts', 'src/kernel/fs/block_owner.ts', 'src/kernel/fs/dax_fault.ts'],
    },
  },
  {
    id: 'K17',
    title: 'A freed block is not at once a reusable block',
    text:
      'ext4 hands freed data blocks to its allocator when the transaction that freed them commits, and XFS has ' +
      'them in its list of busy extents as long as its log is not stable. One commit event between *freed* and ' +
      '*reusable* captures both.',
    sources: [
      'fs/ext4/super.c, journal commit callback calling ext4_process_freed_data (6.1)',
      'fs/xfs/xfs_extent_busy.c:xfs_extent_busy_insert, xfs_extent_busy_trim (6.1)',
    ],
    tag: 'unverified',
    caveat: 'The functions were seen to exist; the details of the delay are from memory.',
    status: {
      kind: 'modelled',
      where: ['src/kernel/fs/journal.ts', 'src/kernel/fs/extent.ts', 'src/kernel/fs/writeback.ts'],
      without: ['journal_internals'],
    },
  },
  {
    id: 'K18',
    title: 'The three inode-side locks',
    text:
      'First i_rwsem (the IOLOCK of XFS): exclusive for truncate, fallocate, reflink and, on DAX, write(2); ' +
      'shared for read(2) on DAX. Second mapping->invalidate_lock, which is the MMAPLOCK of XFS: shared for DAX ' +
      'faults, exclusive for whatever takes away or moves blocks. Last the lock of the block map, i_data_sem in ' +
      'ext4 and ILOCK in XFS.',
    sources: [
      'fs/ext4/file.c:ext4_dax_read_iter, ext4_dax_write_iter (6.1)',
      'fs/ext4/file.c:ext4_dax_huge_fault (6.1)',
      'fs/xfs/xfs_file.c:xfs_file_dax_write, __xfs_filemap_fault (6.1)',
    ],
    tag: 'unverified',
    caveat: 'That invalidate_lock became a VFS lock in 5.15 is from memory.',
    status: {
      kind: 'modelled',
      where: [
        'src/kernel/fs/ext4.ts',
        'src/kernel/fs/xfs.ts',
        'src/kernel/fs/huge_fault.ts',
        'src/kernel/fs/read_write.ts',
        'src/kernel/fs/xfs_reflink.ts',
      ],
    },
  },
  {
    id: 'K19',
    title: 'The order in which locks are taken',
    text:
      'The outer chain runs from i_rwsem to mmap_lock (a write whose user buffer faults), freeze protection, ' +
      'invalidate_lock, the journal handle on ext4, the DAX entry lock and then the block map. From a locked ' +
      'entry a second chain goes over i_mmap_rwsem and the notifier callbacks to the page table lock and i_pages.',
    sources: [
      'mm/filemap.c (6.1), lock ordering comment',
      'fs/xfs/xfs_file.c (6.1), locking comment',
      'fs/ext4/file.c:ext4_dax_huge_fault (6.1)',
      'fs/dax.c:dax_insert_entry (6.1)',
    ],
    tag: 'seen',
    status: {
      kind: 'modelled',
      where: [
        'src/kernel/fs/ext4.ts',
        'src/kernel/fs/xfs.ts',
        'src/kernel/fs/huge_fault.ts',
        'src/kernel/fs/dax_fault.ts',
        'src/kernel/mm/rmap.ts',
      ],
      without: ['user_buffers'],
      shownBy: ['src/kernel/lock_order.test.ts'],
    },
  },
  {
    id: 'K20',
    title: 'A frozen filesystem stops write faults of a device too',
    text:
      "A write fault takes freeze protection (sb_start_pagefault) ahead of invalidate_lock. A device's write " +
      'fault therefore waits on a frozen filesystem just like one of the CPU.',
    sources: ['fs/ext4/file.c:ext4_dax_huge_fault (6.1)', 'fs/xfs/xfs_file.c:__xfs_filemap_fault (6.1)'],
    tag: 'seen',
    status: {
      kind: 'modelled',
      where: ['src/kernel/fs/super.ts', 'src/kernel/fs/freeze.ts', 'src/kernel/fs/huge_fault.ts'],
      fault: 'freeze_keeps_pages_writable',
      shownBy: ['src/kernel/fs/freeze.test.ts'],
    },
  },
  {
    id: 'K21',
    title: 'Layout leases are not the DAX page wait',
    text:
      'An FL_LAYOUT lease (pNFS) and the wait for busy DAX pages are separate things. XFS breaks leases for ' +
      'writes (BREAK_WRITE) and for removals (BREAK_UNMAP), but waits for pages only in the second case; while it ' +
      'waits for a lease it gives up every inode lock and starts over. ext4 breaks no lease here.',
    sources: [
      'fs/xfs/xfs_file.c:xfs_break_layouts (6.1)',
      'fs/xfs/xfs_pnfs.c:xfs_break_leased_layouts (6.1)',
      'fs/xfs/xfs_file.c:xfs_file_write_checks (6.1)',
    ],
    tag: 'seen',
    status: notModelled('leases'),
  },
  {
    id: 'K22',
    title: 'write(2) to a DAX file does not wait for pins',
    text:
      'A write(2) or pwrite has no page wait: ext4 makes no break call there and XFS asks for BREAK_WRITE only. ' +
      'It can still queue for i_rwsem behind an operation that does wait.',
    sources: ['fs/ext4/file.c:ext4_dax_write_iter (6.1)', 'fs/xfs/xfs_file.c:xfs_file_write_checks (6.1)'],
    tag: 'seen',
    status: { kind: 'modelled', where: ['src/kernel/fs/read_write.ts'] },
  },
  {
    id: 'K23',
    title: 'A pgmap reference is held for the walk, not for the pin',
    text:
      'A dev_pagemap stands for the memory range behind ZONE_DEVICE pages and has a percpu reference count. In E1 ' +
      'GUP holds a reference to it only while walking: the pin afterwards is a page reference and no more, and a ' +
      'pgmap that is going away makes GUP see no page. Since 5.7 HMM takes none at all and relies on the ' +
      'notifier.',
    sources: [
      'mm/gup.c:follow_page_pte (6.1)',
      'mm/gup.c:__get_user_pages (6.1), its end',
      'mm/gup.c:gup_pte_range (6.1)',
      'mail: "mm/hmm: remove pgmap checking for devmap pages", March 2020',
    ],
    tag: 'seen',
    status: notModelled('unbind'),
  },
  {
    id: 'K24',
    title: 'The kinds of device memory map',
    text:
      "A pgmap is PRIVATE (out of the CPU's reach), COHERENT, FS_DAX, GENERIC (device-dax) or PCI_P2PDMA. " +
      'Migration can only go to the first two.',
    sources: ['mm/memremap.c (6.1)', 'mm/migrate_device.c (6.1)'],
    tag: 'unverified',
    caveat: 'The P2PDMA kind was not read again.',
    status: notModelled('device_memory'),
  },
  {
    id: 'K25',
    title: 'A dax_device can die',
    text:
      'The dax_device has an alive flag under SRCU. After it is cleared, direct access, flush, zero and copy give ' +
      'an error or 0.',
    sources: ['drivers/dax/super.c:dax_direct_access (6.1)', 'drivers/dax/super.c:kill_dax (6.1)'],
    tag: 'seen',
    status: notModelled('unbind'),
  },
  {
    id: 'K26',
    title: 'What a mirror keeps and what a pin keeps',
    text:
      'A mirror keeps device entries from a virtual page to a pfn with rights, one invalidate_seq for each ' +
      'notifier, and a driver lock; it has no reference to any page. A pin keeps the page, the rights and a ' +
      'count, and once made no longer depends on any address.',
    sources: [
      'Documentation/mm/hmm.rst',
      'drivers/infiniband/core/umem.c:ib_umem_get (6.1)',
      'drivers/infiniband/core/umem_odp.c (6.1)',
    ],
    tag: 'seen',
    status: {
      kind: 'modelled',
      where: ['src/drivers/hmm_mirror.ts', 'src/drivers/gup.ts', 'src/drivers/device.ts'],
    },
  },
  {
    id: 'K27',
    title: 'Four places in which data is known to be dirty',
    text:
      'Dirtiness sits in the dirty bit of the page table, the DIRTY mark of the DAX entry, the CPU caches as ' +
      'against the medium, and write-back buffers of the device (taken as coherent). The dirty flag of the folio ' +
      'says nothing on fsdax.',
    sources: ['fs/dax.c:dax_writeback_one (6.1)'],
    tag: 'unverified',
    caveat: 'That the DAX address space operations have a no-op dirty_folio is from memory.',
    status: {
      kind: 'modelled',
      where: [
        'src/kernel/mm/pgtable.ts',
        'src/kernel/fs/dax.ts',
        'src/kernel/fs/writeback.ts',
        'src/drivers/device.ts',
      ],
      without: ['cpu_cache'],
    },
  },
  {
    id: 'K28',
    title: 'Device accesses are taken as cache coherent',
    text:
      'What the device reads and writes is assumed coherent with the CPU. For that reason MAP_SYNC asks nothing ' +
      'extra of a mirror.',
    sources: ['mail: Glisse, 2019-01-29, quoted in the reply of Williams that day'],
    tag: 'seen',
    status: {
      kind: 'modelled',
      where: ['src/drivers/device.ts', 'src/kernel/fs/sync_fault.ts'],
      without: ['cpu_cache'],
      shownBy: ['src/kernel/fs/sync_fault.test.ts'],
    },
  },
];

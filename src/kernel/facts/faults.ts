/** K40 to K48: page faults on DAX. */
import type { Fact } from './fact.ts';

export const FAULT_FACTS: readonly Fact[] = [
  {
    id: 'K40',
    title: 'DAX read fault of one page',
    text:
      'With mmap_lock and invalidate_lock shared (XFS takes it exclusive while a reflink remap of the inode ' +
      'runs), the fault gives SIGBUS at or past i_size, then locks or creates the entry, where it may sleep, and ' +
      'retries if a huge PMD turned up. The block map is looked up under its lock, shared. A hole or unwritten ' +
      'block makes the entry ZERO and maps the zero page; a mapped one sets entry and PTE to the block, ' +
      'read-only, a bad block being an error. The entry is unlocked waking one sleeper, and the locks follow.',
    sources: [
      'fs/dax.c:dax_iomap_pte_fault (6.1)',
      'fs/dax.c:dax_fault_iter (6.1)',
      'fs/ext4/file.c:ext4_dax_huge_fault (6.1)',
      'fs/xfs/xfs_file.c:xfs_ilock_for_write_fault (6.1)',
    ],
    tag: 'seen',
    status: {
      kind: 'modelled',
      where: ['src/kernel/fs/huge_fault.ts', 'src/kernel/fs/dax_fault.ts', 'src/kernel/mm/memory.ts'],
    },
  },
  {
    id: 'K41',
    title: '6.1: a read fault makes the entry dirty as well',
    text:
      'In 6.1 a read fault also sets DIRTY, because the rule is *not a MAP_SYNC write*; later kernels set it for ' +
      'writes alone. The early form merely flushes more than needed.',
    sources: ['fs/dax.c:dax_insert_entry (6.1)', 'fs/dax.c:dax_insert_entry (7.2)'],
    tag: 'seen',
    status: {
      kind: 'modelled',
      where: ['src/kernel/release/rules.ts', 'src/kernel/fs/dax_fault.ts'],
    },
  },
  {
    id: 'K42',
    title: 'DAX write fault on a shared mapping',
    text:
      'In order: freeze protection, mtime, invalidate_lock shared, on ext4 a journal handle (ENOSPC may lead to a ' +
      'retry), the entry lock, and a block lookup that allocates, zeroes and converts before it returns. An entry ' +
      'that was ZERO has its pages unmapped while still locked; it then names the block, gets DIRTY, and the ' +
      'writable PTE goes in (copy on write of shared extents: K60). MAP_SYNC with dirty metadata instead runs an ' +
      'fsync of the range, invalidate_lock still shared, and only afterwards finds the entry again, marks it and ' +
      'maps it writable.',
    sources: [
      'fs/dax.c:dax_iomap_pte_fault, dax_fault_iter (6.1)',
      'fs/dax.c:dax_finish_sync_fault (6.1)',
      'fs/ext4/file.c:ext4_dax_huge_fault (6.1)',
    ],
    tag: 'seen',
    status: {
      kind: 'modelled',
      where: ['src/kernel/fs/huge_fault.ts', 'src/kernel/fs/dax_fault.ts', 'src/kernel/fs/sync_fault.ts'],
      without: ['attributes'],
      fault: 'a MAP_SYNC fault writes pages back and does not commit the block map',
      shownBy: ['src/kernel/fs/sync_fault.test.ts'],
    },
  },
  {
    id: 'K43',
    title: 'A mirror is told when a hole gets a block, a pin is not',
    text:
      "A mirror of a hole has the zero page read-only and is invalidated before the CPU's first write there " +
      'completes. A read pin taken on the hole is a pin of the zero page: nothing tells its holder, who goes on ' +
      'reading zeros when the block is long there.',
    sources: [
      'fs/dax.c:dax_insert_entry (6.1)',
      'fs/dax.c:dax_fault_iter (6.1)',
      'a real kernel: src/witness disputed_facts (6.1.192, 6.12.117)',
    ],
    tag: 'seen',
    status: {
      kind: 'modelled',
      where: ['src/kernel/fs/dax_fault.ts', 'src/drivers/hmm_mirror.ts', 'src/drivers/gup.ts'],
    },
  },
  {
    id: 'K44',
    title: 'write(2) into a hole unmaps and drops clean entries',
    text:
      'A write(2) that puts blocks into a hole invalidates the new range (invalidate_inode_pages2_range). Mappings ' +
      'and clean DAX entries go; dirty entries stay. In 6.1 the copy of a shared block does not do this ' +
      '(IOMAP_F_SHARED comes without IOMAP_F_NEW); later kernels clear dirty marks and invalidate then too.',
    sources: ['fs/dax.c:dax_iomap_iter (6.1, 6.12)', 'fs/dax.c:__dax_invalidate_entry (6.1), trunc=false'],
    tag: 'seen',
    status: {
      kind: 'modelled',
      where: ['src/kernel/fs/read_write.ts', 'src/kernel/fs/dax.ts'],
    },
  },
  {
    id: 'K45',
    title: 'When a fault can map 2 MiB',
    text:
      'A PMD fault works like a PTE fault, given that file offset and address agree modulo 2 MiB, the PMD fits ' +
      'into both VMA and file, the access is no private write, the extent is contiguous and aligned, and no PTE ' +
      'entry lies there. If not, it falls back to a PTE fault, and a huge PMD that is in the way is split, which ' +
      'notifies CLEAR.',
    sources: ['fs/dax.c:dax_iomap_pmd_fault (6.1)', 'fs/dax.c:dax_fault_check_fallback (6.1)'],
    tag: 'seen',
    status: {
      kind: 'modelled',
      where: ['src/kernel/fs/dax_pmd_fault.ts', 'src/kernel/mm/huge_memory.ts', 'src/kernel/mm/memory.ts'],
      fault: 'a huge page is split without a notification of its own',
      shownBy: ['src/kernel/mm/huge_memory.test.ts'],
    },
  },
  {
    id: 'K46',
    title: 'Write fault on a private mapping',
    text:
      'Under the entry lock an anonymous page is allocated, filled from the DAX page (with zeros for a hole) and ' +
      'mapped. Block map and file contents do not change and the entry can remain. A later truncate removes the ' +
      'copy (even_cows=1); hole punching does not, and since 5.3 neither does a layout break.',
    sources: [
      'fs/dax.c:dax_fault_cow_page (6.1)',
      'mm/truncate.c:truncate_pagecache, truncate_pagecache_range (6.1)',
      'commit d75996dd022b',
    ],
    tag: 'seen',
    status: {
      kind: 'modelled',
      where: ['src/kernel/fs/dax_fault.ts', 'src/kernel/fs/truncate.ts', 'src/kernel/mm/memory_cow.ts'],
      shownBy: ['src/kernel/mm/memory_cow.test.ts'],
    },
  },
  {
    id: 'K47',
    title: 'DAX faults never give mmap_lock back to wait',
    text:
      'A DAX fault does not honour the request to retry without mmap_lock and sleeps with it held shared. Waiting ' +
      'for invalidate_lock or an entry can hence stop the whole address space (K2).',
    sources: ['fs/dax.c:grab_mapping_entry (6.1), comment'],
    tag: 'seen',
    status: {
      kind: 'modelled',
      where: ['src/kernel/fs/huge_fault.ts', 'src/kernel/fs/dax_fault.ts', 'src/kernel/mm/memory.ts'],
      shownBy: ['src/kernel/mm/memory.test.ts'],
    },
  },
  {
    id: 'K48',
    title: 'No signal ends a wait in the fault path',
    text: 'Neither the wait for an entry lock nor the one for invalidate_lock inside a fault can be interrupted.',
    sources: [
      'fs/dax.c:get_unlocked_entry (6.1), TASK_UNINTERRUPTIBLE',
      'kernel/locking/rwsem.c:down_read (6.1)',
    ],
    tag: 'seen',
    status: {
      kind: 'modelled',
      where: ['src/kernel/fs/huge_fault.ts', 'src/kernel/fs/dax_fault.ts', 'src/kernel/fs/dax.ts'],
      shownBy: ['src/kernel/mm/memory.test.ts', 'src/kernel/fs/dax.test.ts'],
    },
  },
];

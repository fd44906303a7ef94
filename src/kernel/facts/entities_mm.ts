/** K1 to K15: address spaces, page counts and DAX entries: what they are and which states they have. */
import type { Fact } from './fact.ts';
import { notModelled } from './left_out.ts';

export const MM_ENTITY_FACTS: readonly Fact[] = [
  {
    id: 'K1',
    title: 'An mm has users and a count; mirrors need both',
    text:
      'An mm stays usable while it has *users* and stays allocated while it has a *count*. Registering a notifier ' +
      'needs a live user and keeps a count; whoever later works through a mirror must first win a user reference ' +
      '(mmget_not_zero), and losing means that the process is gone. A driver that faults takes that reference for ' +
      'each operation.',
    sources: [
      'mm/mmu_notifier.c:__mmu_notifier_register (6.1)',
      'mm/mmu_notifier.c:__mmu_interval_notifier_insert (6.1)',
      'drivers/infiniband/core/umem_odp.c:ib_umem_odp_map_dma_and_lock (6.1)',
    ],
    tag: 'seen',
    status: {
      kind: 'modelled',
      where: [
        'src/kernel/mm/sched_mm.ts',
        'src/kernel/mm/exit_mmap.ts',
        'src/kernel/mm/mmu_notifier.ts',
        'src/drivers/hmm_mirror.ts',
      ],
      shownBy: ['src/kernel/mm/exit_mmap.test.ts', 'src/kernel/mm/mmu_notifier_list.test.ts'],
    },
  },
  {
    id: 'K2',
    title: 'mmap_lock: who reads, who writes, and the queued writer',
    text:
      'mmap_lock is an rwsem whose takers may sleep. Faults, slow GUP and HMM take it shared; mmap, munmap, ' +
      'mremap, mprotect, fork (of the parent) and the first notifier registration take it exclusive. Readers that ' +
      'arrive after a queued writer wait behind it, so a single reader that gets stuck first stops mmap and then ' +
      'every later fault of the process.',
    sources: [
      'mm/mmu_notifier.c:__mmu_notifier_register (6.1), for mm_take_all_locks',
      'kernel/locking/rwsem.c',
    ],
    tag: 'unverified',
    caveat:
      'The fairness of the rwsem was written from memory; K225 later saw the hand-off to waiting writers in the ' +
      'source.',
    status: {
      kind: 'modelled',
      where: ['src/machine/lock.ts', 'src/kernel/mm/mmap.ts', 'src/kernel/mm/memory.ts'],
      shownBy: ['src/kernel/mm/mmap.test.ts'],
    },
  },
  {
    id: 'K3',
    title: 'What a VMA has to carry',
    text:
      'A VMA holds its address range, the file and page offset it shows, shared or private, read and write ' +
      'permission, whether it is fsdax, whether it is MAP_SYNC (VM_SYNC), and whether it is VM_IO or VM_PFNMAP. ' +
      'Since 4.19 a DAX VMA has neither VM_MIXEDMAP nor VM_PFNMAP, which is why GUP and HMM treat it like any ' +
      'other.',
    sources: [
      'fs/ext4/file.c:ext4_file_mmap (6.1)',
      'fs/xfs/xfs_file.c:xfs_file_mmap (6.1)',
      'commit e1fb4a086495',
    ],
    tag: 'seen',
    status: { kind: 'modelled', where: ['src/kernel/mm/vma.ts'] },
  },
  {
    id: 'K4',
    title: 'States of a page table entry',
    text:
      'A PTE is empty, present read-only or present read-write (with a dirty bit, and until 6.17 a devmap mark on ' +
      'fsdax), the zero page, or a swap-type entry: swapped, migration, device-private, device-exclusive, ' +
      'hwpoison or marker. A PMD is empty, a table, huge read-only, huge read-write, or a migration entry. A huge ' +
      'PMD on DAX maps either storage or the huge zero page.',
    sources: [
      'mm/hmm.c:hmm_vma_handle_pte (6.1)',
      'mm/hmm.c:hmm_vma_walk_pmd (6.1)',
      'fs/dax.c:dax_pmd_load_hole (6.1)',
      'commit d438d2734170 "mm: remove devmap related functions and page table bits"',
    ],
    tag: 'unverified',
    caveat: 'That the devmap bit went in 6.17 is from memory; that it is absent in 7.2 was seen.',
    status: {
      kind: 'modelled',
      where: ['src/kernel/mm/pgtable.ts'],
      without: ['pud_mappings', 'device_memory', 'reclaim'],
      shownBy: ['src/kernel/mm/pgtable.test.ts'],
    },
  },
  {
    id: 'K5',
    title: 'Gaining the right to write notifies nobody',
    text:
      'When a PTE goes from read-only to read-write on an unchanged pfn, no notifier runs: callbacks come only ' +
      'for lost rights or another pfn. A mirror that has a page read-only therefore learns that it may write by ' +
      'faulting.',
    sources: ['mm/memory.c:insert_pfn (6.1), the mkwrite branch', 'mm/memory.c:wp_pfn_shared (6.1)'],
    tag: 'seen',
    status: {
      kind: 'modelled',
      where: ['src/kernel/mm/memory.ts', 'src/kernel/mm/pgtable.ts', 'src/drivers/hmm_mirror.ts'],
    },
  },
  {
    id: 'K6',
    title: 'What FOLL_GET and FOLL_PIN add to the counts',
    text:
      "FOLL_GET raises a page's refcount by 1. FOLL_PIN raises it by 1024 on an order-0 folio; on a large folio " +
      'it raises refcount and a separate exact pin count by 1 each. An order-0 page counts as maybe-pinned from ' +
      'refcount 1024 upwards, so many ordinary references can pass for a pin, but a pin is never missed.',
    sources: ['mm/gup.c:try_grab_folio (6.1)', 'Documentation/core-api/pin_user_pages.rst'],
    tag: 'seen',
    status: {
      kind: 'modelled',
      where: ['src/kernel/mm/page.ts', 'src/kernel/mm/gup.ts'],
      without: ['pud_mappings', 'driver_families'],
    },
  },
  {
    id: 'K7',
    title: 'The zero page is not counted when pinned',
    text: 'Pinning the shared zero page changes no count, and neither does unpinning it.',
    sources: ['mm/gup.c:try_grab_folio (6.1)', 'mm/gup.c:gup_put_folio (6.1)'],
    tag: 'unverified',
    caveat: 'Upstream got this in 6.5 by memory; the 6.1 stable source has it.',
    status: { kind: 'modelled', where: ['src/kernel/mm/page.ts', 'src/kernel/mm/gup.ts'] },
  },
  {
    id: 'K8',
    title: 'Pages acquired and released by FOLL_PIN balance',
    text:
      'The kernel keeps two global totals, one for pages that FOLL_PIN took and one for those given back. With no ' +
      'pin outstanding they agree.',
    sources: [
      'Documentation/core-api/pin_user_pages.rst',
      'include/linux/mmzone.h:NR_FOLL_PIN_ACQUIRED, NR_FOLL_PIN_RELEASED',
    ],
    tag: 'seen',
    status: { kind: 'modelled', where: ['src/kernel/mm/page.ts', 'src/kernel/mm/gup.ts'] },
  },
  {
    id: 'K9',
    title: 'Which GUP flags go together',
    text:
      'FOLL_LONGTERM needs FOLL_PIN. One call uses FOLL_GET or FOLL_PIN, never both, although separate callers ' +
      'may have one page by either means at the same time.',
    sources: [
      'mm/gup.c:is_valid_gup_flags (6.1)',
      'mm/gup.c:__gup_longterm_locked (6.1)',
      'mm/gup.c:is_valid_gup_args (7.2)',
    ],
    tag: 'seen',
    status: {
      kind: 'modelled',
      where: ['src/kernel/mm/gup.ts', 'src/kernel/mm/page.ts'],
      shownBy: ['src/kernel/mm/page.test.ts'],
    },
  },
  {
    id: 'K10',
    title: 'E1: an idle fsdax page has refcount 1',
    text:
      'In era E1, to which 6.1 belongs, an fsdax page rests at refcount 1 and CPU mappings leave the count alone; ' +
      'a page is busy when its count is above 1. Falling back to 1 wakes those who sleep on the address of the ' +
      'count. In 6.1.192 direct I/O ends without that: __bio_release_pages() calls folio_put_refs(), which knows ' +
      'nothing of fsdax, so that a truncate sleeps on until a signal comes or another reference comes and goes.',
    sources: [
      'fs/dax.c:dax_busy_page (6.1)',
      'mm/memremap.c:__put_devmap_managed_page_refs (6.1)',
      'block/bio.c:__bio_release_pages (6.1.192)',
      'src/witness: real_users, as observed on 6.1.192 and 6.12.117',
    ],
    tag: 'seen',
    caveat: 'Of 6.12 unpin_user_folio() stands there, which wakes.',
    status: {
      kind: 'modelled',
      where: ['src/kernel/mm/page.ts', 'src/kernel/fs/dax.ts', 'src/drivers/get.ts'],
      shownBy: ['src/drivers/get.test.ts'],
    },
  },
  {
    id: 'K11',
    title: 'E2: an idle fsdax folio has refcount 0',
    text:
      'From 6.15 (era E2) an fsdax folio rests at refcount 0, every CPU mapping holds a reference, and a folio is ' +
      'busy when refcount and mapcount differ. A PMD entry is a true compound folio as long as it belongs to a ' +
      'file and is split again when it no longer does; reaching 0 wakes the waiters.',
    sources: [
      'fs/dax.c:dax_busy_page (7.2)',
      'fs/dax.c:dax_folio_init (7.2)',
      'fs/dax.c:dax_folio_reset_order (7.2)',
      'fs/dax.c:dax_fault_iter (7.2)',
      'commit 38607c62b34b',
    ],
    tag: 'unverified',
    caveat: 'The release of 38607c62b34b (6.15) is from memory.',
    status: notModelled('later_kernels'),
  },
  {
    id: 'K12',
    title: 'A DAX mapping entry: a pfn and four flags',
    text:
      'Every file has an XArray in which a DAX entry is a tagged value: a pfn and the flags LOCKED, PMD, ZERO and ' +
      'EMPTY. With none of the last three set it stands for one 4 KiB block of storage. DIRTY and TOWRITE are ' +
      'XArray marks, kept outside the value.',
    sources: ['fs/dax.c (6.1), top of file', 'fs/dax.c:dax_insert_entry (6.1)'],
    tag: 'seen',
    status: {
      kind: 'modelled',
      where: ['src/kernel/fs/dax.ts'],
      shownBy: ['src/kernel/fs/dax_entry.test.ts'],
    },
  },
  {
    id: 'K13',
    title: 'The entry lock, its sleepers and its wake modes',
    text:
      'LOCKED works as a sleeping lock. Waiters go uninterruptibly onto a hashed queue chosen by XArray and start ' +
      'index (the aligned start for a PMD entry). An ordinary locker waits exclusively and is woken alone, ' +
      'deletion and split wake everyone, and those who reach an entry from a page (memory failure) wait ' +
      'non-exclusively; a wake with a wrong key or mode is lost (K198, K199).',
    sources: [
      'fs/dax.c:get_unlocked_entry (6.1)',
      'fs/dax.c:wait_entry_unlocked (6.1)',
      'fs/dax.c:dax_wake_entry (6.1)',
    ],
    tag: 'seen',
    status: {
      kind: 'modelled',
      where: ['src/kernel/fs/dax.ts', 'src/machine/wait_queue.ts'],
      without: ['wait_hash'],
      shownBy: ['src/kernel/fs/dax.test.ts'],
    },
  },
  {
    id: 'K14',
    title: 'The life of a DAX entry',
    text:
      'A fault creates the entry EMPTY and LOCKED and leaves it ZERO or naming a block; a write turns ZERO into a ' +
      'block; dirty and clean alternate until truncate, punch or evict deletes it, or an invalidate does so if it ' +
      'is clean. PTE entries win over PMD faults, which fall back. A PTE fault splits an empty or zero PMD entry ' +
      '(after unmapping a zero one) but uses a real PMD entry as it stands, only marking it dirty.',
    sources: ['fs/dax.c:grab_mapping_entry (6.1)', 'fs/dax.c:__dax_invalidate_entry (6.1)'],
    tag: 'seen',
    status: {
      kind: 'modelled',
      where: ['src/kernel/fs/dax.ts', 'src/kernel/fs/dax_fault.ts', 'src/kernel/fs/dax_pmd_fault.ts'],
      shownBy: ['src/kernel/fs/dax_entry.test.ts'],
    },
  },
  {
    id: 'K15',
    title: 'Back from a page to its file, and what reflink does to it',
    text:
      'Without reflink a storage page belongs to exactly one mapping and index. How a shared block is marked ' +
      "depends on the era: in E1 the page's mapping becomes a COW marker with a count beside it, in E2 it becomes " +
      'empty and the owners are counted. 6.1 sets the marker on the new page of a copy-on-write fault and not when ' +
      'a shared block is read, so that only the filesystem can say who owns a page.',
    sources: [
      'fs/dax.c:dax_mapping_set_cow, dax_fault_is_cow (6.1)',
      'fs/xfs/xfs_iomap.c:xfs_read_iomap_begin (6.1)',
      'fs/dax.c:dax_folio_make_shared (7.2)',
    ],
    tag: 'seen',
    status: {
      kind: 'modelled',
      where: ['src/kernel/fs/block_owner.ts', 'src/kernel/mm/memory_failure.ts'],
      without: ['later_kernels'],
      shownBy: ['src/kernel/fs/xfs_reflink.test.ts', 'src/kernel/mm/memory_failure.test.ts'],
    },
  },
];

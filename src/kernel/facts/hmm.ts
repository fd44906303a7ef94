/** K132 to K149: HMM, then and now, and device memory. */
import { context } from './context.ts';
import type { Fact } from './fact.ts';
import { notModelled } from './left_out.ts';

export const HMM_FACTS: readonly Fact[] = [
  {
    id: 'K132',
    title: 'HMM in 4.18 and 4.19',
    text:
      'hmm_mirror_register needed mmap_sem exclusive; a VMA at a time, hmm_vma_get_pfns took a snapshot, ' +
      'hmm_vma_fault faulted, and hmm_vma_range_done told whether the result still held. An invalidation zeroed ' +
      'the snapshot and set valid to false.',
    sources: ['mm/hmm.c (4.18, 4.19)'],
    tag: 'seen',
    status: context('history'),
  },
  {
    id: 'K133',
    title: '2018: the mirror was told at the end',
    text:
      "The mirror's callback ran from the end of an invalidation, and start did no more than count. Pages could " +
      'be freed with the device still on them, until ec131b2d7fa6 moved the call to the start.',
    sources: [
      'mm/hmm.c (4.18)',
      'commit ec131b2d7fa6 "mm/hmm: invalidate device page table at start of invalidation"',
    ],
    tag: 'unverified',
    caveat: 'That the fix is in 4.20 is from memory.',
    status: context('history'),
  },
  {
    id: 'K134',
    title: '4.19: HMM turns DAX away',
    text:
      'e1fb4a086495, which took VM_MIXEDMAP off DAX VMAs, made both functions test for DAX: they filled the range ' +
      'with SPECIAL and returned -EINVAL. Up to then VM_MIXEDMAP had already led to SPECIAL.',
    sources: ['commit e1fb4a086495', 'mm/hmm.c (4.19)'],
    tag: 'seen',
    status: context('history'),
  },
  {
    id: 'K135',
    title: 'The 2019 patch set',
    text:
      'In versions of 10 to 12 parts it gave each mm a refcounted struct hmm, kept snapshots through ' +
      'invalidations, and added hmm_range_snapshot, hmm_range_fault over several VMAs, hmm_range_register, ' +
      '_unregister, _valid and _wait_until_valid with a timeout. default_flags with a mask, hugetlb, DAX, ' +
      'mmap_sem helpers and hmm_range_dma_map and _unmap came with it.',
    sources: ['mail: Glisse, cover letters, 2019'],
    tag: 'seen',
    status: context('history'),
  },
  {
    id: 'K136',
    title: 'The patch that admitted DAX',
    text:
      'Number 9 of 10 removed the DAX test, handled PUDs, took a pgmap reference per devmap pfn during the walk ' +
      '(-EBUSY without one) and turned remaining special PTEs into -EFAULT. It noted that holding no page ' +
      'reference leaves nothing to undo on a back-off. It became 992de9a8b751.',
    sources: ['mail: third version of the patch, 2019', 'commit 992de9a8b751'],
    tag: 'unverified',
    caveat: 'That it is in 5.2 is from memory.',
    status: context('history'),
  },
  {
    id: 'K137',
    title: 'What the 2019 functions returned',
    text:
      '-EAGAIN said that mmap_sem had been dropped; -EBUSY that an invalidation was running, to be waited for ' +
      'with hmm_range_wait_until_valid and retried; besides -EINVAL, -EPERM, -EFAULT and -ENOMEM. A clean-up ' +
      'later exchanged the sense of -EBUSY and -EAGAIN.',
    sources: ['mail: series of Hellwig and Gunthorpe, 2019'],
    tag: 'seen',
    status: context('history'),
  },
  {
    id: 'K138',
    title: '2019: a boolean cannot see a whole invalidation',
    text:
      'Start made valid false and the last end made it true. An invalidation that came and went entirely between ' +
      'the fault and the commit left no trace, and stale pfns were used. Gunthorpe described it in October 2019; ' +
      'the sequence number of mmu_interval_notifier replaced it, after which hmm_mirror went away.',
    sources: ['mail: Gunthorpe, 2019-10-15'],
    tag: 'unverified',
    caveat: 'That mmu_interval_notifier came in 5.5 is from memory.',
    status: context('history'),
  },
  {
    id: 'K139',
    title: 'hmm_range_dma_map',
    text:
      'It used DMA_FROM_DEVICE for read-only pages and looked at valid again just once a page, with no lock. Late ' +
      'in 2019 it was removed (93f4e735b6d9) for want of a user in the tree; 7.2 has another helper that maps by ' +
      'pfn.',
    sources: ['commit 93f4e735b6d9', 'mm/hmm.c (7.2)'],
    tag: 'unverified',
    caveat: 'That the newer helper came in 6.16 is from memory.',
    status: context('history'),
  },
  {
    id: 'K140',
    title: 'hmm_range_fault: the request',
    text:
      'A range consists of start and end, the notifier with its notifier_seq, hmm_pfns for the results, ' +
      'pfn_flags_mask, default_flags and dev_private_owner. What is wanted of a page is its input flags under the ' +
      'mask, combined with the defaults. REQ_FAULT and REQ_WRITE go in; VALID, WRITE, ERROR and an order in the ' +
      'top bits come out.',
    sources: ['mm/hmm.c (6.1)', 'include/linux/hmm.h (6.1)'],
    tag: 'seen',
    status: { kind: 'modelled', where: ['src/kernel/mm/hmm.ts'], without: ['device_memory', 'snapshots'] },
  },
  {
    id: 'K141',
    title: 'hmm_range_fault: what each page gives',
    text:
      'Outside any VMA, and in one that is not VM_READ or is VM_IO or VM_PFNMAP, a request fails with -EFAULT and ' +
      'otherwise yields ERROR. An empty PTE is faulted on request and else 0; a present one that suffices gives ' +
      'pfn and flags; a read-only one with write wanted faults, or is -EPERM in a VMA that forbids writing. ' +
      "Device-private pages of one's own are VALID as they are, others as well as exclusive and swap entries are " +
      'faulted on request. A migration entry is waited for with a restart, and any further non-present kind is ' +
      '-EFAULT.',
    sources: ['mm/hmm.c:hmm_vma_walk_hole, hmm_vma_walk_test, hmm_vma_handle_pte (6.1)'],
    tag: 'seen',
    status: {
      kind: 'modelled',
      where: ['src/kernel/mm/hmm.ts'],
      without: ['device_memory', 'reclaim', 'other_memory', 'snapshots'],
    },
  },
  {
    id: 'K142',
    title: 'hmm_range_fault on DAX',
    text:
      'DAX needs no special treatment. A storage page is VALID, with WRITE where its PTE is writable; a hole ' +
      'after a read fault is the zero page, VALID and not WRITE; an unrequested hole is 0. Huge mappings state ' +
      'order 9 or 18 yet fill in only the part asked for.',
    sources: ['mm/hmm.c:hmm_vma_handle_pte, hmm_vma_handle_pmd, hmm_vma_walk_pud (6.1)'],
    tag: 'seen',
    status: {
      kind: 'modelled',
      where: ['src/kernel/mm/hmm.ts'],
      without: ['pud_mappings', 'snapshots'],
      shownBy: ['src/kernel/mm/huge_memory.test.ts'],
    },
  },
  {
    id: 'K143',
    title: 'hmm_range_fault: -EBUSY',
    text:
      'The caller sees -EBUSY only from check_retry, meaning the range was invalidated and it begins again with ' +
      'read_begin. The -EBUSY that follows a fault inside just resumes at the first page not yet filled, under ' +
      'the old sequence. Entries ahead of that point hold results, those from there on still requests.',
    sources: ['mm/hmm.c:hmm_range_fault (6.1)'],
    tag: 'seen',
    status: { kind: 'modelled', where: ['src/kernel/mm/hmm.ts'], shownBy: ['src/kernel/mm/hmm.test.ts'] },
  },
  {
    id: 'K144',
    title: 'How HMM faults',
    text:
      'With FAULT_FLAG_REMOTE and not ALLOW_RETRY: mmap_lock is held from end to end, and a kill does not cut the ' +
      'fault short.',
    sources: ['mm/hmm.c:hmm_vma_fault (6.1)'],
    tag: 'seen',
    status: { kind: 'modelled', where: ['src/kernel/mm/hmm.ts'], shownBy: ['src/kernel/mm/hmm.test.ts'] },
  },
  {
    id: 'K145',
    title: 'An hmm pfn is a hint until read_retry',
    text:
      'No reference and no pin comes with it. After mmap_lock is released the pfn means nothing until read_retry ' +
      "passes under the driver's lock, and until then even its struct page is off limits (K187).",
    sources: ['include/linux/hmm.h (6.1), comments'],
    tag: 'seen',
    status: { kind: 'modelled', where: ['src/kernel/mm/hmm.ts', 'src/drivers/hmm_mirror.ts'] },
  },
  {
    id: 'K146',
    title: 'dmirror and gup_test: drivers made for tests',
    text:
      'lib/test_hmm (dmirror) reads, writes, migrates to device and system, snapshots, takes and checks exclusive ' +
      'access, and releases; its snapshot tells NONE, READ, WRITE, PMD, PUD, ZERO, local or remote ' +
      'device-private, coherent and ERROR apart. gup_test covers fast, long-term and plain get and pin, and a ' +
      'dump.',
    sources: ['lib/test_hmm_uapi.h (6.1)', 'mm/gup_test.h (6.1)'],
    tag: 'seen',
    status: context('test_driver'),
  },
  {
    id: 'K147',
    title: 'Migration to device memory',
    text:
      'migrate_vma_setup collects, notifies MIGRATE with the owner, locks pages, puts migration entries in and ' +
      'makes sure that no reference is unexplained, which sends pinned pages back; the driver allocates and ' +
      'copies; migrate_vma_pages commits; the driver updates its table; migrate_vma_finalize ends it. The CPU ' +
      'touching a device-private entry makes the driver bring it back.',
    sources: ['Documentation/mm/hmm.rst', 'mm/migrate_device.c (6.1)'],
    tag: 'seen',
    status: notModelled('device_memory'),
  },
  {
    id: 'K148',
    title: 'Why DAX pages do not migrate',
    text:
      'migrate_vma_setup gives -EINVAL if a VMA is DAX, VM_SPECIAL or hugetlb, new pages are collected in ' +
      'anonymous VMAs only, and commit refuses a page with a file mapping. A DAX page is itself the block of the ' +
      'file: with a copy somewhere else, the device would see other contents than read(2), fsync and all other ' +
      'mappings, which go by the block map.',
    sources: ['mm/migrate_device.c (6.1, 7.2)', 'mail: Glisse, 2019'],
    tag: 'derived',
    caveat: 'The tests were seen; the reason is derived, in keeping with what Glisse wrote.',
    status: notModelled('device_memory'),
  },
  {
    id: 'K149',
    title: 'Device-exclusive access',
    text:
      'Atomics of a device get exclusive entries in place of PTEs. This is for folios that are anonymous or in ' +
      'the page cache and can be locked, not for fsdax.',
    sources: ['mm/rmap.c:make_device_exclusive_range (6.1)'],
    tag: 'unverified',
    caveat: 'That fsdax is left out is from memory.',
    status: notModelled('device_memory'),
  },
];

/** K111 to K131: mmu notifiers and the interval sequence protocol. */
import type { Fact } from './fact.ts';
import { notModelled } from './left_out.ts';

export const NOTIFIER_FACTS: readonly Fact[] = [
  {
    id: 'K111',
    title: 'The first subscription locks everything',
    text:
      'State for the mm is allocated with mmap_lock exclusive and the rmap lock of each VMA taken, so that no ' +
      'invalidation can be under way. The caller has a live user reference and none of these locks. Only the end ' +
      'of the mm frees the state.',
    sources: ['mm/mmu_notifier.c:__mmu_notifier_register (6.1)'],
    tag: 'seen',
    status: {
      kind: 'modelled',
      where: ['src/kernel/mm/mmu_notifier.ts'],
      shownBy: ['src/kernel/mm/mmu_notifier.test.ts'],
    },
  },
  {
    id: 'K112',
    title: 'List subscribers and interval subscribers',
    text:
      'A list subscriber watches the whole mm with start, end and release callbacks, walked under SRCU. An ' +
      'interval subscriber watches an address range with a single invalidate callback. Interval ones come first ' +
      "on start; on end their bookkeeping precedes the list's end calls, an order nouveau depends on.",
    sources: [
      'mm/mmu_notifier.c:__mmu_notifier_invalidate_range_start, __mmu_notifier_invalidate_range_end (6.1)',
      'drivers/gpu/drm/nouveau/nouveau_svm.c (6.1), comment',
    ],
    tag: 'seen',
    status: {
      kind: 'modelled',
      where: ['src/kernel/mm/mmu_notifier.ts', 'src/kernel/mm/mmu_notifier_list.ts'],
      shownBy: ['src/kernel/mm/mmu_notifier_list.test.ts'],
    },
  },
  {
    id: 'K113',
    title: 'Which kind of unregister is a fence',
    text:
      'mmu_notifier_unregister calls release, unhooks and waits for SRCU, and no callback runs afterwards. ' +
      'mmu_notifier_put only unhooks and leaves the freeing to SRCU, so a module must synchronize before it goes. ' +
      'The unregister_no_release of 2018 was no fence (K191).',
    sources: ['mm/mmu_notifier.c:mmu_notifier_unregister, mmu_notifier_put (6.1)', 'mail: Gunthorpe, 2019'],
    tag: 'seen',
    status: {
      kind: 'modelled',
      where: ['src/kernel/mm/mmu_notifier_list.ts'],
      fault: 'mmu_notifier_unregister returns without a grace period',
      shownBy: ['src/kernel/mm/mmu_notifier_list.test.ts'],
    },
  },
  {
    id: 'K114',
    title: 'Inserting an interval while the tree is walked',
    text:
      'If an invalidation is walking the tree, the insert is put off until the last end, and the new subscription ' +
      'gets a sequence on which its first read_begin collides. It may thus be missing from the tree when insert ' +
      'returns; safety comes from begin and retry alone.',
    sources: ['mm/mmu_notifier.c:__mmu_interval_notifier_insert (6.1)'],
    tag: 'seen',
    status: {
      kind: 'modelled',
      where: ['src/kernel/mm/mmu_notifier.ts'],
      shownBy: ['src/kernel/mm/mmu_notifier.test.ts'],
    },
  },
  {
    id: 'K115',
    title: 'Removing an interval sleeps',
    text:
      'Removal sleeps until invalidations under way that saw the subscription are done, and no callback comes ' +
      'after it returns. Called from a callback, or with a lock that a callback wants, it deadlocks on itself.',
    sources: ['mm/mmu_notifier.c:mmu_interval_notifier_remove (6.1)'],
    tag: 'seen',
    status: {
      kind: 'modelled',
      where: ['src/kernel/mm/mmu_notifier.ts'],
      shownBy: ['src/kernel/mm/mmu_notifier.test.ts'],
    },
  },
  {
    id: 'K116',
    title: 'What lies between start and end',
    text:
      'At start the pages are still mapped and referenced; up to end the core may alter PTEs and free pages. Such ' +
      'sections nest within one thread and overlap freely across CPUs, even on the same addresses.',
    sources: ['include/linux/mmu_notifier.h (6.1), comments', 'mm/mmu_notifier.c (6.1), comment at the top'],
    tag: 'seen',
    status: {
      kind: 'modelled',
      where: ['src/kernel/mm/mmu_notifier.ts'],
      shownBy: ['src/kernel/mm/mmu_notifier.test.ts'],
    },
  },
  {
    id: 'K117',
    title: 'What a driver owes when start returns 0',
    text:
      'The device no longer uses, and will not use, any translation in the range: its TLB is shot down and ' +
      'outstanding DMA has drained. Nor does a new translation there become visible before end, be it by a ' +
      'counter or by the sequence. To queue the shootdown for later is not enough.',
    sources: [
      'include/linux/mmu_notifier.h (6.1), comment at mmu_interval_notifier_ops',
      'Documentation/mm/hmm.rst',
    ],
    tag: 'seen',
    status: {
      kind: 'modelled',
      where: ['src/kernel/mm/mmu_notifier.ts', 'src/drivers/hmm_mirror.ts', 'src/drivers/device.ts'],
      fault: 'the callback stores the sequence but clears no device entries',
    },
  },
  {
    id: 'K118',
    title: 'PTEs change only after every start has returned',
    text:
      'The core writes PTEs once all start callbacks gave 0. A device that then still goes through an old ' +
      'translation commits the central safety violation.',
    sources: ['mm/memory.c:zap_page_range_single (6.1), order of calls'],
    tag: 'seen',
    status: {
      kind: 'modelled',
      where: ['src/kernel/mm/mmu_notifier.ts', 'src/kernel/mm/memory.ts', 'src/drivers/device.ts'],
      shownBy: ['src/kernel/mm/mmu_notifier.test.ts'],
    },
  },
  {
    id: 'K119',
    title: 'What a callback must not wait for',
    text:
      'Start runs in the task that invalidates, which can hold mmap_lock, i_mmap_rwsem, an anon_vma lock, a folio ' +
      'lock, i_rwsem, invalidate_lock or a DAX entry lock. A callback must therefore not take one of these, fault ' +
      'on user memory, allocate with reclaim that re-enters notifiers, or wait for someone who does, such as a ' +
      'GPU job that has yet to fault on the file. Lockdep has a map for it, acquired around start and the sleeps ' +
      'of read_begin and remove.',
    sources: [
      'from the callers in K29, K42 and K64',
      'mm/mmu_notifier.c:__mmu_notifier_invalidate_range_start_map (6.1)',
    ],
    tag: 'seen',
    status: { kind: 'modelled', where: ['src/kernel/mm/mmu_notifier.ts', 'src/drivers/hmm_mirror.ts'] },
  },
  {
    id: 'K120',
    title: 'The driver lock is not held across a fault',
    text:
      "Neither hmm_range_fault, GUP and handle_mm_fault nor mmu_interval_read_begin may run under the driver's " +
      'lock. One thread would go from that lock to mmap_lock and invalidate_lock, another from invalidate_lock by ' +
      'i_mmap_rwsem to that lock, which closes a cycle.',
    sources: ['Documentation/mm/hmm.rst'],
    tag: 'derived',
    caveat: 'The pattern was seen; the cycle is derived.',
    status: {
      kind: 'modelled',
      where: ['src/drivers/hmm_mirror.ts'],
      shownBy: ['src/drivers/hmm_mirror.test.ts'],
    },
  },
  {
    id: 'K121',
    title: 'The start that may not block',
    text:
      'For the OOM reaper (K78) a callback tries its lock and reports -EAGAIN or false rather than sleep. The ' +
      'core then leaves out the end call of those that failed, makes it for list subscribers that had succeeded, ' +
      'and takes interval bookkeeping back. A list subscriber whose start can fail must hence have no end ' +
      'callback (K200).',
    sources: [
      'mm/mmu_notifier.c:mn_hlist_invalidate_range_start (6.1)',
      'mm/mmu_notifier.c:mn_itree_invalidate (6.1)',
    ],
    tag: 'seen',
    status: notModelled('nonblocking_starts'),
  },
  {
    id: 'K122',
    title: 'The events',
    text:
      'UNMAP takes the addresses away, CLEAR only what they translate to; then PROTECTION_VMA, PROTECTION_PAGE, ' +
      'SOFT_DIRTY, RELEASE, and MIGRATE and EXCLUSIVE with an owner. A driver can pass over the last two if the ' +
      'owner is itself, as it makes that change on its own.',
    sources: [
      'include/linux/mmu_notifier.h (6.1)',
      'drivers/gpu/drm/nouveau/nouveau_svm.c (6.1)',
      'lib/test_hmm.c (6.1)',
    ],
    tag: 'seen',
    status: {
      kind: 'modelled',
      where: ['src/kernel/mm/mmu_notifier.ts'],
      without: ['device_memory', 'reclaim'],
    },
  },
  {
    id: 'K123',
    title: 'Who sends which event, and where ranges end',
    text:
      'Filesystem operations and zaps send CLEAR, fsync and fork PROTECTION_PAGE, munmap and mremap UNMAP, ' +
      'mprotect PROTECTION_VMA. The end of an event is exclusive, the last of the interval tree inclusive, which ' +
      'invites errors by one: early HMM compared `end < range.start` with an exclusive end and so counted a ' +
      'neighbouring range as hit, needlessly but harmlessly.',
    sources: ['from K29 to K74', 'mm/hmm.c (4.18, 5.3)'],
    tag: 'seen',
    status: {
      kind: 'modelled',
      where: [
        'src/kernel/mm/mmu_notifier.ts',
        'src/kernel/mm/memory.ts',
        'src/kernel/fs/writeback.ts',
        'src/kernel/mm/mmap.ts',
      ],
    },
  },
  {
    id: 'K124',
    title: 'invalidate_range is for devices on the CPU page table',
    text:
      'This list callback, called under the page table lock and named arch_invalidate_secondary_tlbs by 6.12, ' +
      'serves hardware walking CPU tables (SVA, ATS). Mirrors have no use for it, and change_pte is gone.',
    sources: ['include/linux/mmu_notifier.h (6.1, 6.12)'],
    tag: 'unverified',
    caveat: 'That change_pte was gone by 6.12 is from memory.',
    status: notModelled('secondary_tlb'),
  },
  {
    id: 'K125',
    title: '7.2: invalidation in two passes',
    text:
      'An interval callback can be split so that shootdowns of many devices overlap: all begin, then all finish. ' +
      'When both passes are over the same guarantee holds; the option came after 6.12.',
    sources: ['include/linux/mmu_notifier.h (7.2)'],
    tag: 'seen',
    status: notModelled('later_kernels'),
  },
  {
    id: 'K126',
    title: 'How the sequence number moves',
    text:
      'Each mm has invalidate_seq, odd while some subscribed interval is inside an invalidation, and a count of ' +
      'active ones. Start raises the count and, on an overlap, makes the sequence odd; every overlapping callback ' +
      "gets that odd value to store under its driver's lock. End lowers the count; at 0 with an odd sequence it " +
      'adds one, carries out deferred inserts and removals and wakes everyone.',
    sources: ['mm/mmu_notifier.c:mn_itree_inv_start_range, mn_itree_inv_end (6.1)'],
    tag: 'seen',
    status: { kind: 'modelled', where: ['src/kernel/mm/mmu_notifier.ts'] },
  },
  {
    id: 'K127',
    title: 'mmu_interval_read_begin',
    text:
      "It reads the subscription's sequence under the spinlock. Equality with that of the mm means an " +
      "invalidation which hit it still runs, so it sleeps, uninterruptibly, for the mm's sequence to change; then " +
      'it returns what it read. As that turns even no sooner than the last overlapping invalidation ends, a ' +
      'steady stream for other ranges of the mm can stretch the sleep.',
    sources: ['mm/mmu_notifier.c:mmu_interval_read_begin (6.1)'],
    tag: 'derived',
    caveat: 'The protocol was seen; the stretching is derived.',
    status: {
      kind: 'modelled',
      where: ['src/kernel/mm/mmu_notifier.ts'],
      shownBy: ['src/kernel/mm/mmu_notifier.test.ts'],
    },
  },
  {
    id: 'K128',
    title: 'read_retry decides, check_retry hints',
    text:
      "mmu_interval_read_retry, under the driver's lock, is true exactly if the subscription's sequence moved " +
      'since begin. mmu_interval_check_retry needs no lock and warns early; its false proves nothing.',
    sources: ['include/linux/mmu_notifier.h (6.1)'],
    tag: 'seen',
    status: {
      kind: 'modelled',
      where: ['src/kernel/mm/mmu_notifier.ts', 'src/kernel/mm/hmm.ts', 'src/drivers/hmm_mirror.ts'],
      shownBy: ['src/kernel/mm/hmm.test.ts', 'src/drivers/hmm_mirror.test.ts'],
    },
  },
  {
    id: 'K129',
    title: 'The rule a mirroring driver follows',
    text:
      'Begin; mmap_lock shared, walk and fault, unlock; take the driver lock; retry if read_retry says so; ' +
      'program the device; unlock. The callback takes that same lock, stores the sequence in all cases, and tears ' +
      'down. Each of the three can be omitted: lock, store and check, for a bug of its own.',
    sources: ['Documentation/mm/hmm.rst', 'include/linux/mmu_notifier.h:mmu_interval_set_seq (6.1), comment'],
    tag: 'seen',
    status: { kind: 'modelled', where: ['src/drivers/hmm_mirror.ts', 'src/kernel/mm/mmu_notifier.ts'] },
  },
  {
    id: 'K130',
    title: 'Why the protocol is right',
    text:
      'Let a device entry be installed with s from read_begin. No callback stored a newer value in the meantime, ' +
      'as both happen under the lock, and the walk came after begin. So any change of the PTE behind the walk has ' +
      'its start callback behind the install, which removes the entry.',
    sources: ['from K126 to K129'],
    tag: 'derived',
    status: {
      kind: 'modelled',
      where: ['src/drivers/hmm_mirror.ts', 'src/kernel/mm/mmu_notifier.ts'],
      shownBy: ['src/drivers/hmm_mirror.test.ts'],
    },
  },
  {
    id: 'K131',
    title: 'Retry can go on for ever; drivers limit it',
    text:
      'In principle each attempt can collide. nouveau and dmirror stop after one second with -EBUSY or leave it ' +
      'to a replayed hardware fault; amdgpu allows a second per 512 MiB but does not time the collision itself; ' +
      'ODP looks at its limit only after -EBUSY and never for a collision of read_retry.',
    sources: [
      'drivers/gpu/drm/nouveau/nouveau_svm.c (6.1)',
      'lib/test_hmm.c (6.1)',
      'drivers/gpu/drm/amd/amdgpu/amdgpu_mn.c (6.1)',
      'drivers/infiniband/core/umem_odp.c (6.1)',
    ],
    tag: 'seen',
    status: {
      kind: 'modelled',
      where: ['src/drivers/hmm_mirror.ts'],
      without: ['driver_families'],
      shownBy: ['src/drivers/hmm_retry.test.ts', 'src/check/worst/worst.test.ts'],
    },
  },
];

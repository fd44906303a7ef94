/** K76 to K81: memory pressure, exit and hardware events. */
import { context } from './context.ts';
import type { Fact } from './fact.ts';
import { notModelled } from './left_out.ts';

export const PRESSURE_FACTS: readonly Fact[] = [
  {
    id: 'K76',
    title: 'Memory pressure never touches an fsdax page',
    text:
      'Fsdax pages are on no LRU list, and reclaim, swap, compaction, KSM, THP collapse, mlock and NUMA balancing ' +
      'leave them alone, their VMAs counting as not migratable. What can invalidate a pure fsdax range is a ' +
      'filesystem operation, fsync, an address-space call, a hole getting its block, copy on write, a PMD split, ' +
      'memory failure or exit.',
    sources: [
      'mm/mempolicy.c:vma_migratable (6.1)',
      'mm/ksm.c, mm/mlock.c, mm/huge_memory.c (6.1), tests of vma_is_dax',
      'mm/migrate_device.c:migrate_vma_setup (6.1)',
    ],
    tag: 'seen',
    status: context('never_happens'),
  },
  {
    id: 'K77',
    title: 'Reclaim and migration under a mirror of other memory',
    text:
      'Anonymous and page-cache pages in the same mirror are unmapped by reclaim and migration through rmap ' +
      'walks, a CLEAR event per page, the folio locked. HMM that meets a migration entry waits for it and ' +
      'restarts its walk.',
    sources: ['mm/rmap.c:try_to_unmap_one, try_to_migrate_one (6.1)', 'mm/hmm.c:hmm_vma_handle_pte (6.1)'],
    tag: 'seen',
    status: notModelled('reclaim'),
  },
  {
    id: 'K78',
    title: 'The OOM reaper',
    text:
      'Its start calls are of the kind that must not block, and it looks only at VMAs that are anonymous or ' +
      'private. On EAGAIN the VMA is left for later, with no end call. Shared fsdax VMAs are outside its reach.',
    sources: ['mm/oom_kill.c:__oom_reap_task_mm (6.1)'],
    tag: 'seen',
    status: notModelled('reclaim'),
  },
  {
    id: 'K79',
    title: 'What exit does to mirrors',
    text:
      'When the last user of an mm goes, release callbacks run (an interval subscriber sees RELEASE for all ' +
      'addresses, a list subscriber its ->release) and then every VMA is unmapped. A truncate walking the rmap ' +
      "can still call a notifier once the last task has ended. A subscription's memory stays valid until its " +
      'driver takes it out.',
    sources: [
      'mm/mmu_notifier.c:mn_itree_release (6.1)',
      'mm/mmu_notifier.c:mn_hlist_release (6.1), comment',
    ],
    tag: 'seen',
    status: {
      kind: 'modelled',
      where: [
        'src/kernel/mm/exit_mmap.ts',
        'src/kernel/mm/mmu_notifier.ts',
        'src/kernel/mm/mmu_notifier_list.ts',
      ],
      shownBy: ['src/kernel/mm/exit_mmap.test.ts', 'src/kernel/mm/mmu_notifier_list.test.ts'],
    },
  },
  {
    id: 'K80',
    title: 'Memory failure on fsdax',
    text:
      'The pgmap handler tells the holder of the dax device: XFS with a reverse map goes through the in-core owners, ' +
      'and shuts down for metadata; without it the generic path goes by page and mapping. Either locks ' +
      'the entry, poisons the page, gathers the tasks that have it mapped, unmaps and sends SIGBUS. Unless early kills ' +
      'were asked for it looks at the calling process only, and unmaps nothing that is not mapped there. ' +
      'Nobody looks for pins, and later faults on the block end in SIGBUS.',
    sources: [
      'mm/memory-failure.c:memory_failure_dev_pagemap, mf_dax_kill_procs, mf_generic_kill_procs (6.1)',
      'fs/xfs/xfs_notify_failure.c (6.1)',
    ],
    tag: 'seen',
    status: {
      kind: 'modelled',
      where: ['src/kernel/mm/memory_failure.ts', 'src/kernel/fs/bad_blocks.ts', 'src/drivers/device.ts'],
      without: ['memory_failure'],
      shownBy: ['src/kernel/mm/memory_failure.test.ts'],
    },
  },
  {
    id: 'K81',
    title: 'Unbinding persistent memory',
    text:
      'The holder is told of a failure of the whole device (newer kernels add a pre-remove flag), the alive flag ' +
      'is cleared with an SRCU grace period, the pgmap reference is killed and waited for, and the pages are ' +
      'removed. As E1 pins have no pgmap reference (K23), this does not wait for them.',
    sources: [
      'drivers/dax/super.c:kill_dax (6.1, 6.12)',
      'mm/memremap.c:memunmap_pages (6.1)',
      'a real kernel: src/witness disputed_facts (6.1.192, 6.12.117)',
    ],
    tag: 'unverified',
    caveat:
      'That the flag came in 6.7 is from memory (6.12 has it, 6.1 does not). Under a pin and a mount a real kernel ' +
      'unbound at once, and went down when the device next used the pin.',
    status: notModelled('unbind'),
  },
];

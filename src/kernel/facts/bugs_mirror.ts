/** K183 to K192: bugs upstream had in HMM and in drivers that mirror. */
import type { Fact } from './fact.ts';

export const MIRROR_BUG_FACTS: readonly Fact[] = [
  {
    id: 'K183',
    title: 'Committing without a sequence check',
    text: "The boolean of K138: after the invalidation has ended, the device's entry differs from the CPU's, I4.",
    sources: ['mail: Gunthorpe, 2019-10-15'],
    tag: 'seen',
    status: {
      kind: 'modelled',
      where: ['src/drivers/hmm_mirror.ts', 'src/kernel/mm/mmu_notifier.ts'],
      fault: 'no retry check: the mirror installs without asking read_retry',
    },
  },
  {
    id: 'K184',
    title: 'HMM told its mirrors at the end',
    text: 'The bug of K133: the device gets at pages between start and end, I1 and I4.',
    sources: ['commit ec131b2d7fa6'],
    tag: 'seen',
    status: {
      kind: 'modelled',
      where: ['src/drivers/list_notifier.ts'],
      fault: 'mirror_told_at_end',
    },
  },
  {
    id: 'K185',
    title: 'HMM could not take the zero page',
    text: 'Reading a DAX hole through a mirror gave -EFAULT: a feature lost, I8.',
    sources: ['mail: "mm/hmm: allow snapshot of the special zero page", 2019'],
    tag: 'seen',
    status: {
      kind: 'modelled',
      where: ['src/kernel/mm/hmm.ts'],
      fault: 'zero_page_fails',
    },
  },
  {
    id: 'K186',
    title: 'ODP lost fsdax when it moved to HMM',
    text:
      'From 5.10 on, requests already met by a devmap PTE failed, and RDMA over fsdax stopped working until ' +
      '4b42fb213678. It is the very regression that the 2019 thread had undertaken to prevent: I8.',
    sources: ['commit 36f30e486dce', 'commit 4b42fb213678', 'rpma issue 1142'],
    tag: 'seen',
    status: {
      kind: 'modelled',
      where: ['src/kernel/mm/hmm.ts'],
      fault: 'devmap_pte_fails',
    },
  },
  {
    id: 'K187',
    title: 'struct pages used after hmm_range_fault, unlocked',
    text:
      'xe looked into struct pages without holding the notifier lock; by then a page can be another one: I4, or ' +
      'use after free.',
    sources: ['commit 0a98219bcc96', 'commit ea3e66d280ce'],
    tag: 'seen',
    status: {
      kind: 'modelled',
      where: ['src/drivers/hmm_mirror.ts'],
      fault: 'retry_check_before_lock',
    },
  },
  {
    id: 'K188',
    title: 'DMA mapping left standing at invalidation',
    text:
      'xe unmapped it later than its callback, and in the meantime the IOMMU let the device through though start ' +
      'had returned: I1.',
    sources: ['commit ba767b9d01a2'],
    tag: 'seen',
    status: {
      kind: 'modelled',
      where: ['src/drivers/hmm_mirror.ts'],
      fault: 'invalidate_does_not_clear',
    },
  },
  {
    id: 'K189',
    title: 'ODP: a read lock held from start to end',
    text:
      'An rwsem taken in start and released in end met a nested start, from a PMD split, with a writer queued in ' +
      'between: a cycle, I6.',
    sources: ['commit f25a546e6529'],
    tag: 'seen',
    status: {
      kind: 'modelled',
      where: ['src/drivers/list_notifier.ts', 'src/kernel/mm/huge_memory.ts'],
      fault: 'lock_held_from_start_to_end',
    },
  },
  {
    id: 'K190',
    title: 'ODP: the last mmput under umem_mutex',
    text: 'It ran the release callback, which wanted the mutex the task already had: a cycle of one task, I6.',
    sources: ['commit 85eaeb5058f0'],
    tag: 'seen',
    status: {
      kind: 'modelled',
      where: ['src/drivers/hmm_mirror.ts', 'src/kernel/mm/exit_mmap.ts'],
      fault: 'mmput under the driver lock, which release takes',
      shownBy: ['src/kernel/mm/mmu_notifier_list.test.ts'],
    },
  },
  {
    id: 'K191',
    title: 'struct hmm freed under a running callback',
    text: 'The unregister in use was not a fence (K113). A callback ran on freed memory: I10.',
    sources: ['commit 6d7c3cde93c1'],
    tag: 'seen',
    status: {
      kind: 'modelled',
      where: ['src/kernel/mm/mmu_notifier_list.ts', 'src/kernel/mm/mmu_notifier.ts'],
      fault: 'unregister and remove that do not wait for callbacks',
      shownBy: ['src/kernel/mm/mmu_notifier_list.test.ts'],
    },
  },
  {
    id: 'K192',
    title: 'mlx5: implicit ODP children against invalidation',
    text: 'Creating and destroying child regions raced mlx5_ib_invalidate_range: I4 and I10.',
    sources: ['merge of the odp_rework series, 2019'],
    tag: 'seen',
    status: {
      kind: 'modelled',
      where: ['src/drivers/hmm_mirror.ts'],
      fault: 'a region is freed before its interval notifier is removed',
    },
  },
];

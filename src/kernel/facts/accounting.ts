/** K106 to K110: who is charged for pinned memory. */
import type { Fact } from './fact.ts';
import { notModelled } from './left_out.ts';

export const ACCOUNTING_FACTS: readonly Fact[] = [
  {
    id: 'K106',
    title: 'How an RDMA memory region is charged',
    text:
      'The pages are added to mm->pinned_vm and held against RLIMIT_MEMLOCK, unless the caller has CAP_IPC_LOCK. ' +
      'Over the limit gives -ENOMEM, and -EPERM where locking memory is not permitted in the first place. Release ' +
      'takes the number off the mm that owns it.',
    sources: ['drivers/infiniband/core/umem.c:ib_umem_get, ib_umem_release (6.1)'],
    tag: 'seen',
    status: {
      kind: 'modelled',
      where: ['src/drivers/accounting.ts', 'src/drivers/gup.ts'],
      shownBy: ['src/drivers/device.test.ts', 'src/drivers/accounting.test.ts'],
    },
  },
  {
    id: 'K107',
    title: 'How VFIO type1 is charged',
    text:
      'Page by page to mm->locked_vm, mmap_lock exclusive; each mapping remembers its share so that neither exec ' +
      'nor a change of mm drives the figure below zero.',
    sources: ['drivers/vfio/vfio_iommu_type1.c:vfio_lock_acct (6.1)', 'commit 046eca5018f8'],
    tag: 'seen',
    status: {
      kind: 'modelled',
      where: ['src/drivers/accounting.ts', 'src/drivers/gup.ts'],
      shownBy: ['src/drivers/accounting.test.ts'],
    },
  },
  {
    id: 'K108',
    title: 'How io_uring is charged',
    text:
      'To a locked_vm kept for each user, by compare-and-exchange against RLIMIT_MEMLOCK, and for the statistics ' +
      'to mm->pinned_vm also. A compound page is counted one time.',
    sources: ['io_uring/rsrc.c:__io_account_mem (6.1)'],
    tag: 'unverified',
    caveat: 'The clause on compound pages is from memory.',
    status: {
      kind: 'modelled',
      where: ['src/drivers/accounting.ts', 'src/drivers/gup.ts'],
      shownBy: ['src/drivers/accounting.test.ts'],
    },
  },
  {
    id: 'K109',
    title: 'How iommufd is charged',
    text: 'One of three modes: nobody, the user, or the mm.',
    sources: ['drivers/iommu/iommufd/pages.c (7.2), account_mode'],
    tag: 'seen',
    status: notModelled('later_kernels'),
  },
  {
    id: 'K110',
    title: 'pinned_vm and locked_vm are not added up',
    text:
      'No limit is applied to the sum of both counters, and ODP or HMM mirrors enter neither. What can be ' +
      "demanded is that each holder's own books balance, not that a global cap is kept.",
    sources: ['drivers/infiniband/core/umem_odp.c (6.1), which does no accounting'],
    tag: 'seen',
    status: {
      kind: 'modelled',
      where: ['src/drivers/accounting.ts'],
      shownBy: ['src/drivers/accounting.test.ts'],
    },
  },
];

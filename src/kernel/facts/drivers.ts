/** K150 to K170: how real drivers come by user memory (6.1 where no other release is named). */
import { context } from './context.ts';
import type { Fact } from './fact.ts';

export const DRIVER_FACTS: readonly Fact[] = [
  {
    id: 'K150',
    title: 'RDMA memory region (ib_umem)',
    text:
      "Tied to the CPU's page table by nothing: FOLL_PIN with FOLL_LONGTERM, held until deregistration or close. " +
      'It always asks for FOLL_WRITE, plus FOLL_FORCE for a read-only region. Registering fsdax memory fails with ' +
      '-EOPNOTSUPP.',
    sources: ['drivers/infiniband/core/umem.c:ib_umem_get (6.1)'],
    tag: 'seen',
    status: { kind: 'modelled', where: ['src/drivers/gup_longterm.ts'], without: ['driver_families'] },
  },
  {
    id: 'K151',
    title: 'RDMA ODP up to 5.9, on GUP',
    text:
      'Notifier based (its own interval tree, mmu_interval from 5.5). It used remote GUP to find pages and gave ' +
      'the reference back once the DMA mapping was recorded. fsdax worked, and nothing was held after a fault.',
    sources: ['drivers/infiniband/core/umem_odp.c (5.2), put_page at label out'],
    tag: 'seen',
    status: {
      kind: 'modelled',
      where: ['src/drivers/notifier.ts'],
      without: ['driver_families'],
      shownBy: ['src/drivers/notifier.test.ts'],
    },
  },
  {
    id: 'K152',
    title: 'RDMA ODP since 5.10, on HMM',
    text:
      'An interval notifier, hmm_range_fault and umem_mutex, with no page held. On fsdax it broke wherever a ' +
      'devmap PTE already met the request, until 4b42fb213678; from then on it works. Unmapping a writable page ' +
      'calls set_page_dirty.',
    sources: ['drivers/infiniband/core/umem_odp.c (6.1)', 'commit 36f30e486dce', 'commit 4b42fb213678'],
    tag: 'unverified',
    caveat: 'That the repair is in 5.15 is from memory.',
    status: { kind: 'modelled', where: ['src/drivers/hmm_mirror.ts'], without: ['driver_families'] },
  },
  {
    id: 'K153',
    title: 'ODP of soft RoCE (rxe)',
    text: 'Built like K152, and treats fsdax alike; atomics and flush are supported. 6.1 has no such driver, 7.2 does.',
    sources: ['drivers/infiniband/sw/rxe/rxe_odp.c (7.2)'],
    tag: 'unverified',
    caveat: 'The release 6.15 for atomics and flush is from memory.',
    status: context('driver_row'),
  },
  {
    id: 'K154',
    title: 'nouveau SVM',
    text:
      'Subscribes an interval for the time of each fault window and a list notifier for teardown. It holds ' +
      'nothing, tries for a second at most, and works with system pages; DAX pages do not move to video memory.',
    sources: ['drivers/gpu/drm/nouveau/nouveau_svm.c (6.1)'],
    tag: 'seen',
    status: context('driver_row'),
  },
  {
    id: 'K155',
    title: 'amdgpu userptr for graphics',
    text:
      "One interval subscription to a buffer object and pages by HMM, unpinned. Its callback waits for the GPU's " +
      'fences with no timeout (MAX_SCHEDULE_TIMEOUT), that is for jobs under way. fsdax works.',
    sources: ['drivers/gpu/drm/amd/amdgpu/amdgpu_mn.c (6.1)'],
    tag: 'seen',
    status: context('driver_row'),
  },
  {
    id: 'K156',
    title: 'amdgpu userptr for compute (KFD)',
    text: "The callback evicts the user's queues, which sets how long it takes; no page is pinned. fsdax works.",
    sources: ['drivers/gpu/drm/amd/amdgpu/amdgpu_mn.c (6.1)'],
    tag: 'seen',
    status: context('driver_row'),
  },
  {
    id: 'K157',
    title: 'AMD KFD SVM',
    text:
      'An interval subscription for every range, an UNMAP event being finished by deferred work. Pages are not ' +
      'pinned, holds are short, and fsdax stays in system memory.',
    sources: ['drivers/gpu/drm/amd/amdkfd/kfd_svm.c (6.1)'],
    tag: 'unverified',
    caveat: 'What it does with DAX is from memory.',
    status: context('driver_row'),
  },
  {
    id: 'K158',
    title: 'i915 userptr: a notifier and a pin',
    text:
      'The interval subscription only detects change; the pages are pinned with FOLL_PIN (not LONGTERM). The ' +
      'callback waits until the GPU is idle yet retains the pins to the next submission or free, so fsdax is ' +
      'accepted and a truncate can be stalled without limit.',
    sources: [
      'drivers/gpu/drm/i915/gem/i915_gem_userptr.c (6.1)',
      'a real kernel: src/witness disputed_facts (6.1.192, 6.12.117)',
    ],
    tag: 'seen',
    caveat: 'The stall was seen of a probe that does the same, not of a GPU.',
    status: {
      kind: 'modelled',
      where: ['src/drivers/hmm_mirror.ts'],
      without: ['driver_families'],
      fault: 'the mirror keeps a page reference through invalidation',
    },
  },
  {
    id: 'K159',
    title: 'KVM',
    text:
      'A list notifier with sequence and count under mmu_lock. GUP references live for the fault only, guest ' +
      'memory can be fsdax, and write protection serves the dirty log.',
    sources: ['virt/kvm/kvm_main.c (6.1)', 'virt/kvm/pfncache.c (6.1)'],
    tag: 'seen',
    status: {
      kind: 'modelled',
      where: ['src/drivers/list_notifier.ts'],
      without: ['driver_families'],
      shownBy: ['src/kernel/mm/mmu_notifier_list.test.ts'],
    },
  },
  {
    id: 'K160',
    title: 'VFIO type1',
    text: 'FOLL_PIN with FOLL_LONGTERM as long as the mapping lives, and no notifier. fsdax fails with -EOPNOTSUPP.',
    sources: ['drivers/vfio/vfio_iommu_type1.c (6.1)'],
    tag: 'seen',
    status: context('driver_row'),
  },
  {
    id: 'K161',
    title: 'iommufd',
    text: 'As VFIO (K160), present since 6.2; fsdax fails too.',
    sources: ['drivers/iommu/iommufd/pages.c (7.2)'],
    tag: 'seen',
    status: context('driver_row'),
  },
  {
    id: 'K162',
    title: 'io_uring fixed buffers',
    text:
      'FOLL_WRITE, FOLL_PIN and FOLL_LONGTERM up to unregistering. 6.1 itself refuses files that are neither ' +
      'shmem nor hugetlb with -EOPNOTSUPP, and a mixture of files with -EINVAL.',
    sources: ['io_uring/rsrc.c (6.1)'],
    tag: 'seen',
    status: context('driver_row'),
  },
  {
    id: 'K163',
    title: 'vmsplice into a pipe',
    text:
      'FOLL_GET without LONGTERM, and so permitted on fsdax. The pages stay in the pipe until it is read or ' +
      'closed, for as long as user space likes.',
    sources: ['fs/splice.c:iter_to_pipe (6.1)'],
    tag: 'seen',
    status: {
      kind: 'modelled',
      where: ['src/drivers/get.ts'],
      without: ['driver_families'],
      shownBy: ['src/drivers/get.test.ts'],
    },
  },
  {
    id: 'K164',
    title: 'O_DIRECT whose buffer lies in a DAX mapping',
    text:
      "The I/O goes to some other file or device while the buffer's storage pages are referenced up to its " +
      'completion, by FOLL_GET in 6.1 and FOLL_PIN later. It is permitted.',
    sources: ['lib/iov_iter.c (6.1)', 'block/bio.c (6.12)'],
    tag: 'seen',
    status: {
      kind: 'modelled',
      where: ['src/drivers/gup.ts', 'src/drivers/get.ts', 'src/kernel/mm/gup.ts'],
      without: ['later_kernels'],
    },
  },
  {
    id: 'K165',
    title: 'read(2) and write(2) on a DAX file',
    text: "O_DIRECT or not, the CPU copies under i_rwsem and the file's pages are not referenced.",
    sources: ['fs/ext4/file.c:ext4_file_read_iter (6.1)', 'fs/xfs/xfs_file.c (6.1)'],
    tag: 'seen',
    status: { kind: 'modelled', where: ['src/kernel/fs/read_write.ts'] },
  },
  {
    id: 'K166',
    title: 'V4L2 videobuf2 USERPTR',
    text: 'FOLL_FORCE, FOLL_WRITE and FOLL_LONGTERM for the life of the buffer, with no notifier. fsdax fails.',
    sources: ['drivers/media/common/videobuf2/frame_vector.c (6.1)'],
    tag: 'seen',
    status: context('driver_row'),
  },
  {
    id: 'K167',
    title: 'xe userptr',
    text: 'An interval subscription with HMM, no pins and short holds. It should work on fsdax.',
    sources: ['drivers/gpu/drm/xe/xe_userptr.c (7.2)'],
    tag: 'unverified',
    caveat: 'The file exists in 7.2; its behaviour on DAX is from memory.',
    status: context('driver_row'),
  },
  {
    id: 'K168',
    title: 'xe SVM (drm_gpusvm)',
    text:
      'Subscribes in chunks of 512 MiB and more, with ranges inside them, under one rw lock; an UNMAP goes to a ' +
      'garbage collector. It uses system pages without pinning.',
    sources: ['drivers/gpu/drm/drm_gpusvm.c (7.2), DOC comment'],
    tag: 'unverified',
    caveat: 'Its behaviour on DAX is from memory.',
    status: context('driver_row'),
  },
  {
    id: 'K169',
    title: 'hfi1, qib and usnic user SDMA',
    text:
      'LONGTERM pins charged to pinned_vm and kept for long; fsdax fails. The expected-receive path of hfi1 uses ' +
      'a notifier.',
    sources: ['drivers/infiniband/hw/hfi1, qib and usnic (6.1), accounting of pinned_vm'],
    tag: 'unverified',
    caveat: 'The accounting was seen; the rest is from memory.',
    status: context('driver_row'),
  },
  {
    id: 'K170',
    title: 'The five cases of pin_user_pages.rst',
    text:
      'Direct I/O takes FOLL_PIN; RDMA takes FOLL_PIN with FOLL_LONGTERM; a driver with a notifier takes neither, ' +
      'if it unpins in its callback or does not pin; code interested in the struct page alone takes FOLL_GET; CPU ' +
      'writes into the page take FOLL_PIN. i915 (K158) is of the third case without its unpinning.',
    sources: ['Documentation/core-api/pin_user_pages.rst'],
    tag: 'derived',
    caveat: 'Placing i915 there is derived.',
    status: context('argument'),
  },
];

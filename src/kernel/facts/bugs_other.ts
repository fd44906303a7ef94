/** K193 to K215: bugs upstream had in GUP, wake-ups, notifications and accounts, and suspected ones. */
import { context } from './context.ts';
import type { Fact } from './fact.ts';
import { notModelled } from './left_out.ts';

export const OTHER_BUG_FACTS: readonly Fact[] = [
  {
    id: 'K193',
    title: 'A read-only reference, then copy on write the wrong way round',
    text:
      "Parent or child got to see what the other wrote afterwards, because the holder's page was no longer the " +
      "process's page: I5.",
    sources: ['CVE-2020-29374', 'commit 17839856fd58'],
    tag: 'unverified',
    caveat: 'The CVE number is from memory.',
    status: {
      kind: 'modelled',
      where: ['src/kernel/mm/gup.ts', 'src/kernel/mm/memory_cow.ts'],
      fault: 'pin_does_not_unshare',
      shownBy: ['src/kernel/mm/memory_cow.test.ts'],
    },
  },
  {
    id: 'K194',
    title: 'fork shared a pinned page',
    text:
      "The owner's next write moved it to a copy while DMA went on into a page that the process had lost: I5. A " +
      'race needed a fix of its own.',
    sources: ['commit 70e806e4e645', 'commit 57efa1fe5957'],
    tag: 'seen',
    status: {
      kind: 'modelled',
      where: ['src/kernel/mm/memory_fork.ts', 'src/kernel/mm/gup.ts'],
      fault: 'fork_shares_pinned_page',
      shownBy: ['src/kernel/mm/fork.test.ts'],
    },
  },
  {
    id: 'K195',
    title: 'FOLL_FORCE wrote through copy on write in shmem',
    text: 'A write got into a page of a file that was read-only: I9.',
    sources: ['CVE-2022-2590', 'commit "mm/gup: fix FOLL_FORCE COW security issue and remove FOLL_COW"'],
    tag: 'unverified',
    caveat: 'The title was seen; the CVE number is from memory.',
    status: context('past_bug'),
  },
  {
    id: 'K196',
    title: 'Notified range too small with shared hugetlb PMDs',
    text: 'A mirror of addresses outside the range stayed stale: I4.',
    sources: ['commit "hugetlb: take PMD sharing into account when flushing tlb/caches"'],
    tag: 'unverified',
    caveat: 'The title was seen; the release 4.20 is from memory.',
    status: {
      kind: 'modelled',
      where: ['src/kernel/mm/huge_memory.ts'],
      fault: 'split_not_notified, split_notifies_one_page (huge pages of files; hugetlb is not modelled)',
    },
  },
  {
    id: 'K197',
    title: 'unmap_mapping_range lost high bits of the offset',
    text: 'The wrong part of the file was unmapped and notified: I4.',
    sources: ['commit 9eab0421fa94'],
    tag: 'seen',
    status: {
      kind: 'modelled',
      where: ['src/kernel/mm/rmap.ts'],
      fault: 'unmap_offset_truncated',
    },
  },
  {
    id: 'K198',
    title: 'A DAX waiter on the wrong queue',
    text:
      'For a PMD entry the sleeper hashed to another bucket than the waker: the wake-up was lost and the task ' +
      'hung, I7.',
    sources: ['commit 23c84eb78375'],
    tag: 'seen',
    status: {
      kind: 'modelled',
      where: ['src/kernel/fs/dax.ts', 'src/kernel/fs/dax_pmd_fault.ts'],
      fault: 'who waits for a PMD entry sleeps on the queue of another page',
      shownBy: ['src/kernel/mm/huge_memory.test.ts'],
    },
  },
  {
    id: 'K199',
    title: 'put_unlocked_entry woke too few',
    text: 'It woke a single waiter when the others had to be woken too, and some slept on: I7.',
    sources: ['commit "dax: Fix missed wakeup in put_unlocked_entry()", 2021'],
    tag: 'seen',
    caveat: 'Only the title was seen.',
    status: {
      kind: 'modelled',
      where: ['src/kernel/fs/dax.ts', 'src/machine/wait_queue.ts'],
      fault: 'a wake-up of the entry lock is lost',
    },
  },
  {
    id: 'K200',
    title: 'A failed non-blockable start unbalanced the others',
    text:
      'Subscribers that had succeeded did not get their end call, their counts stayed up, and faults of the ' +
      'mirror waited for ever: I7.',
    sources: ['commit c2655835fd8c'],
    tag: 'seen',
    status: notModelled('nonblocking_starts'),
  },
  {
    id: 'K201',
    title: 'Collapse of file THPs removed page tables unannounced',
    text: 'A notification was missing, so KVM or a mirror kept translating by way of freed tables: I4.',
    sources: ['commit f268f6cf875f'],
    tag: 'seen',
    status: {
      kind: 'modelled',
      where: ['src/kernel/mm/mmap.ts'],
      fault: 'munmap_not_notified (THP collapse does not reach DAX)',
    },
  },
  {
    id: 'K202',
    title: 'Fast GUP against THP collapse',
    text: 'With page tables freed underneath it, fast GUP pinned a page that was mapped no more: I1.',
    sources: ['commit 70cbc3cc78a9', 'commit 2ba99c5e0881'],
    tag: 'seen',
    status: {
      kind: 'modelled',
      where: ['src/kernel/mm/gup.ts'],
      fault: 'recheck_before_grab, no_pte_recheck (against a layout break; THP collapse does not reach DAX)',
    },
  },
  {
    id: 'K203',
    title: 'Generic fast GUP forgot devmap',
    text: 'Checks lost in a conversion let the pgmap count run below zero: I11. The conversion was reverted.',
    sources: ['commit 2947ba054a', 'commit 6dd29b3df975'],
    tag: 'seen',
    status: context('past_bug'),
  },
  {
    id: 'K204',
    title: 'VFIO leaked references of the zero page',
    text:
      'More was acquired than released: I11. The fix could be reverted when pins of the zero page stopped ' +
      'counting (K7).',
    sources: ['commit 873aefb376bb', 'commit 5b992412776c'],
    tag: 'seen',
    status: {
      kind: 'modelled',
      where: ['src/drivers/gup.ts', 'src/kernel/mm/gup.ts'],
      fault: 'pin leak: a pin is not given back (on any page, not only the zero page)',
    },
  },
  {
    id: 'K205',
    title: 'VFIO: locked_vm below zero across exec',
    text: 'The charge was taken off another mm: I11.',
    sources: ['commit 046eca5018f8'],
    tag: 'seen',
    status: {
      kind: 'modelled',
      where: ['src/drivers/accounting.ts'],
      fault: 'a failed registration is uncharged twice',
      shownBy: ['src/drivers/accounting.test.ts'],
    },
  },
  {
    id: 'K206',
    title: 'iommufd unpinned pages in use',
    text: 'Pages were given back while an access still had them: I1 and I11.',
    sources: ['commit "iommufd: Fix unpinning of pages when an access is present"'],
    tag: 'seen',
    caveat: 'Only the title was seen.',
    status: {
      kind: 'modelled',
      where: ['src/drivers/gup.ts'],
      fault: 'unpinned_while_in_use',
    },
  },
  {
    id: 'K207',
    title: 'KVM: a memslot moved inside an invalidation',
    text: 'Start and end saw different slots and the count went out of balance: I7 and I4.',
    sources: ['commit 52ac8b358b0c'],
    tag: 'seen',
    status: {
      kind: 'modelled',
      where: ['src/drivers/list_notifier.ts'],
      fault: 'invalidation_count_unbalanced',
    },
  },
  {
    id: 'K208',
    title: 'Stale TLB entries on PFNMAP VMAs',
    text: 'unmap_mapping_range raced munmap, leaving accesses to freed memory possible: I1.',
    sources: ['CVE-2022-39188', 'commit b67fbebd4cf9'],
    tag: 'unverified',
    caveat: 'The CVE number is from memory.',
    status: context('past_bug'),
  },
  {
    id: 'K209',
    title: 'The invalidate_page callback',
    text:
      'It was called under the page table lock though users slept in it, and with a wrong size for THP: I6 and ' +
      'I4. 4.14 removed it.',
    sources: ['merge ea25c4317946'],
    tag: 'seen',
    status: {
      kind: 'modelled',
      where: ['src/kernel/mm/rmap.ts'],
      fault: 'mkclean_notifies_one_page',
    },
  },
  {
    id: 'K210',
    title: 'Cleaning opened a window for MADV_DONTNEED',
    text:
      'mkclean emptied the PMD for a moment, and a DONTNEED at that time passed it by, leaving the page in place: ' +
      'I4 and I5.',
    sources: ['commit 024eee0e83f0'],
    tag: 'seen',
    status: {
      kind: 'modelled',
      where: ['src/kernel/mm/rmap.ts', 'src/kernel/fs/writeback.ts'],
      fault: 'mkclean_clears_entry_first',
    },
  },
  {
    id: 'K211',
    title: 'Reflink spins on a pin of the second file',
    text: 'The loop of K59 neither sleeps nor heeds signals, so there is no progress and no killing it: I6.',
    sources: [
      'fs/xfs/xfs_inode.c:xfs_mmaplock_two_inodes_and_break_dax_layout (6.1, 7.2)',
      'from K59',
      'a real kernel: src/witness disputed_facts (6.1.192, 6.12.117)',
    ],
    tag: 'seen',
    status: {
      kind: 'modelled',
      where: ['src/kernel/fs/xfs_reflink.ts'],
      shownBy: ['src/kernel/fs/xfs_reflink.test.ts'],
    },
  },
  {
    id: 'K212',
    title: 'i915 keeps its pins through invalidation',
    text: "K158 seen as a bug: truncate depends on what the GPU's user does next, I2.",
    sources: ['from K158'],
    tag: 'derived',
    status: {
      kind: 'modelled',
      where: ['src/drivers/hmm_mirror.ts'],
      fault: 'the mirror keeps a page reference through invalidation',
    },
  },
  {
    id: 'K213',
    title: 'A vmspliced page outlives its file',
    text: 'In E1 the blocks are freed under it (K62): I1. In E2 eviction waits for it and cannot be killed (K38): I2.',
    sources: ['from K38 and K62', 'a real kernel: src/witness disputed_facts (6.1.192, 6.12.117)'],
    tag: 'derived',
    caveat: 'A real kernel of E1 did it; the half about E2 is derived.',
    status: context('past_bug'),
  },
  {
    id: 'K214',
    title: 'E2 forgets which blocks are dirty',
    text: 'Deleting the entries of the whole file loses their DIRTY marks (K39): I3.',
    sources: ['from K39'],
    tag: 'derived',
    status: context('past_bug'),
  },
  {
    id: 'K215',
    title: 'A read pin of a shared block goes unseen',
    text:
      'The second owner of a reflinked block has no entry for it, finds it idle and frees it (K60): a read of a ' +
      'reused block, I1.',
    sources: ['from K60', 'a real kernel: src/witness disputed_facts (6.1.192, 6.12.117)'],
    tag: 'seen',
    status: {
      kind: 'modelled',
      where: ['src/kernel/fs/cow_fault.ts', 'src/kernel/fs/extent.ts'],
      shownBy: ['src/kernel/fs/xfs_reflink.test.ts'],
    },
  },
];

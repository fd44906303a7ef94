/** K69 to K75: system calls and faults that change an address space. */
import type { Fact } from './fact.ts';
import { notModelled } from './left_out.ts';

export const ADDRESS_SPACE_FACTS: readonly Fact[] = [
  {
    id: 'K69',
    title: 'munmap',
    text:
      'With mmap_lock exclusive the VMAs are detached; the lock may be downgraded, the pages are zapped between ' +
      'start and end of an UNMAP event, and page tables are freed. Pins notice nothing. UNMAP is final for a ' +
      'mirror, which lets go of its object for the range; all other events pass.',
    sources: [
      'mm/memory.c (6.1), the UNMAP event',
      'drivers/gpu/drm/amd/amdkfd/kfd_svm.c (6.1), comment on UNMAP',
    ],
    tag: 'unverified',
    caveat: 'The downgrade of mmap_lock is from memory.',
    status: {
      kind: 'modelled',
      where: ['src/kernel/mm/mmap.ts', 'src/kernel/mm/mmu_notifier.ts', 'src/drivers/hmm_mirror.ts'],
    },
  },
  {
    id: 'K70',
    title: 'MADV_DONTNEED',
    text:
      'mmap_lock is shared, the range is zapped under a CLEAR event, and the file keeps its data. MADV_FREE and ' +
      'MADV_PAGEOUT have no effect on fsdax pages, which are on no LRU (K76).',
    sources: ['mm/memory.c:zap_page_range (6.1)', 'from K76'],
    tag: 'seen',
    status: {
      kind: 'modelled',
      where: ['src/kernel/mm/madvise.ts'],
      shownBy: ['src/kernel/mm/mmap.test.ts', 'src/kernel/mm/madvise.test.ts'],
    },
  },
  {
    id: 'K71',
    title: 'mprotect',
    text:
      'Under mmap_lock exclusive, going through a run of PMDs, a PROTECTION_VMA event opens where the first one ' +
      'is populated and reaches to the end of the run; rights in PTEs are reduced. With ' +
      'mmu_notifier_range_update_to_read_only a driver can ask whether the VMA stays readable and downgrade its ' +
      'entries rather than remove them.',
    sources: [
      'mm/mprotect.c:change_pmd_range (6.1)',
      'mm/mmu_notifier.c:mmu_notifier_range_update_to_read_only (6.1)',
    ],
    tag: 'seen',
    status: {
      kind: 'modelled',
      where: ['src/kernel/mm/mprotect.ts', 'src/kernel/mm/mmu_notifier.ts'],
      without: ['driver_families'],
      shownBy: ['src/kernel/mm/mprotect.test.ts'],
    },
  },
  {
    id: 'K72',
    title: 'mremap',
    text:
      'Under mmap_lock exclusive an UNMAP event covers the old addresses alone while PTEs move to the new ones. ' +
      'An interval subscription stays where it was, and a mirror keyed by address has to drop the translation ' +
      'instead of moving it. Moves of huge entries can shift an entire PMD or PUD.',
    sources: ['mm/mremap.c:move_page_tables (6.1)'],
    tag: 'seen',
    status: {
      kind: 'modelled',
      where: ['src/kernel/mm/mremap.ts', 'src/kernel/mm/huge_memory.ts', 'src/kernel/mm/mmu_notifier.ts'],
      without: ['pud_mappings'],
    },
  },
  {
    id: 'K73',
    title: 'fork',
    text:
      "The parent's mmap_lock is exclusive. File VMAs lacking an anon_vma (shared ones, private ones without a copy " +
      'yet) are not copied: the child, which has no subscriptions, faults for itself. A private VMA that is copied ' +
      'gives the parent a PROTECTION_PAGE event, and ' +
      'write_protect_seq sends a concurrent FOLL_PIN fast walk to the slow path; since 5.9 a maybe-pinned page is ' +
      'copied for the child on the spot.',
    sources: [
      'mm/memory.c:vma_needs_copy, copy_page_range (6.1)',
      'commit 70e806e4e645',
      'commit 57efa1fe5957',
    ],
    tag: 'seen',
    status: {
      kind: 'modelled',
      where: ['src/kernel/mm/fork.ts', 'src/kernel/mm/memory_fork.ts', 'src/kernel/mm/gup.ts'],
      shownBy: ['src/kernel/mm/fork.test.ts'],
    },
  },
  {
    id: 'K74',
    title: 'Copy on write of a page that is mapped',
    text:
      'A CLEAR event starts; under the page table lock the old PTE is cleared, flushed and notified, and the new ' +
      'one set; the event ends.',
    sources: ['mm/memory.c:wp_page_copy (6.1)'],
    tag: 'seen',
    status: {
      kind: 'modelled',
      where: ['src/kernel/mm/memory_cow.ts'],
      shownBy: ['src/kernel/mm/memory.test.ts', 'src/kernel/mm/memory_cow.test.ts'],
    },
  },
  {
    id: 'K75',
    title: 'When a secondary TLB must be flushed',
    text:
      "For hardware that walks the CPU's own tables: a PTE that will name another page needs the secondary flush " +
      'before it is set, while one that only loses write permission can wait for the end call.',
    sources: ['Documentation/mm/mmu_notifier.rst'],
    tag: 'seen',
    status: notModelled('secondary_tlb'),
  },
];

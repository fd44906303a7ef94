/** K82 to K95: get_user_pages and pin_user_pages, and what they do on each kind of memory. */
import type { Fact } from './fact.ts';
import { notModelled } from './left_out.ts';

export const GUP_FACTS: readonly Fact[] = [
  {
    id: 'K82',
    title: 'Slow GUP',
    text:
      'Under mmap_lock it checks the VMA, walks to the PTE, calls handle_mm_fault if that is unusable and walks ' +
      'again; the count is taken under the page table lock. It returns how many pages it got, perhaps fewer than ' +
      'asked, or an errno when there are none. Between retries a fatal signal ends it with -EINTR or ' +
      '-ERESTARTSYS.',
    sources: ['mm/gup.c:__get_user_pages_locked (6.1)', 'mm/gup.c:follow_page_pte (6.1)'],
    tag: 'seen',
    status: { kind: 'modelled', where: ['src/kernel/mm/gup.ts'], without: ['signals'] },
  },
  {
    id: 'K83',
    title: 'Fast GUP',
    text:
      'With interrupts off and no lock, each page goes through: read the PTE, check rights, raise the count, read ' +
      'PMD and PTE again, undo on a difference. What could not be got is left to the slow path, unless FAST_ONLY, ' +
      'which reports the shorter count. pin_user_pages_fast also gives up while fork write-protects, and undoes ' +
      'everything if that began underneath it.',
    sources: ['mm/gup.c:gup_pte_range (6.1)', 'mm/gup.c:lockless_pages_from_mm (6.1)'],
    tag: 'seen',
    status: {
      kind: 'modelled',
      where: ['src/kernel/mm/gup.ts'],
      without: ['page_table_freeing'],
      shownBy: ['src/kernel/mm/gup.test.ts'],
    },
  },
  {
    id: 'K84',
    title: 'What a GUP reference does and does not prevent',
    text:
      'It keeps the page from being freed. It stops neither unmapping nor truncation, nor a new mapping at the ' +
      'address, nor write protection for write-back, nor copy on write within the mm.',
    sources: ['Documentation/core-api/pin_user_pages.rst, cases 1 and 2', 'fs/dax.c (6.1), comments'],
    tag: 'seen',
    status: { kind: 'modelled', where: ['src/kernel/mm/gup.ts'] },
  },
  {
    id: 'K85',
    title: 'GUP of anonymous memory',
    text:
      'Short references succeed, and a read-only pin of a page shared by copy on write first makes it exclusive. ' +
      'Long-term pins move movable or CMA folios elsewhere first, repeating on -EAGAIN, with -ENOMEM when that ' +
      'fails.',
    sources: [
      'mm/gup.c:follow_page_pte (6.1), gup_must_unshare',
      'mm/gup.c:check_and_migrate_movable_pages (6.1)',
    ],
    tag: 'unverified',
    caveat: 'That unsharing came in 5.19 is from memory.',
    status: {
      kind: 'modelled',
      where: ['src/kernel/mm/gup.ts', 'src/kernel/mm/memory_cow.ts'],
      without: ['other_memory'],
      shownBy: ['src/kernel/mm/memory_cow.test.ts'],
    },
  },
  {
    id: 'K86',
    title: 'GUP of shmem and tmpfs',
    text: 'Both kinds are allowed; a long-term pin follows migration out of movable or CMA memory.',
    sources: ['mm/gup.c:gup_fast_folio_allowed (7.2)'],
    tag: 'seen',
    status: notModelled('other_memory'),
  },
  {
    id: 'K87',
    title: 'GUP of page-cache files',
    text:
      'Short references succeed. A long-term read pin does as well, but in newer kernels a long-term write pin ' +
      'gets -EFAULT where the VMA needs dirty tracking, with fast GUP declining in favour of the slow path. 6.12 ' +
      'has this rule and 6.1 does not.',
    sources: ['mm/gup.c:writable_file_mapping_allowed (7.2)', 'commit 8ac268436e6d', 'commit a6e79df92e4a'],
    tag: 'unverified',
    caveat: 'That it came in 6.5 is from memory.',
    status: notModelled('other_memory'),
  },
  {
    id: 'K88',
    title: 'GUP of fsdax memory',
    text:
      'A short reference is counted on the storage page itself. FOLL_LONGTERM is refused: slow GUP returns ' +
      '-EOPNOTSUPP from its VMA check; fast GUP bails out on devmap in E1, and finds the folio not long-term ' +
      'pinnable in E2.',
    sources: [
      'mm/gup.c:check_vma_flags (6.1, 7.2)',
      'mm/gup.c:gup_pte_range (6.1)',
      'include/linux/mm.h:folio_is_longterm_pinnable (7.2)',
    ],
    tag: 'seen',
    status: {
      kind: 'modelled',
      where: [
        'src/kernel/mm/gup.ts',
        'src/kernel/release/rules.ts',
        'src/drivers/gup.ts',
        'src/drivers/gup_longterm.ts',
      ],
      without: ['later_kernels'],
    },
  },
  {
    id: 'K89',
    title: 'GUP of a hole in an fsdax file, for reading',
    text:
      'It yields the zero page, uncounted (K43). A long-term request does not come that far, as -EOPNOTSUPP ' +
      'precedes it.',
    sources: ['mm/gup.c:check_vma_flags (6.1)', 'from K7 and K43'],
    tag: 'derived',
    caveat: 'The refusal was seen; the zero-page half follows K43, in part derived.',
    status: { kind: 'modelled', where: ['src/kernel/mm/gup.ts'] },
  },
  {
    id: 'K90',
    title: 'GUP of device-dax',
    text: 'Short and long-term references are both allowed, there being no filesystem that owns the blocks.',
    sources: ['mail: the 4.15 series for get_user_pages_longterm'],
    tag: 'seen',
    status: notModelled('other_memory'),
  },
  {
    id: 'K91',
    title: 'GUP of hugetlb pages',
    text: 'Allowed, with an exact pin count. Long-term pins isolate and migrate a movable page first.',
    sources: ['mm/gup.c:collect_longterm_unpinnable_pages (6.1)'],
    tag: 'seen',
    status: notModelled('other_memory'),
  },
  {
    id: 'K92',
    title: 'GUP of device-private memory',
    text:
      'The PTE is a swap entry, so the access faults like one of the CPU, the page migrates back, and a system ' +
      'page is what gets pinned, long-term or not.',
    sources: ['Documentation/mm/hmm.rst'],
    tag: 'seen',
    status: notModelled('device_memory'),
  },
  {
    id: 'K93',
    title: 'GUP of device-coherent memory',
    text:
      'A short reference succeeds. For a long-term one the page is first migrated into system memory, failing ' +
      'which -EBUSY results.',
    sources: ['mm/gup.c:migrate_longterm_unpinnable_pages (6.1)'],
    tag: 'seen',
    status: notModelled('device_memory'),
  },
  {
    id: 'K94',
    title: 'GUP of VM_IO, VM_PFNMAP and secretmem',
    text: 'Every kind of request gets -EFAULT.',
    sources: ['mm/gup.c:check_vma_flags (6.1)'],
    tag: 'seen',
    status: notModelled('other_memory'),
  },
  {
    id: 'K95',
    title: 'GUP of peer-to-peer DMA pages',
    text: '-EREMOTEIO unless FOLL_PCI_P2PDMA is set, a flag that FOLL_LONGTERM excludes.',
    sources: ['mm/gup.c (7.2)'],
    tag: 'unverified',
    caveat: 'That the flag came in 6.2 is from memory.',
    status: notModelled('other_memory'),
  },
];

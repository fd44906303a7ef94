/** K171 to K182: bugs upstream had in layout waits and in keeping track of dirty data. */
import type { Fact } from './fact.ts';

export const LAYOUT_BUG_FACTS: readonly Fact[] = [
  {
    id: 'K171',
    title: 'No wait for short pins',
    text:
      'In E0 blocks were truncated and reused under a running DMA. A write of the device reaches a block of ' +
      'another inode: I1.',
    sources: ['mail: Williams, cover letter, 2017', 'commit 5fac7408d828'],
    tag: 'seen',
    status: {
      kind: 'modelled',
      where: ['src/kernel/fs/dax.ts'],
      fault: 'no layout wait: the break never looks for busy pages',
    },
  },
  {
    id: 'K172',
    title: 'Long-term pins of fsdax allowed',
    text: 'Depending on whether the layout wait exists yet, truncate hangs for good (I2) or frees blocks in use (I1).',
    sources: ['commit 2bb6d2837083', 'commit 94db151dc892'],
    tag: 'seen',
    status: {
      kind: 'modelled',
      where: ['src/kernel/mm/gup.ts', 'src/kernel/release/rules.ts'],
      fault: 'longterm_pins_allowed',
    },
  },
  {
    id: 'K173',
    title: 'The break threw private copies away',
    text:
      "Breaking a layout also removed private COW pages, so a process lost data of its own to someone else's " +
      'fallocate: I5. Corrected in 5.3.',
    sources: ['commit d75996dd022b'],
    tag: 'seen',
    status: {
      kind: 'modelled',
      where: ['src/kernel/fs/dax.ts', 'src/kernel/mm/pgtable.ts'],
      fault: 'layout_break_discards_copies',
    },
  },
  {
    id: 'K174',
    title: 'The busy scan skipped an entry it had waited for',
    text:
      'In the middle of a walk get_unlocked_entry() finds nothing, so a locked entry is left out. The first fix ' +
      'needed a second, and 6.1.192 still has the older form. A fault that races the break leads to I1; of two ' +
      'fsyncs of one page the second returns before the first has flushed it, I3 with no driver.',
    sources: [
      'commit 6be3e21d25ca',
      'commit dd59137bfe70',
      'fs/dax.c:dax_layout_busy_page_range (6.1)',
      'a real kernel: src/witness disputed_facts (6.1.192, 6.12.117)',
    ],
    tag: 'seen',
    status: {
      kind: 'modelled',
      where: ['src/kernel/fs/dax.ts', 'src/kernel/fs/writeback.ts', 'src/kernel/release/rules.ts'],
      shownBy: ['src/kernel/fs/dax.test.ts'],
    },
  },
  {
    id: 'K175',
    title: 'No busy scan for a file without mappings',
    text: 'Pin, munmap, truncate: the blocks go while the pin stays, I1. The behaviour of 6.1 itself (K63).',
    sources: ['commit cee91fa13a8e'],
    tag: 'seen',
    status: { kind: 'modelled', where: ['src/kernel/fs/dax.ts', 'src/kernel/release/rules.ts'] },
  },
  {
    id: 'K176',
    title: 'No wait at eviction',
    text: 'Pin, munmap, close, unlink: the blocks go while the pin stays, I1. The behaviour of 6.1 itself (K62).',
    sources: ['commit 0e2f80afcfa6'],
    tag: 'seen',
    status: { kind: 'modelled', where: ['src/kernel/fs/evict.ts'] },
  },
  {
    id: 'K177',
    title: 'virtiofs: faults against truncate and punch',
    text: 'DAX entries could outlive the break: I1, or a WARN.',
    sources: ['commit 7851bf649d42', 'commit befd9a71d859'],
    tag: 'seen',
    caveat: 'Only the titles were seen.',
    status: {
      kind: 'modelled',
      where: ['src/kernel/fs/huge_fault.ts'],
      fault: 'fault_without_invalidate_lock',
    },
  },
  {
    id: 'K178',
    title: 'fsync left a huge PMD writable',
    text: 'The radix tree entry was cleaned but not the PMD. Writes after that fsync were missed by the next one: I3.',
    sources: ['commit f729c8c9b24f'],
    tag: 'seen',
    status: {
      kind: 'modelled',
      where: ['src/kernel/mm/rmap.ts', 'src/kernel/mm/pgtable.ts'],
      fault: 'fsync leaves huge PMDs writable',
      shownBy: ['src/kernel/mm/huge_memory.test.ts'],
    },
  },
  {
    id: 'K179',
    title: 'Cleaning missed huge and aliased mappings',
    text:
      'PTEs were left without write protection, and caches unflushed for pages mapped by a PMD: I3. ' +
      'pfn_mkclean_range is the outcome.',
    sources: ['mail: Muchun Song, series of 2022', 'mm/rmap.c:pfn_mkclean_range (6.1)'],
    tag: 'unverified',
    caveat: 'That the series is in 5.19 is from memory.',
    status: {
      kind: 'modelled',
      where: ['src/kernel/mm/rmap.ts', 'src/kernel/fs/writeback.ts'],
      fault: 'mkclean_misses_alias, flush_first_page_of_pmd',
    },
  },
  {
    id: 'K180',
    title: 'Invalidation dropped dirty DAX entries',
    text: 'With mmap stores and write(2) mixed on a file, a following fsync had lost track of dirty blocks: I3.',
    sources: ['commit c6dcf52c23d2'],
    tag: 'seen',
    status: {
      kind: 'modelled',
      where: ['src/kernel/fs/dax.ts', 'src/kernel/fs/read_write.ts'],
      fault: 'invalidate_drops_dirty_entries',
    },
  },
  {
    id: 'K181',
    title: 'No write notification for pfn mappings',
    text: 'A read fault led to a writable PTE, so the dirtying went unrecorded: I3.',
    sources: ['commit 8a04446ab0cf'],
    tag: 'seen',
    status: {
      kind: 'modelled',
      where: ['src/kernel/fs/dax_fault.ts'],
      fault: 'read_fault_maps_writable',
    },
  },
  {
    id: 'K182',
    title: 'A long-term write pin dirties a page-cache page late',
    text:
      'The page is dirtied after its write-back and the filesystem was not asked, which ext4 answered with a BUG: ' +
      'I3 and I9. The policy of K87 came of it.',
    sources: ['CVE-2022-49171', 'commit 8ac268436e6d'],
    tag: 'seen',
    status: {
      kind: 'modelled',
      where: ['src/drivers/hmm_mirror.ts'],
      fault: 'protection_page_ignored (a mirror)',
    },
  },
];

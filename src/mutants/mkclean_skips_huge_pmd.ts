/** fsync takes the right to write from page table entries, and leaves huge PMDs writable. */
import { pmd_trans_huge } from '../kernel/mm/huge_memory.ts';
import { wrprotect_ptes } from '../kernel/mm/pgtable.ts';
import { type Mutant, replace } from './mutant.ts';

export const mkcleanSkipsHugePmd: Mutant = {
  name: 'mkclean_skips_huge_pmd',
  title: 'pfn_mkclean_range leaves a huge PMD writable while its DAX entry becomes clean',
  imitates:
    'K178, fixed by commit f729c8c9b24f: what was written after an fsync was not flushed by the next one',
  facts: ['K64', 'K178', 'K179'],
  driver: 'hmm_mirror',
  breaks: ['I3', 'I9'],
  filesStayMapped: false,
  patches: [
    replace('pfn_mkclean_range', 'page_vma_mkclean_one', ['mm', 'start', 'end'], ({ label }) => [
      label('page_vma_mkclean_one', 'K178', (k, f) => {
        if (!pmd_trans_huge(k, f.mm, f.start)) wrprotect_ptes(k, f.mm, f.start, f.end);
      }),
    ]),
  ],
};

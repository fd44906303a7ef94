/** A fault that gives a hole its block leaves the zero page in other page tables. */
import { leaveOut, type Mutant } from './mutant.ts';

export const zeroPageStaysMapped: Mutant = {
  name: 'zero_page_stays_mapped',
  title: 'dax_iomap_pte_fault does not unmap the zero page before it stores the entry of the new block',
  imitates: 'the mistake that K40 warns of: who has read the hole goes on reading zeros',
  facts: ['K40', 'K43'],
  driver: 'hmm_mirror',
  breaks: ['I5'],
  filesStayMapped: false,
  operations: ['mmap', 'load', 'store'],
  patches: [leaveOut('dax_iomap_pte_fault', 'unmap_mapping_pages')],
};

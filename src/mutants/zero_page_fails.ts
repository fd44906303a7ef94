/** hmm_range_fault fails on the zero page, which a DAX hole that was read is mapped to. */
import { EFAULT } from '../kernel/errno.ts';
import { hmm_range_fault } from '../kernel/mm/hmm.ts';
import { ZERO_PFN } from '../kernel/mm/page.ts';
import { pte_pfn, pte_present } from '../kernel/mm/pgtable.ts';
import { entryOf, type Mutant, replace } from './mutant.ts';

export const zeroPageFails: Mutant = {
  name: 'zero_page_fails',
  title: 'hmm_range_fault returns -EFAULT for the zero page: a device cannot read a hole',
  imitates: 'K185, before "mm/hmm: allow snapshot of the special zero page" of 2019',
  facts: ['K43', 'K141', 'K185'],
  driver: 'hmm_mirror',
  breaks: ['I8'],
  filesStayMapped: false,
  patches: [
    replace('hmm_range_fault', 'hmm_vma_handle_pte', ['mm', 'va', 'error'], ({ label, branch }) => [
      label('pte_special', 'K185', (k, f) => {
        const pte = k.ptes.get(f.mm, f.va);
        f.error = pte_present(pte) && pte_pfn(pte) === ZERO_PFN ? -EFAULT : 0;
      }),
      branch('the zero page', (_k, f) => f.error < 0, 'failed'),
      entryOf(hmm_range_fault, 'hmm_vma_handle_pte'),
    ]),
  ],
};

/** hmm_range_fault fails on an entry that maps a DAX page already. */
import { EFAULT } from '../kernel/errno.ts';
import { hmm_range_fault } from '../kernel/mm/hmm.ts';
import { ZERO_PFN } from '../kernel/mm/page.ts';
import { pte_anon, pte_pfn, pte_present } from '../kernel/mm/pgtable.ts';
import { entryOf, type Mutant, replace } from './mutant.ts';

export const devmapPteFails: Mutant = {
  name: 'devmap_pte_fails',
  title:
    'hmm_range_fault returns -EFAULT for a devmap entry that allows what is asked: no device reads a DAX file',
  imitates: 'K186: ODP on fsdax was broken from 36f30e486dce (5.10) to 4b42fb213678',
  facts: ['K141', 'K186'],
  driver: 'hmm_mirror',
  breaks: ['I8'],
  filesStayMapped: false,
  patches: [
    replace('hmm_range_fault', 'hmm_vma_handle_pte', ['mm', 'va', 'error'], ({ label, branch }) => [
      label('pte_devmap', 'K186', (k, f) => {
        const pte = k.ptes.get(f.mm, f.va);
        const devmap = pte_present(pte) && pte_pfn(pte) !== ZERO_PFN && !pte_anon(pte);
        f.error = devmap ? -EFAULT : 0;
      }),
      branch('a devmap entry', (_k, f) => f.error < 0, 'failed'),
      entryOf(hmm_range_fault, 'hmm_vma_handle_pte'),
    ]),
  ],
};

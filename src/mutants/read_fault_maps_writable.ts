/** A read fault maps the page writable: the filesystem does not hear of the first store. */
import { VMA } from '../kernel/kernel.ts';
import { insert_pfns, PTE_DIRTY, PTE_WRITE } from '../kernel/mm/pgtable.ts';
import { type Mutant, replace } from './mutant.ts';

export const readFaultMapsWritable: Mutant = {
  name: 'read_fault_maps_writable',
  title: 'vmf_insert_mixed of a read fault gives the right to write that the VMA has',
  imitates: 'K181, fixed by commit 8a04446ab0cf: no write notification for pfn mappings',
  facts: ['K41', 'K181'],
  driver: 'hmm_mirror',
  breaks: ['I9', 'I3'],
  filesStayMapped: false,
  // Where a read fault marks its entry dirty, as in 6.1, nobody would notice.
  rules: { read_fault_dirties_entry: false },
  patches: [
    replace(
      'dax_iomap_pte_fault',
      'vmf_insert_mixed',
      ['mm', 'va', 'end', 'page', 'pfn', 'write', 'vma'],
      ({ label }) => [
        label('vmf_insert_mixed', 'K181', (k, f) => {
          const shared = k.vmas.get(f.vma, VMA.shared) === 1 && k.vmas.get(f.vma, VMA.writable) === 1;
          const flags = f.write === 1 || shared ? PTE_WRITE | PTE_DIRTY : 0;
          insert_pfns(k, f.mm, f.va, f.end - f.page, f.pfn, flags);
        }),
      ],
    ),
  ],
};

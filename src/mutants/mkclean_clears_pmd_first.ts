/** fsync empties a huge PMD for a moment before it puts it back without the right to write. */
import { dax_to_pfn } from '../kernel/fs/dax.ts';
import { pmd_trans_huge } from '../kernel/mm/huge_memory.ts';
import { ZERO_PFN } from '../kernel/mm/page.ts';
import { mk_pte, PTE_PMD, wrprotect_ptes } from '../kernel/mm/pgtable.ts';
import { type Mutant, replace } from './mutant.ts';

export const mkcleanClearsPmdFirst: Mutant = {
  name: 'mkclean_clears_pmd_first',
  title: 'page_vma_mkclean_one clears the PMD and sets it again: whoever zaps in between passes it by',
  imitates: 'K210, fixed by commit 024eee0e83f0: MADV_DONTNEED raced a PMD that mkclean had cleared',
  facts: ['K64', 'K210'],
  driver: 'hmm_mirror',
  breaks: ['I5'],
  filesStayMapped: false,
  operations: ['mmap', 'store', 'load', 'fsync', 'punch'],
  patches: [
    replace(
      'pfn_mkclean_range',
      'page_vma_mkclean_one',
      ['inode', 'from', 'to', 'mm', 'start', 'end'],
      ({ label }) => [
        label('pmdp_huge_clear_flush', 'K210', (k, f) => {
          if (!pmd_trans_huge(k, f.mm, f.start)) {
            wrprotect_ptes(k, f.mm, f.start, f.end);
            return;
          }
          k.ptes.setRange(f.mm, f.start, f.end, 0);
          k.emit({ type: 'pte', mm: f.mm, from: f.start, to: f.end });
          // Until the next step the sign says that there is a PMD to put back.
          f.to = -f.to;
        }),
        label('set_pmd_at', 'K210', (k, f) => {
          if (f.to > 0) return;
          f.to = -f.to;
          const pfn = dax_to_pfn(k.i_pages.get(f.inode, f.from));
          for (let va = f.start; va < f.end; va++)
            k.ptes.setRange(f.mm, va, va + 1, mk_pte(pfn === ZERO_PFN ? pfn : pfn + va - f.start, PTE_PMD));
          k.emit({ type: 'pte', mm: f.mm, from: f.start, to: f.end });
        }),
      ],
    ),
  ],
};

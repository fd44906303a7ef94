/** fsync empties an entry, of a page or a huge one, for a moment before it puts it back without the right to write. */
import { dax_to_pfn } from '../kernel/fs/dax.ts';
import { mk_pte, pte_huge, PTE_PMD, pte_present, wrprotect_ptes } from '../kernel/mm/pgtable.ts';
import { linear_page_index } from '../kernel/mm/vma.ts';
import { type Mutant, replace } from './mutant.ts';

export const mkcleanClearsEntryFirst: Mutant = {
  name: 'mkclean_clears_entry_first',
  title: 'page_vma_mkclean_one clears the entry and sets it again: whoever zaps in between passes it by',
  imitates: 'K210, fixed by commit 024eee0e83f0: MADV_DONTNEED raced a PMD that mkclean had cleared',
  facts: ['K64', 'K210'],
  driver: 'hmm_mirror',
  breaks: ['I5'],
  filesStayMapped: false,
  operations: ['mmap', 'store', 'load', 'fsync', 'punch'],
  // Two cuts at the right steps: fsync between the halves, then its task before its next load.
  directed:
    'gvr1~ext4_dax.linux-2d6-2e1.hmm_mirror.mkclean_clears_entry_first~f.1.4.0.0.4.w~t.0~t.1~o.0.mmap.0.18.22.0.1.1.0~o.0.store.18.19~o.0.fsync.0~o.0.load.18.19~o.1.punch.0.0.0.1.0~gvs1~0.1.2.3.4.5.6~0.2.pfn_mkclean_range-2eset_pmd_at.1.1~0.3.user.1.1',
  patches: [
    replace(
      'pfn_mkclean_range',
      'page_vma_mkclean_one',
      ['inode', 'to', 'vma', 'mm', 'start', 'end'],
      ({ label }) => [
        label('pmdp_huge_clear_flush', 'K210', (k, f) => {
          const pte = k.ptes.get(f.mm, f.start);
          const one = pte_huge(pte) || f.end - f.start === 1;
          if (!one || !pte_present(pte)) {
            wrprotect_ptes(k, f.mm, f.start, f.end);
            return;
          }
          k.ptes.setRange(f.mm, f.start, f.end, 0);
          k.emit({ type: 'pte', mm: f.mm, from: f.start, to: f.end });
          // Until the next step the sign says that there is an entry to put back.
          f.to = -f.to;
        }),
        label('set_pmd_at', 'K210', (k, f) => {
          if (f.to > 0) return;
          f.to = -f.to;
          const huge = f.end - f.start > 1 ? PTE_PMD : 0;
          for (let va = f.start; va < f.end; va++) {
            const entry = k.i_pages.get(f.inode, linear_page_index(k, f.vma, va));
            k.ptes.setRange(f.mm, va, va + 1, mk_pte(dax_to_pfn(entry), huge));
          }
          k.emit({ type: 'pte', mm: f.mm, from: f.start, to: f.end });
        }),
      ],
    ),
  ],
};

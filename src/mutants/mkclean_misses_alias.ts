/** fsync takes the right to write away in the first mapping of the page only. */
import { mmu_notifier_invalidate_range_end } from '../kernel/mm/mmu_notifier.ts';
import { NO_VMA } from '../kernel/mm/vma.ts';
import { type Mutant, replace } from './mutant.ts';

export const mkcleanMissesAlias: Mutant = {
  name: 'mkclean_misses_alias',
  title: 'pfn_mkclean_range stops after the first VMA of the file',
  imitates: 'K179: mappings that mkclean missed (series of 2022, whose outcome is pfn_mkclean_range)',
  facts: ['K64', 'K179'],
  driver: 'hmm_mirror',
  breaks: ['I9', 'I3'],
  filesStayMapped: false,
  patches: [
    replace(
      'pfn_mkclean_range',
      'mmu_notifier_invalidate_range_end',
      ['mm', 'start', 'end', 'vma'],
      ({ label }) => [
        label('mmu_notifier_invalidate_range_end', 'K179', (k, f) => {
          mmu_notifier_invalidate_range_end(k, f.mm, f.start, f.end);
          f.vma = NO_VMA;
        }),
      ],
    ),
  ],
};

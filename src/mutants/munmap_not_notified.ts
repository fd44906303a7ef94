/** munmap takes page tables away without telling anybody. */
import { leaveOut, type Mutant } from './mutant.ts';

export const munmapNotNotified: Mutant = {
  name: 'munmap_not_notified',
  title: 'unmap_region has neither start nor end: mirrors keep their entries of what is unmapped',
  imitates: 'K201: the collapse of file THPs removed page tables unannounced (f268f6cf875f), here munmap',
  facts: ['K69', 'K201'],
  driver: 'hmm_mirror',
  breaks: ['I4'],
  filesStayMapped: false,
  patches: [
    leaveOut('unmap_region', 'mmu_notifier_invalidate_range_start'),
    leaveOut('unmap_region', 'mmu_notifier_invalidate_range_end'),
  ],
};

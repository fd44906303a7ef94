/** A huge page that is zapped in part goes as a whole, and mirrors hear of the part alone. */
import { leaveOut, type Mutant } from './mutant.ts';

export const splitNotNotified: Mutant = {
  name: 'split_not_notified',
  title: '__split_huge_pmd drops the whole huge page without a notification of its own',
  imitates: 'K196 for huge pages of files: the range that mirrors are told is smaller than what goes away',
  facts: ['K45', 'K196'],
  driver: 'hmm_mirror',
  breaks: ['I4'],
  filesStayMapped: false,
  patches: [
    leaveOut('__split_huge_pmd', 'mmu_notifier_invalidate_range_start'),
    leaveOut('__split_huge_pmd', 'mmu_notifier_invalidate_range_only_end'),
  ],
};

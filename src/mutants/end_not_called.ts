/** An invalidation begins and never ends. */
import { leaveOut, type Mutant } from './mutant.ts';

export const endNotCalled: Mutant = {
  name: 'end_not_called',
  title:
    'madvise_dontneed does not call invalidate_range_end: the sequence stays odd, and faults of the mirror wait for ever',
  imitates:
    'K200, fixed by commit c2655835fd8c: the end of other subscribers was not called after a failed start',
  facts: ['K126', 'K127', 'K200'],
  driver: 'hmm_mirror',
  breaks: ['I12'],
  filesStayMapped: false,
  patches: [leaveOut('madvise_dontneed', 'mmu_notifier_invalidate_range_end')],
};

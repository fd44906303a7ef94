/** The mirror installs what hmm_range_fault() found without asking whether it still stands. */
import { leaveOut, type Mutant } from './mutant.ts';

export const noRetryCheck: Mutant = {
  name: 'no_retry_check',
  title: 'the mirror installs device entries without mmu_interval_read_retry',
  imitates:
    'K183: a boolean instead of a sequence, so that a commit went in after the invalidation had ended',
  facts: ['K128', 'K183'],
  driver: 'hmm_mirror',
  breaks: ['I4'],
  filesStayMapped: false,
  patches: [leaveOut('hmm_mirror device_fault', 'mmu_interval_read_retry')],
};

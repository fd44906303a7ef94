/** The callback leaves the device's entries where they are. */
import { leaveOut, type Mutant } from './mutant.ts';

export const invalidateDoesNotClear: Mutant = {
  name: 'invalidate_does_not_clear',
  title: 'the callback returns with the device entries still in place',
  imitates: 'K188: xe left its DMA mapping standing at an invalidation (commit ba767b9d01a2)',
  facts: ['K117', 'K188'],
  driver: 'hmm_mirror',
  breaks: ['I4', 'I1'],
  filesStayMapped: false,
  patches: [leaveOut('hmm_mirror invalidate', 'clear device entries')],
};

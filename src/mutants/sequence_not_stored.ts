/** The callback does not store the sequence, so that a fault under way never learns that it must try again. */
import { leaveOut, type Mutant } from './mutant.ts';

export const sequenceNotStored: Mutant = {
  name: 'sequence_not_stored',
  title: 'the callback clears device entries but forgets mmu_interval_set_seq',
  imitates: 'the mistake that K129 warns of: every callback must store the sequence it is given',
  facts: ['K128', 'K129'],
  driver: 'hmm_mirror',
  breaks: ['I4'],
  filesStayMapped: false,
  patches: [leaveOut('hmm_mirror invalidate', 'mmu_interval_set_seq')],
};

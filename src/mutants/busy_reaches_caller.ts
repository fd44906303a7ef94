/** The driver hands -EBUSY of hmm_range_fault to its caller instead of beginning again. */
import { leaveOut, type Mutant } from './mutant.ts';

export const busyReachesCaller: Mutant = {
  name: 'busy_reaches_caller',
  title: 'a transfer that meets an invalidation fails with EBUSY',
  imitates: 'the mistake that K143 warns of: -EBUSY means to begin again from mmu_interval_read_begin',
  facts: ['K131', 'K143'],
  driver: 'hmm_mirror',
  breaks: ['I14'],
  filesStayMapped: false,
  patches: [leaveOut('hmm_mirror device_fault', 'invalidated')],
};

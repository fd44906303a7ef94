/** The device's fault works on an address space without a reference to its users. */
import { leaveOut, type Mutant } from './mutant.ts';

export const faultWithoutMmget: Mutant = {
  name: 'fault_without_mmget',
  title: 'the device fault neither asks mmget_not_zero nor keeps the address space alive',
  imitates:
    'the mistake that K1 warns of: a mirror is used after the last user of its address space has gone',
  facts: ['K1', 'K79'],
  driver: 'hmm_mirror',
  breaks: ['I10'],
  filesStayMapped: false,
  patches: [
    leaveOut('hmm_mirror device_fault', 'mmget_not_zero failed'),
    leaveOut('hmm_mirror device_fault', 'mmput'),
  ],
};

/** Write faults do not wait for a frozen filesystem to be thawed. */
import { leaveOut, type Mutant } from './mutant.ts';

export const faultsPassFreeze: Mutant = {
  name: 'faults_pass_freeze',
  title: 'the fault of the filesystem does without sb_start_pagefault',
  imitates: 'the mistake that K20 warns of: a write fault enters the filesystem like a write call',
  facts: ['K20'],
  driver: 'hmm_mirror',
  breaks: ['frozen_not_written'],
  filesStayMapped: false,
  patchesOn: (filesystem) => {
    const fault = filesystem === 'ext4' ? 'ext4_dax_huge_fault' : '__xfs_filemap_fault';
    return [leaveOut(fault, 'sb_start_pagefault'), leaveOut(fault, 'sb_end_pagefault')];
  },
  patches: [],
};

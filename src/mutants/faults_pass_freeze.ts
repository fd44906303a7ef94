/** Write faults do not wait for a frozen filesystem to be thawed. */
import { leaveOut, type Mutant, onEachFilesystem } from './mutant.ts';

export const faultsPassFreeze: Mutant = {
  name: 'faults_pass_freeze',
  title: 'the fault of the filesystem does without sb_start_pagefault',
  imitates: 'the mistake that K20 warns of: a write fault enters the filesystem like a write call',
  facts: ['K20'],
  driver: 'hmm_mirror',
  breaks: ['frozen_not_written'],
  filesStayMapped: false,
  patches: onEachFilesystem(
    ...['ext4_dax_huge_fault', '__xfs_filemap_fault'].flatMap((fault) => [
      leaveOut(fault, 'sb_start_pagefault'),
      leaveOut(fault, 'sb_end_pagefault'),
    ]),
  ),
};

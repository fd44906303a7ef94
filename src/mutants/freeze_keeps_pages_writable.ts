/** A freeze that writes nothing back: pages stay writable in page tables and mirrors. */
import { leaveOut, type Mutant } from './mutant.ts';

export const freezeKeepsPagesWritable: Mutant = {
  name: 'freeze_keeps_pages_writable',
  title: 'freeze_super does not write back, so nothing that is mapped writable must fault again',
  imitates:
    'K178: writable entries that a write-back leaves behind (f729c8c9b24f), here all of them: a frozen filesystem is written',
  facts: ['K20', 'K64', 'K178'],
  driver: 'hmm_mirror',
  breaks: ['frozen_not_written'],
  filesStayMapped: false,
  patches: [leaveOut('freeze_super', 'dax_writeback_mapping_range')],
};

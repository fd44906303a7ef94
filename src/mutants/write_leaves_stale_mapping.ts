/** write(2) into a hole leaves the zero page in page tables. */
import { leaveOut, type Mutant } from './mutant.ts';

export const writeLeavesStaleMapping: Mutant = {
  name: 'write_leaves_stale_mapping',
  title: 'dax_iomap_rw does not drop entries and mappings of new blocks',
  imitates: 'the mistake that K44 warns of: stale mmap reads after a write that allocates',
  facts: ['K44'],
  driver: 'hmm_mirror',
  breaks: ['I5'],
  filesStayMapped: false,
  operations: ['mmap', 'load', 'write'],
  patches: [leaveOut('dax_iomap_rw', 'invalidate_inode_pages2_range')],
};

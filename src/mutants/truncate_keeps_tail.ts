/** A file that shrinks into a page keeps what that page held beyond the new end. */
import { leaveOut, type Mutant, onEachFilesystem } from './mutant.ts';

export const truncateKeepsTail: Mutant = {
  name: 'truncate_keeps_tail',
  title:
    'truncate does not zero the rest of the new last page: a mapping shows it, and a file that grows again',
  imitates: 'the step that K49 and K51 name: the tail of the last block is zeroed',
  facts: ['K49', 'K51'],
  driver: 'hmm_mirror',
  breaks: ['I5'],
  filesStayMapped: false,
  operations: ['mmap', 'load', 'store', 'read', 'truncate'],
  patches: onEachFilesystem(
    leaveOut('ext4_setattr', 'ext4_block_truncate_page'),
    leaveOut('xfs_setattr_size', 'xfs_truncate_page'),
  ),
};

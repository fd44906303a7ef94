/** A hole that begins or ends inside a page leaves what that page held. */
import { leaveOut, type Mutant, onEachFilesystem } from './mutant.ts';

export const holeKeepsPartialPages: Mutant = {
  name: 'hole_keeps_partial_pages',
  title:
    'PUNCH_HOLE frees whole blocks and does not zero the partial pages at its ends (on XFS ZERO_RANGE neither)',
  imitates: 'the step that K52 and K57 name: partial edge blocks are zeroed, not freed',
  facts: ['K52', 'K57'],
  driver: 'hmm_mirror',
  breaks: ['I5'],
  filesStayMapped: false,
  operations: ['mmap', 'load', 'store', 'read', 'punch'],
  patches: onEachFilesystem(
    leaveOut('ext4_punch_hole', 'ext4_zero_partial_blocks'),
    leaveOut('xfs_free_file_space', 'xfs_zero_range'),
  ),
};

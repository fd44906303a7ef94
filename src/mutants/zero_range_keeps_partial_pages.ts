/** ZERO_RANGE zeroes whole pages only. */
import type { Kernel } from '../kernel/kernel.ts';
import { xfs_free_file_space } from '../kernel/fs/xfs.ts';
import { leaveOut, type Mutant, onEachFilesystem, replace } from './mutant.ts';

export const zeroRangeKeepsPartialPages: Mutant = {
  name: 'zero_range_keeps_partial_pages',
  title: 'ZERO_RANGE does not zero the partial pages at both ends of its range',
  imitates: 'the last step of K53, after the lock is let go: the edges are zeroed',
  facts: ['K53', 'K57', 'K223'],
  driver: 'hmm_mirror',
  breaks: ['I5'],
  filesStayMapped: false,
  operations: ['mmap', 'load', 'store', 'read', 'zero'],
  patches: onEachFilesystem(
    leaveOut('ext4_zero_range', 'ext4_zero_partial_blocks'),
    leaveOut('ext4_zero_range', 'ext4_zero_partial_blocks under the lock'),
    replace(
      'xfs_zero_file_space',
      'xfs_free_file_space',
      ['inode', 'start_page', 'start_byte', 'end_page'],
      ({ call }) => [
        call(xfs_free_file_space, (_k: Kernel, f, callee) => {
          callee.inode = f.inode;
          callee.start_page = f.start_page + (f.start_byte > 0 ? 1 : 0);
          callee.end_page = f.end_page;
        }),
      ],
    ),
  ),
};

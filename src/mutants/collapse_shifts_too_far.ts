/** COLLAPSE_RANGE takes one page more than it was told to, and what follows moves down by one page too much. */
import { free_range, shift_extents } from '../kernel/fs/extent.ts';
import { i_size_write, size_byte, size_page } from '../kernel/fs/inode.ts';
import { type Mutant, onEachFilesystem, replace } from './mutant.ts';

const RANGE = ['inode', 'start_page', 'end_page'] as const;

export const collapseShiftsTooFar: Mutant = {
  name: 'collapse_shifts_too_far',
  title: 'COLLAPSE_RANGE removes the page after its range too and shifts by one page too much',
  imitates: 'K54: what was at offset X is looked for at X less the length of the range',
  facts: ['K54', 'K57'],
  driver: 'hmm_mirror',
  breaks: ['I5'],
  filesStayMapped: false,
  operations: ['mmap', 'load', 'store', 'read', 'collapse'],
  patches: onEachFilesystem(
    replace('ext4_collapse_range', 'ext4_ext_shift_extents', RANGE, ({ act }) => [
      act('ext4_ext_shift_extents', (k, f) => {
        const by = f.end_page - f.start_page;
        free_range(k, f.inode, f.start_page, f.end_page + 1);
        shift_extents(k, f.inode, f.end_page + 1, -by - 1);
        i_size_write(k, f.inode, size_page(k, f.inode) - by, size_byte(k, f.inode));
      }),
    ]),
    replace('xfs_collapse_file_space', 'xfs_bmap_collapse_extents', RANGE, ({ act }) => [
      act('xfs_bmap_collapse_extents', (k, f) => {
        free_range(k, f.inode, f.end_page, f.end_page + 1);
        shift_extents(k, f.inode, f.end_page + 1, f.start_page - f.end_page - 1);
      }),
    ]),
  ),
};

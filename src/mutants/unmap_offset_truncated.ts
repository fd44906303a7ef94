/** unmap_mapping_pages loses the high bits of where it is to begin. */
import { i_mmap_rwsem } from '../kernel/kernel.ts';
import { type Mutant, replace } from './mutant.ts';

/** Files of generated runs have a dozen pages. */
const KEPT_PAGES = 4;

export const unmapOffsetTruncated: Mutant = {
  name: 'unmap_offset_truncated',
  title:
    'the first page to unmap is taken modulo 4, which stands for the 32 bits of the real one: another part of the file goes',
  imitates: 'K197, fixed by commit 9eab0421fa94: high bits of the offset were lost',
  facts: ['K29', 'K197'],
  driver: 'hmm_mirror',
  breaks: ['I5'],
  filesStayMapped: false,
  operations: ['mmap', 'load', 'store', 'write'],
  patches: [
    replace('unmap_mapping_pages', 'i_mmap_lock_read', ['inode', 'from', 'to'], ({ act, down_read }) => [
      act('shift of a narrow type', (k, f) => {
        // Up to the end of the file: the real one computed the length before.
        if (f.to < k.llong_max_pages) f.to -= f.from - (f.from % KEPT_PAGES);
        f.from %= KEPT_PAGES;
      }),
      down_read('i_mmap_lock_read', (_k, f) => i_mmap_rwsem(f.inode)),
    ]),
  ],
};

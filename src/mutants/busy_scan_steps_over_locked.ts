/** The busy scan does not look at an entry that a fault has locked. */
import type { Mutant } from './mutant.ts';

export const busyScanStepsOverLocked: Mutant = {
  name: 'busy_scan_steps_over_locked',
  title: 'dax_layout_busy_page steps over an entry that is locked when it gets there, and misses its pin',
  imitates:
    'K174: get_unlocked_entry in the middle of a walk, 6be3e21d25ca and dd59137bfe70; 6.1 has it still',
  facts: ['K174'],
  driver: 'gup',
  breaks: ['I1'],
  filesStayMapped: true,
  // An fsync locks entries without i_rwsem and invalidate_lock, so that the search can meet one.
  operations: ['mmap', 'store', 'attach', 'dma_write', 'fsync', 'punch'],
  rules: { busy_scan_skips_locked_entry: true },
  patches: [],
};

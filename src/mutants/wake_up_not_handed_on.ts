/** Who was woken for an entry and does not lock it keeps the wake-up to itself. */
import { leaveOut, type Mutant } from './mutant.ts';

export const wakeUpNotHandedOn: Mutant = {
  name: 'wake_up_not_handed_on',
  title: 'put_unlocked_entry wakes nobody: the next exclusive waiter sleeps on',
  imitates: 'K199: "dax: Fix missed wakeup in put_unlocked_entry()" of 2021',
  facts: ['K13', 'K199'],
  driver: 'hmm_mirror',
  breaks: ['I7'],
  filesStayMapped: false,
  operations: ['mmap', 'store', 'load', 'fsync', 'msync'],
  // Where walks pass locked entries over, as in 6.1, hardly anybody waits for one.
  rules: { busy_scan_skips_locked_entry: false, writeback_skips_locked_entry: false },
  patches: [
    leaveOut('dax_writeback_mapping_range', 'put_unlocked_entry'),
    leaveOut('dax_layout_busy_page', 'put_unlocked_entry'),
    leaveOut('dax_finish_sync_fault', 'put_unlocked_entry'),
  ],
};

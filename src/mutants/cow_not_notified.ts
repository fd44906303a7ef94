/** Copy on write moves a process to another page without telling anybody. */
import { leaveOut, type Mutant } from './mutant.ts';

export const cowNotNotified: Mutant = {
  name: 'cow_not_notified',
  title: 'wp_page_copy changes the entry to the copy, and mirrors stay on the page before it',
  imitates: 'the mistake that K74 warns of: the notifier hears CLEAR before the entry names another page',
  facts: ['K74', 'K75'],
  driver: 'hmm_mirror',
  breaks: ['I4'],
  filesStayMapped: false,
  patches: [
    leaveOut('wp_page_copy', 'mmu_notifier_invalidate_range_start'),
    leaveOut('wp_page_copy', 'mmu_notifier_invalidate_range_end'),
  ],
};

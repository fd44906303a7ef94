/** Fast GUP does not look whether a fork is write-protecting. */
import { leaveOut, type Mutant } from './mutant.ts';

export const pinRacesFork: Mutant = {
  name: 'pin_races_fork',
  title: 'pin_user_pages_fast neither refuses nor gives back what it took during a fork',
  imitates: 'K194, the race part: fast pins during copy_page_range, before 57efa1fe5957',
  facts: ['K73', 'K194'],
  driver: 'gup',
  breaks: ['private_copies'],
  filesStayMapped: false,
  operations: ['mmap', 'store', 'attach', 'fork'],
  patches: [
    leaveOut('pin_user_pages_fast', 'fork write-protects'),
    leaveOut('pin_user_pages_fast', 'read_seqcount_retry'),
  ],
};

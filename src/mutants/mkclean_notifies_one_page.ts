/** The write protection of a huge page is announced for its first page only. */
import { MMU_NOTIFY_PROTECTION_PAGE } from '../kernel/event.ts';
import { mmu_notifier_invalidate_range_start } from '../kernel/mm/mmu_notifier.ts';
import { type Mutant, replace } from './mutant.ts';

export const mkcleanNotifiesOnePage: Mutant = {
  name: 'mkclean_notifies_one_page',
  title: 'pfn_mkclean_range tells mirrors of one page where it write-protects a huge page',
  imitates: 'K209: invalidate_page was told a wrong size for THP, until 4.14 removed it',
  facts: ['K64', 'K209'],
  driver: 'hmm_mirror',
  breaks: ['I4', 'I9'],
  filesStayMapped: false,
  patches: [
    replace('pfn_mkclean_range', 'mmu_notifier_invalidate_range_start', ['mm', 'start'], ({ call }) => [
      call(mmu_notifier_invalidate_range_start, (_k, f, callee) => {
        callee.mm = f.mm;
        callee.start = f.start;
        callee.end = f.start + 1;
        callee.event = MMU_NOTIFY_PROTECTION_PAGE;
      }),
    ]),
  ],
};

/** The callback ignores PROTECTION_PAGE: the device keeps its right to write to a page that an fsync has cleaned. */
import { mmu_interval_set_seq } from '../kernel/mm/mmu_notifier.ts';
import { MMU_NOTIFY_PROTECTION_PAGE } from '../kernel/event.ts';
import { type Mutant, replace } from './mutant.ts';

export const protectionPageIgnored: Mutant = {
  name: 'protection_page_ignored',
  title: 'the callback does nothing for MMU_NOTIFY_PROTECTION_PAGE',
  imitates:
    'the mistake that K65 warns of: the mirror writes after the flush, and the next fsync skips the page',
  facts: ['K65', 'K182'],
  driver: 'hmm_mirror',
  breaks: ['I4', 'I9'],
  filesStayMapped: false,
  patches: [
    replace(
      'hmm_mirror invalidate',
      'mmu_interval_set_seq',
      ['region', 'event', 'seq'],
      ({ branch, act }) => [
        branch('protection only', (_k, f) => f.event === MMU_NOTIFY_PROTECTION_PAGE, 'drained'),
        act('mmu_interval_set_seq', (k, f) => {
          mmu_interval_set_seq(k, f.region, f.seq);
        }),
      ],
    ),
  ],
};

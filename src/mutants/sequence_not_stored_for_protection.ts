/** The callback clears entries at a PROTECTION_PAGE but stores the sequence for other events only. */
import { MMU_NOTIFY_PROTECTION_PAGE } from '../kernel/event.ts';
import { mmu_interval_set_seq } from '../kernel/mm/mmu_notifier.ts';
import { type Mutant, replace } from './mutant.ts';

export const sequenceNotStoredForProtection: Mutant = {
  name: 'sequence_not_stored_for_protection',
  title: 'the callback forgets mmu_interval_set_seq when only rights change',
  imitates: 'the mistake that K129 warns of: the sequence is stored for every event, ignored ones too',
  facts: ['K65', 'K129'],
  driver: 'hmm_mirror',
  breaks: ['I4'],
  filesStayMapped: false,
  patches: [
    replace('hmm_mirror invalidate', 'mmu_interval_set_seq', ['region', 'event', 'seq'], ({ act }) => [
      act('mmu_interval_set_seq unless protection', (k, f) => {
        if (f.event !== MMU_NOTIFY_PROTECTION_PAGE) mmu_interval_set_seq(k, f.region, f.seq);
      }),
    ]),
  ],
};

/** The callback ignores PROTECTION_VMA: the device writes to what mprotect has made read-only. */
import { MMU_NOTIFY_PROTECTION_VMA } from '../kernel/event.ts';
import { mmu_interval_set_seq } from '../kernel/mm/mmu_notifier.ts';
import { type Mutant, replace } from './mutant.ts';

export const protectionVmaIgnored: Mutant = {
  name: 'protection_vma_ignored',
  title: 'the callback does nothing for MMU_NOTIFY_PROTECTION_VMA',
  imitates:
    'the mistake that K71 warns of: mprotect is an event of its own, and a mirror that ignores it keeps rights',
  facts: ['K71'],
  driver: 'hmm_mirror',
  breaks: ['I4'],
  filesStayMapped: false,
  patches: [
    replace(
      'hmm_mirror invalidate',
      'mmu_interval_set_seq',
      ['region', 'event', 'seq'],
      ({ branch, act }) => [
        branch('protection of a VMA', (_k, f) => f.event === MMU_NOTIFY_PROTECTION_VMA, 'drained'),
        act('mmu_interval_set_seq', (k, f) => {
          mmu_interval_set_seq(k, f.region, f.seq);
        }),
      ],
    ),
  ],
};

/** The retry check of a list subscriber asks whether the sequence has moved, not whether an invalidation is under way. */
import { PER_MM } from '../drivers/system.ts';
import { type Mutant, replace } from './mutant.ts';

export const countNotAsked: Mutant = {
  name: 'count_not_asked',
  title: 'mmu_invalidate_retry compares the sequence alone, which moves only when an invalidation ends',
  imitates: 'K183 in the form of KVM: half of mmu_invalidate_retry (K159)',
  facts: ['K159', 'K183'],
  driver: 'list_notifier',
  breaks: ['I4'],
  filesStayMapped: false,
  patches: [
    replace('list_notifier device_fault', 'mmu_invalidate_retry', ['mm', 'seq'], ({ branch }) => [
      branch('mmu_invalidate_seq moved', (k, f) => k.per_mm.get(f.mm, PER_MM.seq) !== f.seq, 'retry'),
    ]),
  ],
};

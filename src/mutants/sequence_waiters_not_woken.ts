/** The invalidation of a zap ends without waking who waits for the sequence. */
import { mn_itree_inv_end_locked } from '../kernel/mm/mmu_notifier.ts';
import { next_in_i_mmap } from '../kernel/mm/vma.ts';
import { type Mutant, replace } from './mutant.ts';

export const sequenceWaitersNotWoken: Mutant = {
  name: 'sequence_waiters_not_woken',
  title:
    'mn_itree_inv_end makes the sequence even and does not wake read_begin and remove (after a file is unmapped)',
  imitates: 'K200: an end that was not told left faults of mirrors asleep for ever (commit c2655835fd8c)',
  facts: ['K115', 'K126', 'K127', 'K200'],
  driver: 'hmm_mirror',
  breaks: ['I7'],
  filesStayMapped: false,
  patches: [
    replace(
      'unmap_mapping_pages',
      'mmu_notifier_invalidate_range_end',
      ['inode', 'from', 'to', 'vma', 'mm', 'start', 'end'],
      ({ label }) => [
        label('mmu_notifier_invalidate_range_end', 'K126', (k, f) => {
          mn_itree_inv_end_locked(k, f.mm);
          k.emit({ type: 'inv_end', mm: f.mm, from: f.start, to: f.end });
          f.vma = next_in_i_mmap(k, f.inode, f.from, f.to, f.vma);
        }),
      ],
    ),
  ],
};

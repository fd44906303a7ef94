/** mremap moves page table entries without telling anybody. */
import { leaveOut, type Mutant } from './mutant.ts';

export const mremapNotNotified: Mutant = {
  name: 'mremap_not_notified',
  title: 'move_vma has neither start nor end: mirrors keep entries of the old range',
  imitates:
    'the mistake that K72 warns of: a mirror hears of the old range of a move only through the notification',
  facts: ['K72'],
  driver: 'hmm_mirror',
  breaks: ['I4'],
  filesStayMapped: false,
  operations: ['mmap', 'attach', 'dma_read', 'dma_write', 'load', 'mremap'],
  patches: [
    leaveOut('move_vma', 'mmu_notifier_invalidate_range_start'),
    leaveOut('move_vma', 'mmu_notifier_invalidate_range_end'),
  ],
};

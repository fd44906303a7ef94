/** The driver frees a region whose interval notifier is still in the tree. */
import { leaveOut, type Mutant } from './mutant.ts';

export const regionFreedBeforeRemove: Mutant = {
  name: 'region_freed_before_remove',
  title: 'detach frees the region without removing its interval notifier first',
  imitates: 'K192: mlx5 destroyed child regions of implicit ODP while invalidations could still reach them',
  facts: ['K115', 'K192'],
  driver: 'hmm_mirror',
  breaks: ['I10'],
  filesStayMapped: false,
  patches: [leaveOut('hmm_mirror detach', 'mmu_interval_notifier_remove')],
};

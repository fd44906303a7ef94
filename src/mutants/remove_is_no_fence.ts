/** Removing an interval notifier does not wait for the callbacks that are running. */
import { type Mutant, replace } from './mutant.ts';

export const removeIsNoFence: Mutant = {
  name: 'remove_is_no_fence',
  title: 'mmu_interval_notifier_remove returns while a callback of the subscription still runs',
  imitates:
    'K191: struct hmm was freed under a running callback, since the unregister was no fence (commit 6d7c3cde93c1)',
  facts: ['K113', 'K115', 'K191'],
  driver: 'hmm_mirror',
  breaks: ['I10'],
  filesStayMapped: false,
  patches: [replace('mmu_interval_notifier_remove', 'nothing in flight', [], ({ jump }) => [jump('done')])],
};

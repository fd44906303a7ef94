/** Unregistering a notifier does not wait for the callbacks that have found it. */
import { type Mutant, replace } from './mutant.ts';

export const unregisterIsNoFence: Mutant = {
  name: 'unregister_is_no_fence',
  title: 'mmu_notifier_unregister returns without a grace period, while callbacks still run',
  imitates:
    'K191: mmu_notifier_unregister_no_release was no fence, and struct hmm was freed under a callback (commit 6d7c3cde93c1)',
  facts: ['K113', 'K191'],
  driver: 'list_notifier',
  breaks: ['I10'],
  filesStayMapped: false,
  patches: [replace('synchronize_srcu', 'grace period is over', [], ({ jump }) => [jump('done')])],
};

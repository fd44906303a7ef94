/**
 * The callback notes the sequence and leaves the device's entries as they are.
 */
import { type Mutant, replaceEntry } from './mutant.ts';

export const invalidate_does_not_clear: Mutant = {
  name: 'invalidate_does_not_clear',
  title: 'the callback does not clear the device page table',
  imitates: 'ba767b9d01a2 "drm/xe: Unmap userptrs in the mmu notifier": entries left until later (K117, K188)',
  driver: 'hmm_mirror',
  breaks: ['I4', 'I1'],
  patches: () => [replaceEntry('hmm_mirror invalidate', 'clear device entries', [], () => [])],
};

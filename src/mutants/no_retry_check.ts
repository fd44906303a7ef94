/**
 * The mirror installs what hmm_range_fault found without asking whether it was invalidated meanwhile.
 */
import { type Mutant, replaceEntry } from './mutant.ts';

export const no_retry_check: Mutant = {
  name: 'no_retry_check',
  title: 'device entries are installed without mmu_interval_read_retry()',
  imitates: 'the `valid` flag of 2019 in place of a sequence (K138, K183)',
  driver: 'hmm_mirror',
  breaks: ['I4', 'I1'],
  patches: () => [replaceEntry('hmm_mirror device_fault', 'mmu_interval_read_retry', [], () => [])],
};

/** The retry check stands before the driver lock instead of under it. */
import { driver_lock } from '../kernel/kernel.ts';
import { mmu_interval_read_retry } from '../kernel/mm/mmu_notifier.ts';
import { leaveOut, type Mutant, replace } from './mutant.ts';

export const retryCheckBeforeLock: Mutant = {
  name: 'retry_check_before_lock',
  title: 'the mirror asks mmu_interval_read_retry before it takes the driver lock',
  imitates:
    'the mistake that K130 warns of, and K187: xe looked at what hmm_range_fault found without the lock',
  facts: ['K128', 'K130', 'K187'],
  driver: 'hmm_mirror',
  breaks: ['I4'],
  filesStayMapped: false,
  patches: [
    replace('hmm_mirror device_fault', 'driver lock', ['region', 'seq'], ({ branch, down_write }) => [
      branch(
        'mmu_interval_read_retry too early',
        (k, f) => mmu_interval_read_retry(k, f.region, f.seq),
        'retry',
      ),
      down_write('driver lock', (_k, f) => driver_lock(f.region)),
    ]),
    leaveOut('hmm_mirror device_fault', 'mmu_interval_read_retry'),
  ],
};

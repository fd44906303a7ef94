/** The device fault waits for invalidations to end while it has the lock that they need. */
import { driver_lock } from '../kernel/kernel.ts';
import { mmu_interval_read_begin } from '../kernel/mm/mmu_notifier.ts';
import { type Mutant, replace } from './mutant.ts';

export const readBeginUnderLock: Mutant = {
  name: 'read_begin_under_lock',
  title: 'mmu_interval_read_begin is called under the driver lock',
  imitates: 'the mistake that K120 warns of: read_begin may sleep for a callback that waits for this lock',
  facts: ['K120', 'K127'],
  driver: 'hmm_mirror',
  breaks: ['I6'],
  filesStayMapped: false,
  patches: [
    replace('hmm_mirror device_fault', 'mmu_interval_read_begin', ['region'], ({ down_write, call, up }) => [
      down_write('driver lock too early', (_k, f) => driver_lock(f.region)),
      call(mmu_interval_read_begin, (_k, f, callee) => {
        callee.region = f.region;
      }),
      up('driver unlock too early', (_k, f) => driver_lock(f.region)),
    ]),
  ],
};

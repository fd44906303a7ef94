/** The device fault takes the driver lock before it looks pages up. */
import { EBUSY } from '../kernel/errno.ts';
import { driver_lock } from '../kernel/kernel.ts';
import { leaveOut, type Mutant, replace } from './mutant.ts';

export const lockHeldAcrossFault: Mutant = {
  name: 'lock_held_across_fault',
  title: 'the driver lock is held across hmm_range_fault, which sleeps for locks that invalidators hold',
  imitates: 'the mistake that K120 warns of: the lock of the callback is held across a fault',
  facts: ['K119', 'K120'],
  driver: 'hmm_mirror',
  breaks: ['I6'],
  filesStayMapped: false,
  patches: [
    replace('hmm_mirror device_fault', 'seq', ['region', 'seq'], ({ act, down_write }) => [
      act('seq', (k, f) => {
        f.seq = k.ret;
      }),
      down_write('driver lock before the walk', (_k, f) => driver_lock(f.region)),
    ]),
    leaveOut('hmm_mirror device_fault', 'driver lock'),
    replace('hmm_mirror device_fault', 'invalidated', ['error'], ({ branch }) => [
      branch('invalidated', (_k, f) => f.error === -EBUSY, 'unlock and retry'),
    ]),
    replace('hmm_mirror device_fault', 'failed', ['region', 'error'], ({ branch, up, jump, mark }) => [
      branch('found', (_k, f) => f.error >= 0, 'found'),
      up('driver unlock of a failure', (_k, f) => driver_lock(f.region)),
      jump('put'),
      mark('found'),
    ]),
  ],
};

/** The callback returns early for an event that it takes for somebody else's. */
import { MMU_NOTIFY_UNMAP } from '../kernel/event.ts';
import { driver_lock } from '../kernel/kernel.ts';
import { type Mutant, replace } from './mutant.ts';

export const unmapEventIgnored: Mutant = {
  name: 'unmap_event_ignored',
  title: 'the callback does nothing for MMU_NOTIFY_UNMAP',
  imitates: 'an early return for "not my event" that is: the mistake that K122 and K129 warn of',
  facts: ['K69', 'K129'],
  driver: 'hmm_mirror',
  breaks: ['I4'],
  filesStayMapped: false,
  patches: [
    replace('hmm_mirror invalidate', 'driver lock', ['region', 'event'], ({ branch, down_write }) => [
      branch('not my event', (_k, f) => f.event === MMU_NOTIFY_UNMAP, 'not mine'),
      down_write('driver lock', (_k, f) => driver_lock(f.region)),
    ]),
    replace('hmm_mirror invalidate', 'driver unlock', ['region'], ({ up, mark }) => [
      up('driver unlock', (_k, f) => driver_lock(f.region)),
      mark('not mine'),
    ]),
  ],
};

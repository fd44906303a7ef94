/** The callback takes the mmap_lock of its address space. */
import { REGION } from '../drivers/system.ts';
import { driver_lock, mmap_lock } from '../kernel/kernel.ts';
import { type Mutant, replace } from './mutant.ts';

export const callbackTakesMmapLock: Mutant = {
  name: 'callback_takes_mmap_lock',
  title: 'the callback takes mmap_lock, which whoever calls it may hold for write',
  imitates: 'the mistake that K119 warns of: a callback may take no lock under which an invalidation is made',
  facts: ['K119'],
  driver: 'hmm_mirror',
  breaks: ['I6'],
  filesStayMapped: false,
  patches: [
    replace('hmm_mirror invalidate', 'driver lock', ['region'], ({ down_read, down_write }) => [
      down_read('mmap_read_lock', (k, f) => mmap_lock(k.regions.get(f.region, REGION.mm))),
      down_write('driver lock', (_k, f) => driver_lock(f.region)),
    ]),
    replace('hmm_mirror invalidate', 'driver unlock', ['region'], ({ up }) => [
      up('driver unlock', (_k, f) => driver_lock(f.region)),
      up('mmap_read_unlock', (k, f) => mmap_lock(k.regions.get(f.region, REGION.mm))),
    ]),
  ],
};

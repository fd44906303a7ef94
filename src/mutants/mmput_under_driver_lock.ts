/** The device's fault gives its reference to the address space back while it has the driver lock. */
import { driver_lock } from '../kernel/kernel.ts';
import { mmput } from '../kernel/mm/exit_mmap.ts';
import { install_device_ptes } from '../drivers/device.ts';
import { REGION } from '../drivers/system.ts';
import { type Mutant, replace } from './mutant.ts';

export const mmputUnderDriverLock: Mutant = {
  name: 'mmput_under_driver_lock',
  title:
    'the device fault calls mmput under the driver lock, which the callback takes if that was the last user',
  imitates: 'K190: in ODP the final mmput under umem_mutex ran the release callback (commit 85eaeb5058f0)',
  facts: ['K79', 'K119', 'K190'],
  driver: 'hmm_mirror',
  breaks: ['I6'],
  filesStayMapped: false,
  patches: [
    replace('hmm_mirror device_fault', 'install', ['region', 'va', 'end'], ({ act, call, up, ret }) => [
      act('install', (k, f) => {
        install_device_ptes(k, f.region, f.va, f.end);
      }),
      call(mmput, (k, f, callee) => {
        callee.mm = k.regions.get(f.region, REGION.mm);
      }),
      up('driver unlock after mmput', (_k, f) => driver_lock(f.region)),
      ret(),
    ]),
  ],
};

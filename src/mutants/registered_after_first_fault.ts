/** The region subscribes when the device has faulted for the first time. */
import { REGION, type System } from '../drivers/system.ts';
import { SUB, SUB_NONE } from '../kernel/kernel.ts';
import {
  mmu_interval_notifier_insert,
  mmu_interval_notifier_remove,
  mmu_interval_read_begin,
} from '../kernel/mm/mmu_notifier.ts';
import { leaveOut, type Mutant, replace } from './mutant.ts';

const subscribed = (k: System, region: number): boolean => k.subs.get(region, SUB.state) !== SUB_NONE;

export const registeredAfterFirstFault: Mutant = {
  name: 'registered_after_first_fault',
  title:
    'attach does not insert the interval notifier; the first device fault does, after it has installed entries',
  imitates:
    'a notifier that is registered after the first fault: what happened before is never invalidated (K126, K129)',
  facts: ['K114', 'K129'],
  driver: 'hmm_mirror',
  breaks: ['I4'],
  filesStayMapped: false,
  patches: [
    leaveOut('hmm_mirror attach', 'mmu_interval_notifier_insert'),
    // Without a subscription there is no sequence to begin with.
    replace('hmm_mirror device_fault', 'mmu_interval_read_begin', ['region'], ({ branch, call }) => [
      branch('no subscription', (k, f) => !subscribed(k, f.region), 'begun'),
      call(mmu_interval_read_begin, (_k, f, callee) => {
        callee.region = f.region;
      }),
    ]),
    replace('hmm_mirror device_fault', 'seq', ['region', 'seq'], ({ act, mark }) => [
      mark('begun'),
      act('seq', (k, f) => {
        f.seq = subscribed(k, f.region) ? k.ret : 0;
      }),
    ]),
    replace(
      'hmm_mirror device_fault',
      'drop the array',
      ['region', 'va', 'end'],
      ({ act, branch, call, mark }) => [
        act('drop the array', (k, f) => {
          k.pfns.setRange(f.region, f.va, f.end, 0);
        }),
        branch('subscribed', (k, f) => subscribed(k, f.region), 'subscribed'),
        call(mmu_interval_notifier_insert, (k, f, callee) => {
          callee.region = f.region;
          callee.mm = k.regions.get(f.region, REGION.mm);
          callee.start = k.regions.get(f.region, REGION.start);
          callee.end = k.regions.get(f.region, REGION.end);
        }),
        mark('subscribed'),
      ],
    ),
    replace('hmm_mirror detach', 'mmu_interval_notifier_remove', ['region'], ({ branch, call, mark }) => [
      branch('never subscribed', (k, f) => !subscribed(k, f.region), 'removed'),
      call(mmu_interval_notifier_remove, (_k, f, callee) => {
        callee.region = f.region;
      }),
      mark('removed'),
    ]),
  ],
};

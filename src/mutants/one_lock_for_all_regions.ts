/** One driver lock for all regions, held while a callback waits for the fence of one of them. */
import { driver_lock, WAIT } from '../kernel/kernel.ts';
import { mmu_interval_set_seq } from '../kernel/mm/mmu_notifier.ts';
import type { Patch } from '../machine/program.ts';
import { REGION, type System } from '../drivers/system.ts';
import { type Mutant, replace } from './mutant.ts';

const PATHS = ['hmm_mirror invalidate', 'hmm_mirror device_fault', 'hmm_mirror detach'];

const oneLock = (path: string): Patch<System>[] => [
  replace(path, 'driver lock', [], ({ down_write }) => [down_write('driver lock', () => driver_lock(0))]),
  replace(path, 'driver unlock', [], ({ up }) => [up('driver unlock', () => driver_lock(0))]),
];

const waitForFence = replace(
  'hmm_mirror invalidate',
  'mmu_interval_set_seq',
  ['region', 'seq'],
  ({ act, mark, branch, sleep, jump }) => [
    act('mmu_interval_set_seq', (k, f) => {
      mmu_interval_set_seq(k, f.region, f.seq);
    }),
    mark('fence'),
    branch('fence signalled', (k, f) => k.regions.get(f.region, REGION.job_fence) === 0, 'signalled'),
    sleep('wait for the user fence', 'TASK_UNINTERRUPTIBLE', (_k, f) => ({
      kind: WAIT.fence,
      a: f.region,
      b: 0,
    })),
    jump('fence'),
    mark('signalled'),
  ],
);

export const oneLockForAllRegions: Mutant = {
  name: 'one_lock_for_all_regions',
  title: 'the mirror has one lock for all regions and holds it while a callback waits for a fence',
  imitates:
    'amdgpu, whose callbacks wait for jobs without limit under the one notifier_lock of the device (K155)',
  facts: ['K30', 'K155', 'K226'],
  driver: 'hmm_mirror',
  breaks: ['I13'],
  filesStayMapped: false,
  patches: [...PATHS.flatMap(oneLock), waitForFence],
};

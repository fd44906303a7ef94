/** The callback waits for a fence that user space signals: a notifier is no promise (K226). */
import { WAIT } from '../kernel/kernel.ts';
import { mmu_interval_set_seq } from '../kernel/mm/mmu_notifier.ts';
import { REGION } from '../drivers/system.ts';
import { type Mutant, replace } from './mutant.ts';

export const callbackWaitsOnUserFence: Mutant = {
  name: 'callback_waits_on_user_fence',
  title: 'the callback waits until user space has signalled the fence of the transfer',
  imitates: 'K226: the callback of amdgpu waits for fences without a limit (K155)',
  facts: ['K155', 'K226'],
  driver: 'hmm_mirror',
  breaks: ['truncate_never_blocked', 'punch_hole_never_blocked', 'I2'],
  filesStayMapped: false,
  patches: [
    replace(
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
    ),
  ],
};

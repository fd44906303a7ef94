/**
 * The callback waits for a job that ends only when user space says so: blocking without holding any reference.
 */
import { REGION } from '../drivers/system.ts';
import { transfer_in_flight } from '../drivers/device.ts';
import { WAIT } from '../kernel/kernel.ts';
import { type Mutant, replaceEntry } from './mutant.ts';

export const callback_waits_on_user_fence: Mutant = {
  name: 'callback_waits_on_user_fence',
  title: 'the callback waits for a fence that user space signals',
  imitates: 'amdgpu userptr, whose callback waits for fences without a time limit (K155, K226)',
  driver: 'hmm_mirror',
  breaks: ['truncate_never_blocked', 'punch_hole_never_blocked', 'I2'],
  patches: () => [
    replaceEntry(
      'hmm_mirror invalidate',
      'no transfer in flight',
      ['region', 'start', 'end'],
      ({ mark, branch, sleep, jump }) => [
        mark('fence'),
        branch('fence signalled', (k, f) => k.regions.get(f.region, REGION.job_fence) === 0, 'no fence'),
        sleep('dma_fence_wait', 'TASK_UNINTERRUPTIBLE', (_k, f) => ({ kind: WAIT.fence, a: f.region, b: 0 })),
        jump('fence'),
        mark('no fence'),
        branch('no transfer in flight', (k, f) => !transfer_in_flight(k, f.region, f.start, f.end), 'drained'),
      ],
    ),
  ],
};

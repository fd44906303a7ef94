/**
 * The calls that user space makes to have data moved: they start a transfer of a region, or end the fence of one.
 *
 * The transfer itself is the engine's (`device.ts`), which goes on by itself; a call that waits gets its result.
 */
import { ENXIO } from '../kernel/errno.ts';
import { WAIT } from '../kernel/kernel.ts';
import { end_job, signal_fence } from './device.ts';
import { JOB_NONE, JOB_PREPARING, JOB_QUEUED, path, REGION, type System } from './system.ts';

/** The ioctl that starts a transfer of [start, end), after the one before; with `wait` it returns its result. */
export const ioctl_transfer = path(
  'ioctl transfer',
  ['region', 'start', 'end', 'write', 'fence', 'wait', 'token', 'error'],
  ({ label, act, branch, mark, jump, sleep, invoke, ret }) => [
    mark('wait'),
    label('submit', 'K117'),
    branch('not attached', (k, f) => !may_transfer(k, f), 'no'),
    branch('queue is free', (k, f) => k.regions.get(f.region, REGION.job) === JOB_NONE, 'begin'),
    sleep('wait for the transfer before', 'TASK_UNINTERRUPTIBLE', (_k, f) => ({
      kind: WAIT.job,
      a: f.region,
      b: 0,
    })),
    jump('wait'),
    mark('begin'),
    act('claim', (k, f) => {
      k.regions.set(f.region, REGION.job, JOB_PREPARING);
    }),
    invoke<'region'>(
      'driver.begin_transfer',
      (k) => k.driver.begin_transfer,
      (_k, f, callee) => {
        callee.region = f.region;
      },
    ),
    act('begin result', (k, f) => {
      f.error = k.ret;
      if (f.error !== 0) end_job(k, f.region);
    }),
    branch('refused', (_k, f) => f.error < 0, 'failed'),
    branch('nothing to transfer', (_k, f) => f.error > 0, 'done'),
    act('queue', (k, f) => {
      k.regions.set(f.region, REGION.job, JOB_QUEUED);
      k.regions.set(f.region, REGION.job_start, f.start);
      k.regions.set(f.region, REGION.job_end, f.end);
      k.regions.set(f.region, REGION.job_write, f.write);
      k.regions.set(f.region, REGION.job_fence, f.fence);
      k.regions.set(f.region, REGION.job_token, f.token);
      k.m.queues.wakeAll(WAIT.work, k.regions.get(f.region, REGION.device), 0);
    }),
    branch('does not wait', (_k, f) => f.wait === 0, 'done'),
    mark('under way'),
    branch('has ended', (k, f) => !is_under_way(k, f.region, f.token), 'result'),
    sleep('wait for the transfer to end', 'TASK_UNINTERRUPTIBLE', (_k, f) => ({
      kind: WAIT.job,
      a: f.region,
      b: 0,
    })),
    jump('under way'),
    mark('result'),
    act('take the result', (k, f) => {
      f.error = k.regions.get(f.region, REGION.job_error);
      // Nobody asks again: what is left over would only make states differ.
      k.regions.set(f.region, REGION.job_error, 0);
    }),
    ret((_k, f) => f.error),
    mark('done'),
    ret(),
    mark('failed'),
    ret((_k, f) => f.error),
    mark('no'),
    ret(() => -ENXIO),
  ],
);

/** A transfer must lie in an attached region, and may write only where the device may. */
function may_transfer(k: System, f: Record<'region' | 'start' | 'end' | 'write', number>): boolean {
  if (k.regions.get(f.region, REGION.used) === 0) return false;
  if (f.start < k.regions.get(f.region, REGION.start) || f.end > k.regions.get(f.region, REGION.end))
    return false;
  return f.write === 0 || k.regions.get(f.region, REGION.writable) === 1;
}

/** True while the last transfer of the region is the one of that token, and has not ended. */
function is_under_way(k: System, region: number, token: number): boolean {
  return k.regions.get(region, REGION.job) !== JOB_NONE && k.regions.get(region, REGION.job_token) === token;
}

/** User space signals the fence of a region's transfer. */
export const ioctl_signal_fence = path('ioctl signal fence', ['region'], ({ label, ret }) => [
  label('signal', 'K226', (k, f) => {
    signal_fence(k, f.region);
  }),
  ret(),
]);

/**
 * No driver: the device calls succeed and do nothing. What the workload does without a device.
 */
import { EFAULT } from '../kernel/errno.ts';
import type { Driver } from './driver.ts';
import { path } from './system.ts';

const nothing = path('none', ['region'], ({ ret }) => [ret()]);
const no_transfer = path('none begin_transfer', ['region'], ({ ret }) => [ret(() => 1)]);
const no_fault = path('none device_fault', ['region', 'va', 'end', 'write'], ({ ret }) => [
  ret(() => -EFAULT),
]);

export const none: Driver = {
  name: 'none',
  title: 'no driver: the device is never given any memory',
  attach: nothing,
  detach: nothing,
  begin_transfer: no_transfer,
  device_fault: no_fault,
  end_transfer: nothing,
  invalidate: null,
  breaks: [],
};

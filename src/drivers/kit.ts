/**
 * What a driver of the user's own is written with.
 *
 * A driver file has a default export that is a {@link Driver}, or a function that is given this kit and returns one:
 *
 *     export default (kit) => ({ ...kit.hmm_mirror, name: 'mine', title: 'a mirror that ...', invalidate: kit.path(...) })
 *
 * `gup.ts` and `hmm_mirror.ts` beside this file use nothing else.
 */
import * as errno from '../kernel/errno.ts';
import { driver_lock, MM, mmap_lock, WAIT } from '../kernel/kernel.ts';
import { mmput } from '../kernel/mm/exit_mmap.ts';
import { get_user_pages_fast, pin_user_pages_fast } from '../kernel/mm/gup.ts';
import { hmm_range_fault } from '../kernel/mm/hmm.ts';
import {
  mmu_interval_notifier_insert,
  mmu_interval_notifier_remove,
  mmu_interval_read_begin,
  mmu_interval_read_retry,
  mmu_interval_set_seq,
} from '../kernel/mm/mmu_notifier.ts';
import { put_pages, unpin_pages } from '../kernel/mm/page.ts';
import { pte_pfn } from '../kernel/mm/pgtable.ts';
import { mmu_notifier_unregister } from '../kernel/mm/mmu_notifier_list.ts';
import { mmu_notifier_register } from '../kernel/mm/mmu_notifier_register.ts';
import { mmget_not_zero } from '../kernel/mm/sched_mm.ts';
import { visitRuns } from '../machine/store.ts';
import {
  clear_device_ptes,
  install_device_ptes,
  mm_gone,
  region_target,
  transfer_in_flight,
} from './device.ts';
import { gup, pinningDriver } from './gup.ts';
import { hmm_mirror, mirroringDriver } from './hmm_mirror.ts';
import { none } from './none.ts';
import { JOB_NONE, JOB_QUEUED, JOB_RUNNING, path, REGION } from './system.ts';

export const driverKit = {
  /** `path(name, locals, steps)`: a function of the driver as labelled steps. */
  path,
  /** Columns of `k.regions`, of `k.mms`, and kinds of wait keys; values of REGION.job. */
  REGION,
  MM,
  WAIT,
  JOB_NONE,
  JOB_QUEUED,
  JOB_RUNNING,
  /** Error numbers; a path returns them negated. */
  errno,
  /** Numbers of the locks a driver takes: its own, by region, and the address space's. */
  driver_lock,
  mmap_lock,
  /** Taking pages and giving them back; the pages are left in `k.pfns`. */
  pin_user_pages_fast,
  unpin_pages,
  get_user_pages_fast,
  put_pages,
  /** Mirroring. */
  hmm_range_fault,
  mmu_interval_notifier_insert,
  mmu_interval_notifier_remove,
  mmu_interval_read_begin,
  mmu_interval_read_retry,
  mmu_interval_set_seq,
  mmu_notifier_register,
  mmu_notifier_unregister,
  mmget_not_zero,
  mmput,
  mm_gone,
  /** The device's page table. */
  install_device_ptes,
  clear_device_ptes,
  transfer_in_flight,
  region_target,
  pte_pfn,
  visitRuns,
  /** Drivers to start from. */
  none,
  gup,
  hmm_mirror,
  pinningDriver,
  mirroringDriver,
} as const;

export type DriverKit = typeof driverKit;

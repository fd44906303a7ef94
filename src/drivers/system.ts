/**
 * A kernel with a device and its driver: what driver paths run with.
 *
 * A region is a range of an address space that the device was given. Its row number is also the number of its
 * interval notifier and of its driver lock.
 */
import { pathsFor, type Path } from '../machine/program.ts';
import { columns, type PageMap, type Table } from '../machine/store.ts';
import { Kernel, type KernelOptions } from '../kernel/kernel.ts';
import type { Driver } from './driver.ts';

/** `path(name, locals, steps)` for paths that run with a {@link System}. */
export const path = pathsFor<System>();

export const REGION = columns(
  'used',
  'device',
  'mm',
  'start',
  'end',
  'writable',
  'per_transfer',
  'survives_exit',
  'inode',
  'pgoff',
  'job',
  'job_start',
  'job_end',
  'job_write',
  'job_fence',
  'job_token',
  'job_error',
  'charged',
  'flight_start',
  'flight_end',
);

/**
 * Columns of what a driver has for a whole address space, whose number is the row: `users` regions, `leaving` while the last of
 * them unregisters, invalidations `in_progress`, and `seq`, which goes up when one ends.
 */
export const PER_MM = columns('users', 'leaving', 'in_progress', 'seq');

/** Values of REGION.job. */
export const JOB_NONE = 0;
export const JOB_QUEUED = 1;
export const JOB_RUNNING = 2;
/** The driver attaches, detaches or prepares a transfer: whoever comes next waits, as for a transfer. */
export const JOB_PREPARING = 3;

export interface SystemOptions extends Omit<
  KernelOptions<System>,
  'invalidate' | 'release_device' | 'notifier_ops'
> {
  readonly driver: Driver;
  readonly release_device: Path<System, 'mm'>;
  /** Device engines; region r belongs to engine r modulo this. */
  readonly devices: number;
}

export class System extends Kernel {
  readonly driver: Driver;
  readonly devices: number;
  readonly regions: Table;
  readonly per_mm: Table;
  /** Per region: device page table, or the pages a pinning driver holds; encoded as CPU entries are. */
  readonly device_ptes: PageMap;

  constructor(options: SystemOptions) {
    const { store, capacities } = options;
    // A driver's paths run with a System, which is a Kernel: the kernel only passes it on.
    const { invalidate, notifier_ops = null } = options.driver;
    super({ ...options, invalidate, notifier_ops } as unknown as KernelOptions<never>);
    this.driver = options.driver;
    this.devices = options.devices;
    this.regions = store.table({
      name: 'region',
      width: Object.keys(REGION).length,
      rows: capacities.regions,
    });
    this.per_mm = store.table({ name: 'per_mm', width: Object.keys(PER_MM).length, rows: capacities.mms });
    this.device_ptes = store.pageMap({
      name: 'device_pte',
      rows: capacities.regions,
      pages: capacities.addressPages,
      step: 128,
    });
    store.seal();
    this.m.bind(this);
  }
}

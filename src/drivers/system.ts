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
  'flight_start',
  'flight_end',
);

/** Values of REGION.job. */
export const JOB_NONE = 0;
export const JOB_QUEUED = 1;
export const JOB_RUNNING = 2;
/** The driver attaches, detaches or prepares a transfer: whoever comes next waits, as for a transfer. */
export const JOB_PREPARING = 3;

export interface SystemOptions extends Omit<KernelOptions<System>, 'invalidate' | 'release_device'> {
  readonly driver: Driver;
  readonly release_device: Path<System, 'mm'>;
  /** Device engines; region r belongs to engine r modulo this. */
  readonly devices: number;
}

export class System extends Kernel {
  readonly driver: Driver;
  readonly devices: number;
  readonly regions: Table;
  /** Per region: device page table, or the pages a pinning driver holds; encoded as CPU entries are. */
  readonly device_ptes: PageMap;

  constructor(options: SystemOptions) {
    const { store, capacities } = options;
    // A driver's paths run with a System, which is a Kernel: the kernel only passes it on.
    super({ ...options, invalidate: options.driver.invalidate } as unknown as KernelOptions<never>);
    this.driver = options.driver;
    this.devices = options.devices;
    this.regions = store.table({
      name: 'region',
      width: Object.keys(REGION).length,
      rows: capacities.regions,
    });
    this.device_ptes = store.pageMap({
      name: 'device_pte',
      rows: capacities.regions,
      pages: capacities.addressPages,
      step: 16,
    });
    store.seal();
    this.m.bind(this);
  }
}

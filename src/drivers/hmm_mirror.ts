/**
 * A driver that mirrors the page table: interval notifier, hmm_range_fault, driver lock and sequence retry. It holds no
 * reference to any page.
 *
 * After drivers/infiniband/core/umem_odp.c and lib/test_hmm.c of 6.1 (K129, K152). Protocol:
 *
 *   fault:      read_begin -> mmap_lock -> hmm_range_fault -> unlock -> driver lock -> read_retry? -> device entries
 *   invalidate: driver lock -> set_seq -> clear device entries -> wait for transfers in flight -> unlock
 *
 * The lock is never held across a fault or read_begin (K120). PROTECTION_PAGE is answered like CLEAR: the device
 * faults again before it may write.
 *
 * Left out: batching of several ranges, the 1 s cap on retries (nothing here retries that long, K131).
 */
import type { Entry, Path, Steps } from '../machine/program.ts';
import { EBUSY, EFAULT } from '../kernel/errno.ts';
import { driver_lock, type InvalidateLocals, mmap_lock, WAIT } from '../kernel/kernel.ts';
import { hmm_range_fault } from '../kernel/mm/hmm.ts';
import { mmput } from '../kernel/mm/exit_mmap.ts';
import {
  mmu_interval_notifier_insert,
  mmu_interval_notifier_remove,
  mmu_interval_read_begin,
  mmu_interval_read_retry,
  mmu_interval_set_seq,
} from '../kernel/mm/mmu_notifier.ts';
import { mmget_not_zero } from '../kernel/mm/sched_mm.ts';
import { clear_device_ptes, install_device_ptes, transfer_in_flight } from './device.ts';
import type { Driver } from './driver.ts';
import { path, REGION, type System } from './system.ts';

const mm_of = (k: System, region: number): number => k.regions.get(region, REGION.mm);

const attach = (name: string): Path<System, 'region'> =>
  path(`${name} attach`, ['region'], ({ call, ret }) => [
    call(mmu_interval_notifier_insert, (k, f, callee) => {
      callee.region = f.region;
      callee.mm = mm_of(k, f.region);
      callee.start = k.regions.get(f.region, REGION.start);
      callee.end = k.regions.get(f.region, REGION.end);
    }),
    ret(),
  ]);

/** ib_umem_odp_release(): the device's table first, while invalidations still reach the mirror. */
const detach = (name: string): Path<System, 'region'> =>
  path(`${name} detach`, ['region'], ({ act, down_write, up, call, ret }) => [
    down_write('driver lock', (_k, f) => driver_lock(f.region)),
    act('clear device table', (k, f) => {
      clear_device_ptes(
        k,
        f.region,
        k.regions.get(f.region, REGION.start),
        k.regions.get(f.region, REGION.end),
      );
    }),
    up('driver unlock', (_k, f) => driver_lock(f.region)),
    call(mmu_interval_notifier_remove, (_k, f, callee) => {
      callee.region = f.region;
    }),
    ret(),
  ]);

type FaultLocal = 'region' | 'va' | 'end' | 'write' | 'seq' | 'error';
export type FaultSteps = Steps<System, FaultLocal>;

/**
 * What a mirror looks the pages of [va, end) up with: leaves them in `pfns`, may make `end` smaller, and sets `error` to 0,
 * -EBUSY to begin again, or what the transfer is to fail with.
 */
export type Walk = (steps: FaultSteps) => readonly Entry<System>[];

/** hmm_range_fault() of [va, end), between read_begin and read_retry. */
const hmm_walk = ({ act, down_read, up, call }: FaultSteps): Entry<System>[] => [
  down_read('mmap_read_lock', (k, f) => mmap_lock(mm_of(k, f.region))),
  call(hmm_range_fault, (k, f, callee) => {
    callee.region = f.region;
    callee.mm = mm_of(k, f.region);
    callee.start = f.va;
    callee.end = f.end;
    callee.write = f.write;
    callee.seq = f.seq;
  }),
  act('fault result', (k, f) => {
    f.error = k.ret;
  }),
  up('mmap_read_unlock', (k, f) => mmap_lock(mm_of(k, f.region))),
];

/** ib_umem_odp_map_dma_and_lock(), dmirror_range_fault(). */
const device_fault = (name: string, walk: Walk): Path<System, FaultLocal> =>
  path(`${name} device_fault`, ['region', 'va', 'end', 'write', 'seq', 'error'], (steps) => {
    const { act, mark, branch, jump, down_write, up, call, ret } = steps;
    return [
      branch('mmget_not_zero failed', (k, f) => !mmget_not_zero(k, mm_of(k, f.region)), 'gone'),
      mark('again'),
      call(mmu_interval_read_begin, (_k, f, callee) => {
        callee.region = f.region;
      }),
      act('seq', (k, f) => {
        f.seq = k.ret;
      }),
      ...walk(steps),
      branch('invalidated', (_k, f) => f.error === -EBUSY, 'retry'),
      branch('failed', (_k, f) => f.error < 0, 'put'),
      down_write('driver lock', (_k, f) => driver_lock(f.region)),
      branch(
        'mmu_interval_read_retry',
        (k, f) => mmu_interval_read_retry(k, f.region, f.seq),
        'unlock and retry',
      ),
      act('install', (k, f) => {
        install_device_ptes(k, f.region, f.va, f.end);
      }),
      up('driver unlock', (_k, f) => driver_lock(f.region)),
      jump('put'),

      mark('unlock and retry'),
      up('driver unlock', (_k, f) => driver_lock(f.region)),
      mark('retry'),
      act('count the retry', (k, f) => {
        k.pfns.setRange(f.region, f.va, f.end, 0);
        k.emit({ type: 'retry', region: f.region });
      }),
      jump('again'),

      mark('put'),
      act('drop the array', (k, f) => {
        k.pfns.setRange(f.region, f.va, f.end, 0);
      }),
      call(mmput, (k, f, callee) => {
        callee.mm = mm_of(k, f.region);
      }),
      ret((_k, f) => f.error),
      mark('gone'),
      ret(() => -EFAULT),
    ];
  });

/** ops.invalidate: nothing reaches the old translation once it has returned (K117). */
const invalidate = (name: string): Path<System, InvalidateLocals> =>
  path(
    `${name} invalidate`,
    ['region', 'start', 'end', 'event', 'seq'],
    ({ act, mark, branch, jump, down_write, up, sleep, ret }) => [
      down_write('driver lock', (_k, f) => driver_lock(f.region)),
      act('mmu_interval_set_seq', (k, f) => {
        mmu_interval_set_seq(k, f.region, f.seq);
      }),
      act('clear device entries', (k, f) => {
        k.spend('device_invalidate');
        const from = Math.max(f.start, k.regions.get(f.region, REGION.start));
        clear_device_ptes(k, f.region, from, Math.min(f.end, k.regions.get(f.region, REGION.end)));
      }),
      mark('drain'),
      branch('no transfer in flight', (k, f) => !transfer_in_flight(k, f.region, f.start, f.end), 'drained'),
      sleep('wait for transfers in flight', 'TASK_UNINTERRUPTIBLE', (_k, f) => ({
        kind: WAIT.drain,
        a: f.region,
        b: 0,
      })),
      jump('drain'),
      mark('drained'),
      up('driver unlock', (_k, f) => driver_lock(f.region)),
      ret(),
    ],
  );

/** A driver with an interval notifier always has a callback. */
export interface MirroringDriver extends Driver {
  readonly invalidate: Path<System, InvalidateLocals>;
}

/** A driver that follows the protocol, whatever it looks pages up with. */
export function mirroringDriver(options: {
  readonly name: string;
  readonly title: string;
  readonly walk: Walk;
  readonly breaks: Driver['breaks'];
}): MirroringDriver {
  const { name, title, walk, breaks } = options;
  const nothing = path(`${name} transfer`, ['region'], ({ ret }) => [ret()]);
  return {
    name,
    title,
    attach: attach(name),
    detach: detach(name),
    begin_transfer: nothing,
    device_fault: device_fault(name, walk),
    end_transfer: nothing,
    invalidate: invalidate(name),
    breaks,
  };
}

export const hmm_mirror = mirroringDriver({
  name: 'hmm_mirror',
  title: 'mirrors the page table with an interval notifier and hmm_range_fault; holds no reference',
  walk: hmm_walk,
  breaks: [],
});

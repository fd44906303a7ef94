/**
 * A driver that subscribes to whole address spaces: one struct mmu_notifier for each that it has regions of, GUP in the
 * device's fault, references dropped at once.
 *
 * After KVM in 6.1, virt/kvm/kvm_main.c (K159), and RDMA ODP before it had interval notifiers (K151): mmu_invalidate_in_progress
 * and mmu_invalidate_seq do what the interval notifier's sequence does for others. Protocol:
 *
 *   fault:  seq -> get_user_pages_fast -> put_page -> driver lock -> in progress, or seq changed? -> device entries
 *   start:  driver lock -> in_progress++ -> clear device entries -> unlock -> wait for transfers in flight
 *   end:    in_progress--, seq++
 *
 * The last region of an address space to go unregisters, which is a fence (K113); nothing is freed before. A fault during an
 * invalidation waits for its end, as ODP did; KVM goes back to the guest and comes again.
 *
 * A subscription for everything hears everything: an invalidation of any page of the process makes a fault begin anew (K127).
 *
 * Left out: the range that KVM remembers, to let faults elsewhere pass; ageing.
 */
import type { Entry, Steps } from '../machine/program.ts';
import { EFAULT } from '../kernel/errno.ts';
import { COUNTER, driver_lock, type NotifierOps, WAIT } from '../kernel/kernel.ts';
import { mmput } from '../kernel/mm/exit_mmap.ts';
import { get_user_pages_fast } from '../kernel/mm/gup.ts';
import { mmu_notifier_unregister, WHOLE_MM } from '../kernel/mm/mmu_notifier_list.ts';
import { mmu_notifier_register } from '../kernel/mm/mmu_notifier_register.ts';
import { mmget_not_zero } from '../kernel/mm/sched_mm.ts';
import { clear_device_ptes, install_device_ptes, transfer_in_flight } from './device.ts';
import type { Driver } from './driver.ts';
import { put_and_keep_pfns } from './notifier.ts';
import { path, PER_MM, REGION, type System } from './system.ts';

const mm_of = (k: System, region: number): number => k.regions.get(region, REGION.mm);

/** The first region of the address space from `from` on that overlaps [start, end) and is `wanted`, or -1. */
export function next_region(
  k: System,
  f: Record<'mm' | 'start' | 'end', number>,
  wanted: (region: number) => boolean,
): number {
  const count = k.counters.get(0, COUNTER.regions);
  for (let region = 0; region < count; region++) {
    if (k.regions.get(region, REGION.used) === 0 || mm_of(k, region) !== f.mm) continue;
    const overlaps =
      k.regions.get(region, REGION.start) < f.end && k.regions.get(region, REGION.end) > f.start;
    if (overlaps && wanted(region)) return region;
  }
  return -1;
}

export function clear_regions(k: System, f: Record<'mm' | 'start' | 'end', number>): void {
  k.spend('device_invalidate');
  next_region(k, f, (region) => {
    const from = Math.max(f.start, k.regions.get(region, REGION.start));
    clear_device_ptes(k, region, from, Math.min(f.end, k.regions.get(region, REGION.end)));
    return false;
  });
}

/** Waits until no region of the address space has a transfer in flight over [start, end) (K117). */
const drain = ({
  act,
  mark,
  branch,
  jump,
  sleep,
}: Steps<System, 'mm' | 'start' | 'end' | 'region'>): Entry<System>[] => [
  mark('drain'),
  act('transfer in flight', (k, f) => {
    f.region = next_region(k, f, (region) => transfer_in_flight(k, region, f.start, f.end));
  }),
  branch('none', (_k, f) => f.region < 0, 'drained'),
  sleep('wait for transfers in flight', 'TASK_UNINTERRUPTIBLE', (_k, f) => ({
    kind: WAIT.drain,
    a: f.region,
    b: 0,
  })),
  jump('drain'),
  mark('drained'),
];

const invalidate_range_start = path(
  'list_notifier invalidate_range_start',
  ['mm', 'start', 'end', 'event', 'region'],
  (steps) => {
    const { act, down_write, up, ret } = steps;
    return [
      down_write('driver lock', (_k, f) => driver_lock(f.mm)),
      act('mmu_invalidate_in_progress++', (k, f) => {
        k.per_mm.set(f.mm, PER_MM.in_progress, k.per_mm.get(f.mm, PER_MM.in_progress) + 1);
      }),
      act('clear device entries', clear_regions),
      up('driver unlock', (_k, f) => driver_lock(f.mm)),
      ...drain(steps),
      ret(),
    ];
  },
);

/** kvm_mmu_notifier_invalidate_range_end(): the lock is never held from one step to the next, so it is free here. */
function invalidate_range_end(k: System, mm: number): void {
  const left = k.per_mm.get(mm, PER_MM.in_progress) - 1;
  k.per_mm.set(mm, PER_MM.in_progress, left);
  k.per_mm.set(mm, PER_MM.seq, k.per_mm.get(mm, PER_MM.seq) + 1);
  if (left === 0) k.m.queues.wakeAll(WAIT.invalidate_seq, mm, 1);
}

/** kvm_flush_shadow_all(): no user is left, so that no fault comes after it. */
const release = path('list_notifier release', ['mm', 'start', 'end', 'region'], (steps) => {
  const { act, down_write, up, ret } = steps;
  return [
    down_write('driver lock', (_k, f) => driver_lock(f.mm)),
    act('clear all device entries', (k, f) => {
      f.end = k.llong_max_pages;
      clear_regions(k, f);
    }),
    up('driver unlock', (_k, f) => driver_lock(f.mm)),
    ...drain(steps),
    ret(),
  ];
});

/** The first region of an address space subscribes; while the last one is leaving it waits. */
const attach = path(
  'list_notifier attach',
  ['region', 'mm'],
  ({ act, mark, branch, jump, sleep, call, ret }) => [
    act('owning mm', (k, f) => {
      f.mm = mm_of(k, f.region);
    }),
    mark('again'),
    branch('nobody leaves', (k, f) => k.per_mm.get(f.mm, PER_MM.leaving) === 0, 'join'),
    sleep('wait for the last to leave', 'TASK_UNINTERRUPTIBLE', (_k, f) => ({
      kind: WAIT.srcu,
      a: f.mm,
      b: 1,
    })),
    jump('again'),
    mark('join'),
    act('users++', (k, f) => {
      k.per_mm.set(f.mm, PER_MM.users, k.per_mm.get(f.mm, PER_MM.users) + 1);
    }),
    call(mmu_notifier_register, (_k, f, callee) => {
      callee.mm = f.mm;
      callee.list = 1;
    }),
    ret(),
  ],
);

const detach = path(
  'list_notifier detach',
  ['region', 'mm'],
  ({ act, mark, branch, down_write, up, call, ret }) => [
    act('owning mm', (k, f) => {
      f.mm = mm_of(k, f.region);
    }),
    down_write('driver lock', (_k, f) => driver_lock(f.mm)),
    act('clear device table', (k, f) => {
      const [start, end] = [k.regions.get(f.region, REGION.start), k.regions.get(f.region, REGION.end)];
      clear_device_ptes(k, f.region, start, end);
      k.per_mm.set(f.mm, PER_MM.users, k.per_mm.get(f.mm, PER_MM.users) - 1);
      if (k.per_mm.get(f.mm, PER_MM.users) === 0) k.per_mm.set(f.mm, PER_MM.leaving, 1);
    }),
    up('driver unlock', (_k, f) => driver_lock(f.mm)),
    branch('others remain', (k, f) => k.per_mm.get(f.mm, PER_MM.leaving) === 0, 'done'),
    call(mmu_notifier_unregister, (_k, f, callee) => {
      callee.mm = f.mm;
    }),
    act('free what was for the whole address space', (k, f) => {
      k.emit({ type: 'driver_object_freed', region: WHOLE_MM, mm: f.mm });
      for (const column of Object.values(PER_MM)) k.per_mm.set(f.mm, column, 0);
      k.m.queues.wakeAll(WAIT.srcu, f.mm, 1);
    }),
    mark('done'),
    ret(),
  ],
);

/** mmu_invalidate_retry(): an invalidation is under way, or has ended since the sequence was read. */
const must_retry = (k: System, mm: number, seq: number): boolean =>
  k.per_mm.get(mm, PER_MM.in_progress) > 0 || k.per_mm.get(mm, PER_MM.seq) !== seq;

const device_fault = path(
  'list_notifier device_fault',
  ['region', 'va', 'end', 'write', 'mm', 'seq', 'error'],
  ({ label, act, mark, branch, jump, call, down_write, up, sleep, ret }) => [
    act('owning mm', (k, f) => {
      f.mm = mm_of(k, f.region);
    }),
    branch('mmget_not_zero failed', (k, f) => !mmget_not_zero(k, f.mm), 'gone'),
    mark('again'),
    branch('no invalidation', (k, f) => k.per_mm.get(f.mm, PER_MM.in_progress) === 0, 'begin'),
    sleep('wait for invalidations to end', 'TASK_UNINTERRUPTIBLE', (_k, f) => ({
      kind: WAIT.invalidate_seq,
      a: f.mm,
      b: 1,
    })),
    jump('again'),
    mark('begin'),
    label('mmu_invalidate_seq', 'K159', (k, f) => {
      f.seq = k.per_mm.get(f.mm, PER_MM.seq);
    }),
    call(get_user_pages_fast, (_k, f, callee) => {
      callee.region = f.region;
      callee.mm = f.mm;
      callee.start = f.va;
      callee.end = f.end;
      callee.write = f.write;
    }),
    act('pages got', (k, f) => {
      f.error = Math.min(k.ret, 0);
      f.end = f.va + Math.max(k.ret, 0);
    }),
    branch('none', (_k, f) => f.error < 0, 'put'),
    label('put_page', 'K151', (k, f) => {
      put_and_keep_pfns(k, f.region, f.va, f.end, f.write === 1);
    }),
    down_write('driver lock', (_k, f) => driver_lock(f.mm)),
    branch('mmu_invalidate_retry', (k, f) => must_retry(k, f.mm, f.seq), 'retry'),
    act('install', (k, f) => {
      install_device_ptes(k, f.region, f.va, f.end);
    }),
    up('driver unlock', (_k, f) => driver_lock(f.mm)),
    jump('put'),
    mark('retry'),
    up('driver unlock and retry', (_k, f) => driver_lock(f.mm)),
    act('count the retry', (k, f) => {
      k.pfns.setRange(f.region, f.va, f.end, 0);
      k.emit({ type: 'retry', region: f.region });
    }),
    jump('again'),
    mark('put'),
    call(mmput, (_k, f, callee) => {
      callee.mm = f.mm;
    }),
    ret((_k, f) => f.error),
    mark('gone'),
    ret(() => -EFAULT),
  ],
);

const nothing = path('list_notifier transfer', ['region'], ({ ret }) => [ret()]);
const notifier_ops: NotifierOps<System> = { release, invalidate_range_start, invalidate_range_end };

export const list_notifier: Driver = {
  name: 'list_notifier',
  title: 'GUP in the device fault, the reference dropped at once, one notifier for the whole address space',
  attach,
  detach,
  begin_transfer: nothing,
  device_fault,
  end_transfer: nothing,
  invalidate: null,
  notifier_ops,
  breaks: [
    { invariant: 'truncate_never_blocked', facts: ['K10', 'K31', 'K36', 'K151', 'K159'], memory: 'dax' },
    { invariant: 'punch_hole_never_blocked', facts: ['K10', 'K31', 'K36', 'K151', 'K159'], memory: 'dax' },
  ],
};

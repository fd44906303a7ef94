/**
 * A driver that pins: pin_user_pages_fast(FOLL_PIN) for as long as it uses the memory, no notifier.
 *
 * After drivers/infiniband/core/umem.c of 6.1 for a registration, and direct I/O for a region that is pinned per
 * transfer (pin_user_pages.rst cases 1 and 2, K150, K164). The pages stay the same frames whatever happens to the
 * address space or to the file (K84).
 */
import type { Path } from '../machine/program.ts';
import { EFAULT } from '../kernel/errno.ts';
import { MM } from '../kernel/kernel.ts';
import { pin_user_pages_fast } from '../kernel/mm/gup.ts';
import { unpin_pages } from '../kernel/mm/page.ts';
import { pte_pfn } from '../kernel/mm/pgtable.ts';
import { visitRuns } from '../machine/store.ts';
import { clear_device_ptes, install_device_ptes } from './device.ts';
import type { Driver } from './driver.ts';
import { path, REGION, type System } from './system.ts';

/** unpin_user_pages() for what the device table of the region holds. */
function unpin_region(k: System, region: number): void {
  const start = k.regions.get(region, REGION.start);
  const end = k.regions.get(region, REGION.end);
  visitRuns(k.device_ptes, region, start, end, (va, to, pte) => {
    unpin_pages(k, pte_pfn(pte), to - va);
  });
  if (k.device_ptes.nextNonZero(region, start, end) < end) account(k, region, -1);
  clear_device_ptes(k, region, start, end);
}

/** mm->pinned_vm: charged at registration and given back to the same mm at release (K106). */
function account(k: System, region: number, sign: 1 | -1): void {
  const mm = k.regions.get(region, REGION.mm);
  const pages = k.regions.get(region, REGION.end) - k.regions.get(region, REGION.start);
  k.mms.set(mm, MM.pinned_vm, k.mms.get(mm, MM.pinned_vm) + sign * pages);
}

/** A short pin is given back whole: the pages that were taken, then the array. */
function unpin_partial(k: System, region: number): void {
  const start = k.regions.get(region, REGION.start);
  const end = k.regions.get(region, REGION.end);
  visitRuns(k.pfns, region, start, end, (va, to, pte) => {
    unpin_pages(k, pte_pfn(pte), to - va);
  });
  k.pfns.setRange(region, start, end, 0);
}

/** ib_umem_get(): pins the whole region or nothing. */
const pinRegion = (name: string, longterm: boolean): Path<System, 'region'> =>
  path(`${name} pin`, ['region', 'pinned'], ({ label, act, mark, branch, call, ret }) => [
    call(pin_user_pages_fast, (k, f, callee) => {
      callee.region = f.region;
      callee.mm = k.regions.get(f.region, REGION.mm);
      callee.start = k.regions.get(f.region, REGION.start);
      callee.end = k.regions.get(f.region, REGION.end);
      callee.write = k.regions.get(f.region, REGION.writable);
      callee.longterm = longterm ? 1 : 0;
    }),
    act('pinned', (k, f) => {
      f.pinned = k.ret;
    }),
    branch(
      'short',
      (k, f) => f.pinned < k.regions.get(f.region, REGION.end) - k.regions.get(f.region, REGION.start),
      'short',
    ),
    label('map for the device', 'K150', (k, f) => {
      const { region } = f;
      install_device_ptes(k, region, k.regions.get(region, REGION.start), k.regions.get(region, REGION.end));
      account(k, region, 1);
    }),
    ret(),
    mark('short'),
    label('unpin what was pinned', 'K150', (k, f) => {
      unpin_partial(k, f.region);
    }),
    ret((_k, f) => (f.pinned < 0 ? f.pinned : -EFAULT)),
  ]);

const unpinRegion = (name: string): Path<System, 'region'> =>
  path(name, ['region'], ({ label, ret }) => [
    label('unpin_user_pages', 'K6', (k, f) => {
      unpin_region(k, f.region);
    }),
    ret(),
  ]);

/** Pins at attach unless the region is pinned per transfer, then around each transfer. */
export function pinningDriver(options: {
  readonly name: string;
  readonly title: string;
  readonly longterm: boolean;
  readonly breaks: Driver['breaks'];
}): Driver {
  const pin = pinRegion(options.name, options.longterm);
  const unpin = unpinRegion(`${options.name} unpin`);
  const onlyPerTransfer = (
    when: boolean,
    body: Path<System, 'region'>,
    name: string,
  ): Path<System, 'region'> =>
    path(`${options.name} ${name}`, ['region'], ({ branch, mark, call, ret }) => [
      branch('not now', (k, f) => (k.regions.get(f.region, REGION.per_transfer) === 1) !== when, 'done'),
      call(body, (_k, f, callee) => {
        callee.region = f.region;
      }),
      ret((k) => k.ret),
      mark('done'),
      ret(),
    ]);
  return {
    name: options.name,
    title: options.title,
    attach: onlyPerTransfer(false, pin, 'attach'),
    detach: unpin,
    begin_transfer: onlyPerTransfer(true, pin, 'begin_transfer'),
    // The device's table is complete while it is used: a miss is a transfer outside what was pinned.
    device_fault: path(`${options.name} device_fault`, ['region', 'va', 'end', 'write'], ({ ret }) => [
      ret(() => -EFAULT),
    ]),
    end_transfer: onlyPerTransfer(true, unpin, 'end_transfer'),
    invalidate: null,
    breaks: options.breaks,
  };
}

export const gup: Driver = pinningDriver({
  name: 'gup',
  title: 'pins pages with FOLL_PIN for as long as the device uses them; no notifier',
  longterm: false,
  breaks: [
    { invariant: 'truncate_never_blocked', facts: ['K31', 'K216'] },
    { invariant: 'punch_hole_never_blocked', facts: ['K31', 'K34', 'K216'] },
    { invariant: 'I1', facts: ['K62', 'K63', 'K174'] },
    { invariant: 'I2', facts: ['K31', 'K216'] },
    { invariant: 'I3', facts: ['K65', 'K216'] },
    { invariant: 'I4', facts: ['K84', 'K216'] },
    { invariant: 'I5', facts: ['K43', 'K63'] },
    { invariant: 'I9', facts: ['K65', 'K182'] },
    { invariant: 'I15', facts: ['K63'] },
  ],
});

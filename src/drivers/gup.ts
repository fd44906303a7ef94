/**
 * A driver that pins: pin_user_pages_fast(FOLL_PIN) for as long as it uses the memory, no notifier.
 *
 * After drivers/infiniband/core/umem.c of 6.1 for a registration, and direct I/O for a region that is pinned per
 * transfer (pin_user_pages.rst cases 1 and 2, K150, K164). The pages stay the same frames whatever happens to the
 * address space or to the file (K84).
 */
import type { Entry, Path } from '../machine/program.ts';
import { EFAULT } from '../kernel/errno.ts';
import { mmap_lock } from '../kernel/kernel.ts';
import { get_user_pages_fast, pin_user_pages_fast } from '../kernel/mm/gup.ts';
import { set_pages_dirty } from '../kernel/mm/filemap.ts';
import { bio_release_pages, type FOLL_GET, FOLL_PIN, gup_put_pages } from '../kernel/mm/page.ts';
import { pte_pfn } from '../kernel/mm/pgtable.ts';
import { visitRuns } from '../machine/store.ts';
import { type Accounting, charge_region, uncharge_region } from './accounting.ts';
import { clear_device_ptes, install_device_ptes } from './device.ts';
import type { Driver } from './driver.ts';
import { path, REGION, type System } from './system.ts';

/** How a driver takes pages and keeps them. */
interface Taking {
  /** FOLL_PIN or FOLL_GET. */
  readonly flags: number;
  readonly longterm: boolean;
  /** Whose way of charging registrations it follows. */
  readonly accounting: Accounting;
}

/**
 * unpin_user_pages_dirty_lock() of a region that the device may write, or set_page_dirty_lock() and put_page() of each, for
 * what its table holds.
 */
function unpin_region(
  k: System,
  region: number,
  { accounting }: Taking,
  put: (k: System, pfn: number, pages: number) => void,
): void {
  const start = k.regions.get(region, REGION.start);
  const end = k.regions.get(region, REGION.end);
  const writable = k.regions.get(region, REGION.writable) === 1;
  visitRuns(k.device_ptes, region, start, end, (va, to, pte) => {
    if (writable) set_pages_dirty(k, pte_pfn(pte), to - va);
    put(k, pte_pfn(pte), to - va);
  });
  clear_device_ptes(k, region, start, end);
  uncharge_region(k, region, accounting);
}

/** A short pin is given back whole: the pages that were taken, then the array. */
function unpin_partial(k: System, region: number, flags: number): void {
  const start = k.regions.get(region, REGION.start);
  const end = k.regions.get(region, REGION.end);
  visitRuns(k.pfns, region, start, end, (va, to, pte) => {
    gup_put_pages(k, pte_pfn(pte), to - va, flags);
  });
  k.pfns.setRange(region, start, end, 0);
}

/** ib_umem_get(): charges and pins the whole region or nothing. */
const pinRegion = (name: string, { flags, longterm, accounting }: Taking): Path<System, 'region'> =>
  path(`${name} pin`, ['region', 'from', 'pinned', 'error'], ({ label, act, mark, branch, call, ret }) => [
    act('cur_base', (k, f) => {
      f.from = k.regions.get(f.region, REGION.start);
      // RDMA asks before it pins, the others when they have.
      if (accounting === 'rdma') f.error = charge_region(k, f.region, accounting);
    }),
    branch('over the limit', (_k, f) => f.error < 0, 'refused'),
    mark('again'),
    call(flags === FOLL_PIN ? pin_user_pages_fast : get_user_pages_fast, (k, f, callee) => {
      callee.region = f.region;
      callee.mm = k.regions.get(f.region, REGION.mm);
      callee.start = f.from;
      callee.end = k.regions.get(f.region, REGION.end);
      callee.write = k.regions.get(f.region, REGION.writable);
      callee.longterm = longterm ? 1 : 0;
    }),
    act('pinned', (k, f) => {
      f.pinned = k.ret;
      f.from += Math.max(0, f.pinned);
    }),
    branch('failed', (_k, f) => f.pinned < 0, 'failed'),
    // Short: the next call says why.
    branch('npages left', (k, f) => f.from < k.regions.get(f.region, REGION.end), 'again'),
    ...chargeWhenPinned(accounting),
    label('map for the device', 'K150', (k, f) => {
      const { region } = f;
      install_device_ptes(k, region, k.regions.get(region, REGION.start), k.regions.get(region, REGION.end));
    }),
    ret(),
    mark('failed'),
    act('why', (_k, f) => {
      if (f.error === 0) f.error = f.pinned;
    }),
    label('unpin what was pinned', 'K150', (k, f) => {
      unpin_partial(k, f.region, flags);
    }),
    act('uncharge', (k, f) => {
      uncharge_region(k, f.region, accounting);
    }),
    mark('refused'),
    ret((_k, f) => f.error),
  ]);

/** vfio_lock_acct() takes mmap_lock for write, __io_account_mem() takes nothing; RDMA has charged before. */
const chargeWhenPinned = (accounting: Accounting): readonly Entry<System>[] => {
  if (accounting !== 'vfio' && accounting !== 'io_uring') return [];
  return path('charge', ['region', 'error'], ({ label, act, branch, down_write, up }) => {
    const lock = (k: System, f: Record<'region', number>): number =>
      mmap_lock(k.regions.get(f.region, REGION.mm));
    const charge = (k: System, f: Record<'region' | 'error', number>): void => {
      f.error = charge_region(k, f.region, accounting);
    };
    const steps =
      accounting === 'vfio'
        ? [down_write('mmap_write_lock', lock), act('vfio_lock_acct', charge), up('mmap_write_unlock', lock)]
        : [label('__io_account_mem', 'K108', charge)];
    return [...steps, branch('charged over the limit', (_k, f) => f.error < 0, 'failed')];
  }).entries;
};

const unpinRegion = (name: string, taking: Taking): Path<System, 'region'> =>
  path(name, ['region'], ({ label, ret }) => [
    label(taking.flags === FOLL_PIN ? 'unpin_user_pages' : 'put_page', 'K6', (k, f) => {
      unpin_region(k, f.region, taking, (_k, pfn, pages) => {
        gup_put_pages(k, pfn, pages, taking.flags);
      });
    }),
    ret(),
  ]);

/** The end of direct I/O that has taken plain references for its transfer. */
const bioRelease = (name: string, taking: Taking): Path<System, 'region'> =>
  path(name, ['region'], ({ label, ret }) => [
    label('__bio_release_pages', 'K10', (k, f) => {
      unpin_region(k, f.region, taking, bio_release_pages);
    }),
    ret(),
  ]);

/** Pins at attach unless the region is pinned per transfer, then around each transfer. */
export function pinningDriver(options: {
  readonly name: string;
  readonly title: string;
  readonly longterm: boolean;
  /** FOLL_GET: plain references. Default: FOLL_PIN. */
  readonly flags?: typeof FOLL_PIN | typeof FOLL_GET;
  /** Default: pins are charged as RDMA regions are, plain references to nobody. */
  readonly accounting?: Accounting;
  readonly breaks: Driver['breaks'];
}): Driver {
  const { longterm, flags = FOLL_PIN } = options;
  const { accounting = flags === FOLL_PIN ? 'rdma' : 'none' } = options;
  const taking: Taking = { flags, longterm, accounting };
  const pin = pinRegion(options.name, taking);
  const unpin = unpinRegion(`${options.name} ${flags === FOLL_PIN ? 'unpin' : 'put'}`, taking);
  const release = flags === FOLL_PIN ? unpin : bioRelease(`${options.name} bio_endio`, taking);
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
    end_transfer: onlyPerTransfer(true, release, 'end_transfer'),
    invalidate: null,
    breaks: options.breaks,
  };
}

export const gup: Driver = pinningDriver({
  name: 'gup',
  title: 'pins pages with FOLL_PIN for as long as the device uses them; no notifier',
  longterm: false,
  breaks: [
    { invariant: 'truncate_never_blocked', facts: ['K31', 'K216'], memory: 'dax' },
    { invariant: 'punch_hole_never_blocked', facts: ['K31', 'K34', 'K216'], memory: 'dax' },
    { invariant: 'frozen_not_written', facts: ['K20', 'K65', 'K84'] },
    { invariant: 'I1', facts: ['K60', 'K62', 'K63', 'K174'], memory: 'dax' },
    { invariant: 'I2', facts: ['K31', 'K216'], memory: 'dax' },
    { invariant: 'I3', facts: ['K65', 'K216', 'K231'] },
    { invariant: 'I4', facts: ['K84', 'K216'] },
    { invariant: 'I5', facts: ['K43', 'K63', 'K228'] },
    { invariant: 'I9', facts: ['K65', 'K182', 'K231'] },
    { invariant: 'I13', facts: ['K20', 'K30', 'K32'], memory: 'dax' },
    { invariant: 'I15', facts: ['K63', 'K232'] },
  ],
});

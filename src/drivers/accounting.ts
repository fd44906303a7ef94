/**
 * Who is charged for the memory that a device keeps, and against which limit (K106 to K110).
 *
 * The drivers of 6.1 do not agree. RDMA adds to mm->pinned_vm before it pins, VFIO to mm->locked_vm under mmap_lock when it has
 * pinned, io_uring to a locked_vm of the user, which all of the user's processes share, and to pinned_vm for the statistics.
 * Each is compared with RLIMIT_MEMLOCK by itself, never their sum (K110). What was charged is written down with the region and
 * given back to the address space that owns it, whoever releases it (K205).
 *
 * I/O that takes pages for one transfer is charged to nobody, and nor is a mirror (K110).
 *
 * Left out: iommufd (K109, not in 6.1), more than one user, compound pages, which io_uring counts once.
 */
import { ENOMEM, EPERM } from '../kernel/errno.ts';
import { COUNTER, MM } from '../kernel/kernel.ts';
import { REGION, type System } from './system.ts';

/** Whose way of accounting a driver follows. */
export type Accounting = 'rdma' | 'vfio' | 'io_uring' | 'none';

/** Adds to mm->pinned_vm, to mm->locked_vm or to the user's locked_vm. */
const add_pinned = (k: System, mm: number, pages: number): void =>
  k.mms.set(mm, MM.pinned_vm, k.mms.get(mm, MM.pinned_vm) + pages);
const add_locked = (k: System, mm: number, pages: number): void =>
  k.mms.set(mm, MM.locked_vm, k.mms.get(mm, MM.locked_vm) + pages);
const add_user_locked = (k: System, pages: number): void =>
  k.counters.set(0, COUNTER.user_locked_vm, k.counters.get(0, COUNTER.user_locked_vm) + pages);

/** rlimit(RLIMIT_MEMLOCK) in pages; Infinity with CAP_IPC_LOCK. */
function memlock_limit(k: System, mm: number): number {
  const limit = k.mms.get(mm, MM.memlock) - 1;
  return limit < 0 ? Infinity : limit;
}

interface Account {
  /** What is charged already, of what the limit is for. */
  readonly charged: (k: System, mm: number) => number;
  readonly add: (k: System, mm: number, pages: number) => void;
  /** can_do_mlock(): no memory may be locked at all. */
  readonly refusedAt: number;
}

const ACCOUNTS: Readonly<Record<Exclude<Accounting, 'none'>, Account>> = {
  rdma: { charged: (k, mm) => k.mms.get(mm, MM.pinned_vm), add: add_pinned, refusedAt: 0 },
  vfio: { charged: (k, mm) => k.mms.get(mm, MM.locked_vm), add: add_locked, refusedAt: -1 },
  io_uring: {
    charged: (k) => k.counters.get(0, COUNTER.user_locked_vm),
    add: (k, mm, pages) => {
      // A user who may lock anything is charged nothing; the statistics are kept all the same.
      if (memlock_limit(k, mm) !== Infinity) add_user_locked(k, pages);
      add_pinned(k, mm, pages);
    },
    refusedAt: -1,
  },
};

/**
 * Charges a region that is kept beyond a transfer; 0, -EPERM or -ENOMEM. ib_umem_get(), vfio_lock_acct(), __io_account_mem().
 */
export function charge_region(k: System, region: number, accounting: Accounting): number {
  if (accounting === 'none' || k.regions.get(region, REGION.per_transfer) === 1) return 0;
  const { charged, add, refusedAt } = ACCOUNTS[accounting];
  const mm = k.regions.get(region, REGION.mm);
  const pages = k.regions.get(region, REGION.end) - k.regions.get(region, REGION.start);
  const limit = memlock_limit(k, mm);
  if (limit === refusedAt) return -EPERM;
  if (charged(k, mm) + pages > limit) return -ENOMEM;
  add(k, mm, pages);
  k.regions.set(region, REGION.charged, pages);
  return 0;
}

/** Gives back what the region was charged, to the address space that owns it. */
export function uncharge_region(k: System, region: number, accounting: Accounting): void {
  const pages = k.regions.get(region, REGION.charged);
  if (accounting === 'none' || pages === 0) return;
  ACCOUNTS[accounting].add(k, k.regions.get(region, REGION.mm), -pages);
  k.regions.set(region, REGION.charged, 0);
}

/**
 * The device: its page table, its engine and the calls that user space makes. Shared by every driver.
 *
 * The engine takes one queued transfer at a time: it looks a page up, moves data some time later without looking
 * again, and asks the driver when there is no entry. The time between is when an invalidation must wait for it
 * (K117). A transfer with a fence does not end before user space signals it.
 *
 * Left out: device caches (its writes are coherent with the CPU, K28), IOMMU granularity, more than one queue.
 */
import { ECANCELED, EIO, ENXIO } from '../kernel/errno.ts';
import { COUNTER, type Kernel, MM, SUB, SUB_NONE, VMA, WAIT } from '../kernel/kernel.ts';
import { has_bad_block, like_blocks } from '../kernel/fs/bad_blocks.ts';
import { holds_page } from '../kernel/fs/block_owner.ts';
import { forget_promises, note_sync_written, write_blocks } from '../kernel/fs/content.ts';
import { content_stored } from '../kernel/fs/expected_content.ts';
import { is_anon_pfn } from '../kernel/mm/page.ts';
import { pte_allows, pte_pfn, pte_present } from '../kernel/mm/pgtable.ts';
import { access_private_copies, private_copy_address } from '../kernel/mm/private_copy.ts';
import { mmdrop, mmgrab } from '../kernel/mm/sched_mm.ts';
import { find_vma, first_vma, linear_page_index, NO_VMA } from '../kernel/mm/vma.ts';
import { JOB_NONE, JOB_PREPARING, JOB_QUEUED, JOB_RUNNING, path, REGION, type System } from './system.ts';

/** Removes device entries of [from, to) of a region. */
export function clear_device_ptes(k: System, region: number, from: number, to: number): void {
  if (k.device_ptes.nextNonZero(region, from, to) >= to) return;
  k.device_ptes.setRange(region, from, to, 0);
  k.emit({ type: 'device_pte', region, from, to, present: false });
}

/** Copies what GUP or HMM left in the region's `pfns` for [from, to) into the device's table, and empties it. */
export function install_device_ptes(k: System, region: number, from: number, to: number): void {
  for (let va = from; va < to;) {
    const end = k.pfns.runEnd(region, va, to);
    k.device_ptes.setRange(region, va, end, k.pfns.get(region, va));
    va = end;
  }
  k.pfns.setRange(region, from, to, 0);
  k.emit({ type: 'device_pte', region, from, to, present: true });
}

/** True while a transfer that the device has looked up overlaps [from, to). */
export function transfer_in_flight(k: System, region: number, from: number, to: number): boolean {
  return k.regions.get(region, REGION.flight_start) < to && k.regions.get(region, REGION.flight_end) > from;
}

/**
 * The page of a file that a device means with `va` of a region when it has `pfn` for it: what the CPU sees there, if that
 * is the same file or the same frame; else what was there when the region was attached.
 */
export function region_target(
  k: System,
  region: number,
  va: number,
  pfn: number,
): { inode: number; page: number } {
  const inode = k.regions.get(region, REGION.inode);
  const mm = k.regions.get(region, REGION.mm);
  const attached = find_vma(k, mm, va);
  // A munmap under way has detached the VMA, and waits in the driver's callback for this very transfer.
  const vma = attached === NO_VMA ? first_vma(k, mm, va, va + 1, true) : attached;
  const pte = k.ptes.get(mm, va);
  const same =
    vma !== NO_VMA && (k.vmas.get(vma, VMA.inode) === inode || (pte_present(pte) && pte_pfn(pte) === pfn));
  if (same) return { inode: k.vmas.get(vma, VMA.inode), page: linear_page_index(k, vma, va) };
  return { inode, page: k.regions.get(region, REGION.pgoff) + va - k.regions.get(region, REGION.start) };
}

/** The device reads or writes [va, va + pages), which it looked up as `pfn` (0: the zero page). */
function move_data(k: System, region: number, va: number, pages: number, pfn: number, write: boolean): void {
  const { inode, page } = region_target(k, region, va, pfn);
  const token = k.regions.get(region, REGION.job_token);
  for (let offset = 0; offset < pages; offset++) {
    const at = pfn === 0 ? 0 : pfn + offset;
    const expected = k.shadow.get(inode, page + offset);
    const value = at === 0 ? 0 : k.data.get(0, at);
    if (write) {
      write_blocks(k, at, 1, token, 0, 4096);
      if (holds_page(k, at, inode, page + offset)) {
        content_stored(k, inode, page + offset, 1, token);
        forget_promises(k, inode, page + offset, page + offset + 1);
        const vma = find_vma(k, k.regions.get(region, REGION.mm), va + offset);
        if (vma !== NO_VMA && k.vmas.get(vma, VMA.inode) === inode)
          note_sync_written(k, vma, inode, page + offset, 1);
      }
    }
    const where = { region, va: va + offset, inode, page: page + offset, pfn: at, pages: 1 };
    k.emit({
      type: 'dev_access',
      ...where,
      write,
      value: write ? token : value,
      expected: write ? token : expected,
    });
    move_private_data(k, region, va + offset, at, write, token);
  }
}

/** Ghost: data of a frame that is the process's private copy, at this address or at one that it has moved to. */
function move_private_data(
  k: System,
  region: number,
  va: number,
  pfn: number,
  write: boolean,
  token: number,
): void {
  const mm = k.regions.get(region, REGION.mm);
  if (!is_anon_pfn(k, pfn)) return;
  const at = private_copy_address(k, mm, va, pfn);
  if (at < 0) return;
  access_private_copies(k, { mm, va: at, pages: 1, pfn, device: true, write, token });
}

function queued_region(k: System, device: number): number {
  const count = k.counters.get(0, COUNTER.regions);
  for (let region = device; region < count; region += k.devices) {
    if (k.regions.get(region, REGION.job) === JOB_QUEUED) return region;
  }
  return -1;
}

/** The engine of one device: a loop that never ends. */
export const device_engine = path(
  'device_engine',
  ['device', 'region', 'va', 'end', 'write', 'pte', 'error'],
  ({ label, act, mark, branch, jump, sleep, invoke }) => [
    mark('idle'),
    act('next job', (k, f) => {
      f.region = queued_region(k, f.device);
      if (f.region < 0) return;
      k.regions.set(f.region, REGION.job, JOB_RUNNING);
      f.va = k.regions.get(f.region, REGION.job_start);
      f.write = k.regions.get(f.region, REGION.job_write);
      f.error = 0;
    }),
    branch('a job', (_k, f) => f.region >= 0, 'next'),
    sleep('wait for work', 'TASK_INTERRUPTIBLE', (_k, f) => ({ kind: WAIT.work, a: f.device, b: 0 })),
    jump('idle'),

    mark('next'),
    branch('all moved', (k, f) => f.va >= k.regions.get(f.region, REGION.job_end), 'moved'),
    label('device_translate', 'K117', (k, f) => {
      f.pte = k.device_ptes.get(f.region, f.va);
      if (!pte_allows(f.pte, f.write === 1)) return;
      const limit = k.regions.get(f.region, REGION.job_end);
      const run = k.device_ptes.runEnd(f.region, f.va, limit) - f.va;
      f.end = k.grainEnd(f.va, f.va + like_blocks(k, pte_pfn(f.pte), run));
      k.regions.set(f.region, REGION.flight_start, f.va);
      k.regions.set(f.region, REGION.flight_end, f.end);
      k.emit({ type: 'dma_begin', region: f.region, va: f.va, pages: f.end - f.va });
      k.spend('dma_page', f.end - f.va);
    }),
    branch('no translation', (_k, f) => !pte_allows(f.pte, f.write === 1), 'fault'),
    label('device_access', 'K117', (k, f) => {
      // What the medium cannot read ends the transfer: the device's reference or mirror of it does not help (K80).
      if (has_bad_block(k, pte_pfn(f.pte), 1)) f.error = -EIO;
      else move_data(k, f.region, f.va, f.end - f.va, pte_pfn(f.pte), f.write === 1);
      k.regions.set(f.region, REGION.flight_start, 0);
      k.regions.set(f.region, REGION.flight_end, 0);
      k.m.queues.wakeAll(WAIT.drain, f.region, 0);
      f.va = f.end;
    }),
    branch('machine check', (_k, f) => f.error < 0, 'moved'),
    jump('next'),

    mark('fault'),
    act('device_fault', (k, f) => {
      k.spend('device_fault');
      k.emit({ type: 'device_fault', region: f.region, va: f.va });
    }),
    invoke<'region' | 'va' | 'end' | 'write'>(
      'driver.device_fault',
      (k) => k.driver.device_fault,
      (k, f, callee) => {
        callee.region = f.region;
        callee.va = f.va;
        callee.end = k.regions.get(f.region, REGION.job_end);
        callee.write = f.write;
      },
    ),
    act('fault result', (k, f) => {
      f.error = k.ret;
    }),
    branch('resolved', (_k, f) => f.error >= 0, 'next'),

    mark('moved'),
    mark('fence'),
    branch('no fence', (k, f) => k.regions.get(f.region, REGION.job_fence) === 0, 'end'),
    sleep('wait for the user fence', 'TASK_UNINTERRUPTIBLE', (_k, f) => ({
      kind: WAIT.fence,
      a: f.region,
      b: 0,
    })),
    jump('fence'),
    mark('end'),
    invoke<'region'>(
      'driver.end_transfer',
      (k) => k.driver.end_transfer,
      (_k, f, callee) => {
        callee.region = f.region;
      },
    ),
    label('job done', 'K117', (k, f) => {
      finish_job(k, f.region, f.error);
      // An idle engine remembers nothing of its last job.
      f.va = f.end = f.write = f.pte = f.error = 0;
    }),
    jump('idle'),
  ],
);

/** The ioctl that attaches [start, end) of the caller's address space. */
export const ioctl_attach = path(
  'ioctl attach',
  ['region', 'mm', 'start', 'end', 'writable', 'per_transfer', 'survives_exit', 'error'],
  ({ label, act, branch, mark, invoke, ret }) => [
    label('attach', 'K26', (k, f) => {
      const vma = find_vma(k, f.mm, f.start);
      f.error = vma === NO_VMA || k.regions.get(f.region, REGION.used) === 1 ? -ENXIO : 0;
      if (f.error === 0) open_region(k, f.region, vma, f);
    }),
    branch('refused', (_k, f) => f.error < 0, 'done'),
    invoke<'region'>(
      'driver.attach',
      (k) => k.driver.attach,
      (_k, f, callee) => {
        callee.region = f.region;
      },
    ),
    act('result', (k, f) => {
      f.error = k.ret;
      if (f.error < 0) close_region(k, f.region);
      end_job(k, f.region);
    }),
    mark('done'),
    ret((_k, f) => f.error),
  ],
);

function open_region(
  k: System,
  region: number,
  vma: number,
  f: Record<'mm' | 'start' | 'end' | 'writable' | 'per_transfer' | 'survives_exit', number>,
): void {
  k.counters.set(0, COUNTER.regions, Math.max(k.counters.get(0, COUNTER.regions), region + 1));
  k.regions.set(region, REGION.used, 1);
  // owning_mm: the struct stays for as long as the region refers to it (K106).
  mmgrab(k, f.mm);
  k.regions.set(region, REGION.job, JOB_PREPARING);
  k.regions.set(region, REGION.device, region % k.devices);
  k.regions.set(region, REGION.mm, f.mm);
  k.regions.set(region, REGION.start, f.start);
  k.regions.set(region, REGION.end, f.end);
  k.regions.set(region, REGION.writable, f.writable);
  k.regions.set(region, REGION.per_transfer, f.per_transfer);
  k.regions.set(region, REGION.survives_exit, f.survives_exit);
  k.regions.set(region, REGION.inode, k.vmas.get(vma, VMA.inode));
  k.regions.set(region, REGION.pgoff, linear_page_index(k, vma, f.start));
}

function close_region(k: System, region: number): void {
  const mm = k.regions.get(region, REGION.mm);
  k.emit({ type: 'driver_object_freed', region, mm });
  for (const column of Object.values(REGION)) k.regions.set(region, column, 0);
  if (k.subs.get(region, SUB.state) === SUB_NONE)
    for (const column of Object.values(SUB)) k.subs.set(region, column, 0);
  mmdrop(k, mm);
}

/** The region is nobody's: the next in line may have it. */
export function end_job(k: System, region: number): void {
  k.regions.set(region, REGION.job, JOB_NONE);
  k.m.queues.wakeAll(WAIT.job, region, 0);
}

/** The region's transfer has ended, with an error or 0. */
function finish_job(k: System, region: number, error: number): void {
  k.emit({ type: 'dma_end', region, ret: error });
  k.regions.set(region, REGION.job_error, error);
  end_job(k, region);
}

/** Waits for the region's transfer, then lets the driver take everything back. */
export const detach_region = path(
  'detach region',
  ['region'],
  ({ act, branch, mark, jump, sleep, invoke, ret }) => [
    mark('wait'),
    branch('detached meanwhile', (k, f) => k.regions.get(f.region, REGION.used) === 0, 'gone'),
    branch('no transfer', (k, f) => k.regions.get(f.region, REGION.job) === JOB_NONE, 'idle'),
    sleep('wait for the transfer', 'TASK_UNINTERRUPTIBLE', (_k, f) => ({
      kind: WAIT.job,
      a: f.region,
      b: 0,
    })),
    jump('wait'),
    mark('idle'),
    act('claim', (k, f) => {
      k.regions.set(f.region, REGION.job, JOB_PREPARING);
    }),
    invoke<'region'>(
      'driver.detach',
      (k) => k.driver.detach,
      (_k, f, callee) => {
        callee.region = f.region;
      },
    ),
    act('forget', (k, f) => {
      close_region(k, f.region);
      end_job(k, f.region);
    }),
    mark('gone'),
    ret(),
  ],
);

/** The ioctl that detaches a region. */
export const ioctl_detach = path('ioctl detach', ['region'], ({ label, branch, mark, call, ret }) => [
  label('detach', 'K26'),
  branch('not attached', (k, f) => k.regions.get(f.region, REGION.used) === 0, 'no'),
  call(detach_region, (_k, f, callee) => {
    callee.region = f.region;
  }),
  ret(),
  mark('no'),
  ret(() => -ENXIO),
]);

/** User space is done with what the region's transfer waits for. */
export function signal_fence(k: System, region: number): void {
  k.regions.set(region, REGION.job_fence, 0);
  k.m.queues.wakeAll(WAIT.fence, region, 0);
}

/**
 * Closing the device file when a process exits: every region of its address space that nobody else keeps. A transfer
 * that the engine has not begun is cancelled: it may be queued behind one that another process's fence holds up.
 */
export const release_device = path(
  'device_release',
  ['mm', 'region'],
  ({ label, act, mark, branch, jump, call, invoke, ret }) => [
    mark('next'),
    act('next region', (k, f) => {
      f.region = region_of(k, f.mm);
      // The user who would signal is gone: its fences are signalled for it.
      if (f.region >= 0) signal_fence(k, f.region);
    }),
    branch('none left', (_k, f) => f.region < 0, 'done'),
    branch('nothing queued', (k, f) => k.regions.get(f.region, REGION.job) !== JOB_QUEUED, 'detach'),
    act('take it off the queue', (k, f) => {
      k.regions.set(f.region, REGION.job, JOB_PREPARING);
    }),
    invoke<'region'>(
      'driver.end_transfer',
      (k) => k.driver.end_transfer,
      (_k, f, callee) => {
        callee.region = f.region;
      },
    ),
    label('job cancelled', 'K79', (k, f) => {
      finish_job(k, f.region, -ECANCELED);
    }),
    mark('detach'),
    call(detach_region, (_k, f, callee) => {
      callee.region = f.region;
    }),
    jump('next'),
    mark('done'),
    ret(),
  ],
);

function region_of(k: System, mm: number): number {
  const count = k.counters.get(0, COUNTER.regions);
  for (let region = 0; region < count; region++) {
    const mine = k.regions.get(region, REGION.used) === 1 && k.regions.get(region, REGION.mm) === mm;
    if (mine && k.regions.get(region, REGION.survives_exit) === 0) return region;
  }
  return -1;
}

/** The address space is exiting: a driver must not fault for it any more (K1). */
export const mm_gone = (k: Kernel, mm: number): boolean => k.mms.get(mm, MM.users) === 0;

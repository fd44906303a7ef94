/**
 * Situations worth testing: did they come up in a run? A campaign that holds because nothing met anything is worth nothing.
 */
import type { StampedEvent } from '../kernel/event.ts';
import type { WaitLog } from '../observe/waits.ts';
import { next_shared_page } from '../kernel/fs/cow.ts';
import { ext_pfn } from '../kernel/fs/extent.ts';
import { COUNTER, WAIT } from '../kernel/kernel.ts';
import { pte_pfn } from '../kernel/mm/pgtable.ts';
import { REGION } from '../drivers/system.ts';
import type { Session } from '../run/session.ts';
import { inodeOf } from '../run/syscalls.ts';
import { BLOCK_REMOVING_KINDS } from '../workload/operation.ts';

/** Names of situations, as reports print them. */
export const SITUATIONS = [
  'block removal meets a device fault',
  'sequence retry',
  'wait for a page reference',
  'fsync meets a device write',
  'a PMD mapping of a DAX file',
  'a MAP_SYNC write fault',
  'fork of a device user',
  'a write waits for a thaw',
  'a store to a shared block that a device has',
] as const;
export type Situation = (typeof SITUATIONS)[number];

/** Events that end a fault of the task they belong to. */
const FAULT_ENDS: ReadonlySet<string> = new Set(['device_pte', 'dma_begin', 'dma_end', 'op_end', 'pin']);

/** Watches one run. */
export class SituationWatch {
  readonly seen = new Set<Situation>();
  private readonly session: Session;
  /** Task to the inode it faults for. */
  private readonly faults = new Map<number, number>();
  /** Operation that takes blocks away to its inode. */
  private readonly removals = new Map<number, number>();
  /** Task to the inode it syncs, and region with a write transfer under way to its inode. */
  private readonly syncs = new Map<number, number>();
  private readonly writes = new Map<number, number>();

  constructor(session: Session) {
    this.session = session;
  }

  observe(events: readonly StampedEvent[]): void {
    for (const stamped of events) this.look(stamped);
  }

  /** To be called at the end of the run. */
  end(waits: WaitLog): void {
    if (waits.waits.some((wait) => wait.described.class === 'reference'))
      this.seen.add('wait for a page reference');
  }

  private look({ task, event }: StampedEvent): void {
    if (FAULT_ENDS.has(event.type)) this.faults.delete(task);
    switch (event.type) {
      case 'op_start':
        this.removalBegins(event.op);
        return;
      case 'op_end':
        this.removals.delete(event.op);
        if (event.ret >= 0) this.transferBegins(event.op);
        return;
      case 'device_fault':
        this.faultBegins(task, this.inodeOf(event.region));
        return;
      case 'dma_end':
        this.writes.delete(event.region);
        return;
      case 'dax_fault':
        if (event.write && this.deviceHasShared(event.inode, event.page, event.page + event.pages))
          this.seen.add('a store to a shared block that a device has');
        if (event.device) this.faultBegins(task, event.inode);
        return;
      case 'fork':
        if (this.usesDevice(event.parent)) this.seen.add('fork of a device user');
        return;
      case 'retry':
        this.seen.add('sequence retry');
        return;
      case 'pmd_mapped':
        this.seen.add('a PMD mapping of a DAX file');
        return;
      case 'sync_fault':
        this.seen.add('a MAP_SYNC write fault');
        return;
      case 'fsync_call':
        this.syncs.set(task, event.inode);
        if (includes(this.writes, event.inode)) this.seen.add('fsync meets a device write');
        return;
      case 'sleep':
        if (event.kind === WAIT.thaw) this.seen.add('a write waits for a thaw');
        return;
      case 'fsync_ret':
        this.syncs.delete(task);
        return;
      default:
        return;
    }
  }

  /** A device has been given memory of the address space. */
  private usesDevice(mm: number): boolean {
    const { regions, counters } = this.session.system;
    const count = counters.get(0, COUNTER.regions);
    return Array.from({ length: count }, (_, region) => region).some(
      (region) => regions.get(region, REGION.used) === 1 && regions.get(region, REGION.mm) === mm,
    );
  }

  /** A device can reach a block of these pages that another page of a file has too. */
  private deviceHasShared(inode: number, from: number, to: number): boolean {
    const { system } = this.session;
    for (let page = next_shared_page(system, inode, from, to); page < to;) {
      if (this.deviceHas(ext_pfn(system.extents.get(inode, page)))) return true;
      page = next_shared_page(system, inode, page + 1, to);
    }
    return false;
  }

  private deviceHas(pfn: number): boolean {
    const { regions, counters, device_ptes } = this.session.system;
    const count = counters.get(0, COUNTER.regions);
    for (let region = 0; region < count; region++) {
      const [start, end] = [regions.get(region, REGION.start), regions.get(region, REGION.end)];
      for (let va = device_ptes.nextNonZero(region, start, end); va < end;) {
        const to = device_ptes.runEnd(region, va, end);
        const first = pte_pfn(device_ptes.get(region, va));
        if (first <= pfn && pfn < first + to - va) return true;
        va = device_ptes.nextNonZero(region, to, end);
      }
    }
    return false;
  }

  private inodeOf(region: number): number {
    return this.session.system.regions.get(region, REGION.inode);
  }

  /** A transfer is under way from the moment its call has returned. */
  private transferBegins(number: number): void {
    const op = this.session.workload.ops[number]?.op;
    if (op?.kind !== 'dma_write') return;
    const inode = this.inodeOf(op.region);
    this.writes.set(op.region, inode);
    if (includes(this.syncs, inode)) this.seen.add('fsync meets a device write');
  }

  private removalBegins(number: number): void {
    const op = this.session.workload.ops[number]?.op;
    if (op === undefined || !BLOCK_REMOVING_KINDS.has(op.kind) || !('file' in op)) return;
    const inode = inodeOf(op.file);
    this.removals.set(number, inode);
    if (includes(this.faults, inode)) this.seen.add('block removal meets a device fault');
  }

  private faultBegins(task: number, inode: number): void {
    this.faults.set(task, inode);
    if (includes(this.removals, inode)) this.seen.add('block removal meets a device fault');
  }
}

function includes(inodes: ReadonlyMap<number, number>, inode: number): boolean {
  for (const one of inodes.values()) if (one === inode) return true;
  return false;
}

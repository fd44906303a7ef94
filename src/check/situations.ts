/**
 * Situations worth testing: did they come up in a run? A campaign that holds because nothing met anything is worth nothing.
 */
import type { StampedEvent } from '../kernel/event.ts';
import type { WaitLog } from '../observe/waits.ts';
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
  /** Task to the inode it syncs. */
  private readonly syncs = new Map<number, number>();

  constructor(session: Session) {
    this.session = session;
  }

  observe(events: readonly StampedEvent[]): void {
    for (const stamped of events) this.look(stamped);
  }

  /** To be called at the end of the run. */
  end(waits: WaitLog): void {
    if (waits.waits.some((wait) => wait.described.class === 'reference')) this.seen.add('wait for a page reference');
  }

  private look({ task, event }: StampedEvent): void {
    if (FAULT_ENDS.has(event.type)) this.faults.delete(task);
    switch (event.type) {
      case 'op_start':
        this.removalBegins(event.op);
        return;
      case 'op_end':
        this.removals.delete(event.op);
        return;
      case 'device_fault':
        this.faultBegins(task, this.session.system.regions.get(event.region, REGION.inode));
        return;
      case 'dax_fault':
        if (event.device) this.faultBegins(task, event.inode);
        return;
      case 'retry':
        this.seen.add('sequence retry');
        return;
      case 'fsync_call':
        this.syncs.set(task, event.inode);
        return;
      case 'fsync_ret':
        this.syncs.delete(task);
        return;
      case 'dev_access':
        if (event.write && [...this.syncs.values()].includes(event.inode)) this.seen.add('fsync meets a device write');
        return;
      default:
        return;
    }
  }

  private removalBegins(number: number): void {
    const op = this.session.workload.ops[number]?.op;
    if (op === undefined || !BLOCK_REMOVING_KINDS.has(op.kind) || !('file' in op)) return;
    const inode = inodeOf(op.file);
    this.removals.set(number, inode);
    if ([...this.faults.values()].includes(inode)) this.seen.add('block removal meets a device fault');
  }

  private faultBegins(task: number, inode: number): void {
    this.faults.set(task, inode);
    if ([...this.removals.values()].includes(inode)) this.seen.add('block removal meets a device fault');
  }
}

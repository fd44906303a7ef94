/**
 * events -> what each operation did, and what its device transfer did: the counts that a scenario file can expect.
 */
import type { KernelEvent, StampedEvent } from '../kernel/event.ts';
import { REGION, type System } from '../drivers/system.ts';
import { is_anon_pfn } from '../kernel/mm/page.ts';
import { pte_pfn, pte_present } from '../kernel/mm/pgtable.ts';
import type { Session } from '../run/session.ts';
import type { Counted, Found } from '../workload/effects.ts';

/** What a reader found is the worst of its pages, in this order. */
const WORST_FIRST: readonly Found[] = ['stale', 'last_written', 'private_copy', 'zeros'];

/** What one operation, or a whole run, did. */
export class Effects {
  readonly counts = new Map<Counted, number>();
  /** What the transfer came to that the operation started; undefined when it started none or has not ended. */
  transfer: number | undefined;
  private readonly found = new Set<Found>();

  count(name: Counted): number {
    return this.counts.get(name) ?? 0;
  }

  /** Of all its pages; undefined when it read none. */
  get reads(): Found | undefined {
    return WORST_FIRST.find((found) => this.found.has(found));
  }

  add(name: Counted, amount: number): void {
    this.counts.set(name, this.count(name) + amount);
  }

  read(found: Found): void {
    this.found.add(found);
  }
}

/** Keeps the effects of every operation of a session. */
export class EffectLog {
  readonly total = new Effects();
  private readonly byOperation = new Map<number, Effects>();
  /** By task: a call's last step leaves its events when the session has already noted its end. */
  private readonly running = new Map<number, number>();
  private readonly session: Session;

  constructor(session: Session) {
    this.session = session;
  }

  of(op: number): Effects {
    let effects = this.byOperation.get(op);
    if (effects === undefined) this.byOperation.set(op, (effects = new Effects()));
    return effects;
  }

  /** To be called with the events of one step, before the next. */
  observe(events: readonly StampedEvent[]): void {
    for (const { task, event } of events) {
      if (event.type === 'op_start') this.running.set(task, event.op);
      if (event.type === 'op_end') this.running.delete(task);
      if (event.type === 'dma_end') this.of(this.session.transferOf(event.region)).transfer = event.ret;
      const op = this.running.get(task) ?? this.session.operationBehind(task);
      for (const effects of op < 0 ? [this.total] : [this.total, this.of(op)]) this.note(effects, event);
    }
  }

  private note(effects: Effects, event: KernelEvent): void {
    const counted = countedOf(event);
    if (counted !== null) effects.add(...counted);
    const found = foundBy(this.session.system, event);
    if (found !== null) effects.read(found);
  }
}

/** What a page or run of pages was found to hold; null for an event that is no reading. */
function foundBy(k: System, event: KernelEvent): Found | null {
  switch (event.type) {
    case 'read':
      return inFile(event.value, event.expected);
    case 'cpu_access':
      return event.write ? null : inFile(event.value, event.expected);
    case 'private_access':
      if (event.write || event.device) return null;
      return event.value === event.expected ? 'private_copy' : 'stale';
    case 'dev_access':
      if (event.write) return null;
      if (!is_anon_pfn(k, event.pfn)) return inFile(event.value, event.expected);
      return shows(k, event) ? 'private_copy' : 'stale';
    default:
      return null;
  }
}

function inFile(value: number, expected: number): Found {
  if (value !== expected) return 'stale';
  return value === 0 ? 'zeros' : 'last_written';
}

/** True when the process has at that address the very page that the device read. */
function shows(k: System, { region, va, pfn }: Extract<KernelEvent, { type: 'dev_access' }>): boolean {
  const pte = k.ptes.get(k.regions.get(region, REGION.mm), va);
  return pte_present(pte) && pte_pfn(pte) === pfn;
}

/** What an event counts as, and how many; null for what is not counted. */
function countedOf(event: KernelEvent): readonly [Counted, number] | null {
  switch (event.type) {
    case 'callback_start':
      return [event.event, 1];
    case 'dax_fault':
      return event.device ? null : ['cpu_faults', 1];
    case 'device_fault':
      return ['device_faults', 1];
    case 'retry':
      return ['retries', 1];
    case 'layout_wait':
      return ['layout_waits', 1];
    case 'pin':
      return ['pages_pinned', event.pages];
    case 'unpin':
      return ['pages_unpinned', event.pages];
    case 'get':
      return ['pages_got', event.pages];
    case 'put':
      return ['pages_put', event.pages];
    case 'flush':
      return ['pages_flushed', event.pages];
    case 'blocks_allocated':
      return ['blocks_allocated', event.pages];
    case 'blocks_freed':
      return ['blocks_freed', event.pages];
    default:
      return null;
  }
}

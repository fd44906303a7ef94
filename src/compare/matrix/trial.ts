/**
 * One trial of a cell on the model: the workload of stage.ts run in its own order, and what is seen of it at the moments of the
 * procedure.
 */
import type { Driver } from '../../drivers/driver.ts';
import type { KernelEvent, StampedEvent } from '../../kernel/event.ts';
import { errnoName } from '../../kernel/errno.ts';
import { size_byte, size_page } from '../../kernel/fs/inode.ts';
import type { Session } from '../../run/session.ts';
import { blamingDriver } from '../../run/blame_driver.ts';
import { runSequential } from '../../run/sequential.ts';
import { inodeOf } from '../../run/syscalls.ts';
import { functionOf } from '../../run/wait_graph.ts';
import { visitRuns } from '../../machine/store.ts';
import type { ReplayConditions } from '../conditions.ts';
import { openSession } from '../replay.ts';
import { LAYOUT } from './layout.ts';
import type { CellOperation } from './operations.ts';
import { type Marks, type Stage, stageOf, type Trial } from './stage.ts';

/** Blocks of the model are pages; stat() counts in units of 512 bytes. */
const SECTORS_PER_BLOCK = 8;

export interface Size {
  readonly size_bytes: number;
  readonly blocks: number;
}

type Access = Extract<KernelEvent, { type: 'cpu_access' | 'dev_access' | 'read' }>;

/** What was seen of a trial; operations go by their numbers in the workload. */
export class Observer {
  readonly session: Session;
  readonly marks: Marks;
  readonly events = new Map<string, number>();
  entriesCleared = 0;
  /** The path that the operation sleeps in; undefined: it ended by itself. */
  sleepsIn: string | undefined;
  /** Size and blocks while the driver held on. */
  held: Size | undefined;
  /** Size and blocks as each call of the operation ended. */
  readonly sizeAfter = new Map<number, Size>();
  /** What a reader found: one page each. */
  readonly found = new Map<number, Access>();
  private readonly present = new Set<number>();
  private readonly running = new Map<number, number>();
  private counting = false;
  private inCallback = false;

  constructor(session: Session, marks: Marks) {
    this.session = session;
    this.marks = marks;
  }

  observe(events: readonly StampedEvent[]): void {
    for (const { task, event } of events) {
      if (event.type === 'op_start') this.begins(task, event.op);
      else if (event.type === 'op_end') this.ends(task, event.op);
      else this.note(task, event);
    }
  }

  private begins(task: number, op: number): void {
    this.running.set(task, op);
    if (op === this.marks.calls[0]) this.counting = true;
    if (op !== this.marks.cpuReads[0]) return;
    this.counting = false;
    this.held = sizeOf(this.session);
  }

  private ends(task: number, op: number): void {
    this.running.delete(task);
    if (this.marks.calls.includes(op)) this.sizeAfter.set(op, sizeOf(this.session));
  }

  private note(task: number, event: KernelEvent): void {
    switch (event.type) {
      case 'callback_start':
        this.inCallback = true;
        if (this.counting) this.events.set(event.event, (this.events.get(event.event) ?? 0) + 1);
        break;
      case 'callback_end':
        this.inCallback = false;
        break;
      case 'device_pte':
        this.noteEntries(event.from, event.to, event.present);
        break;
      case 'cpu_access':
      case 'read':
      case 'dev_access':
        if (!('write' in event) || !event.write) this.noteAccess(task, event);
        break;
      default:
        break;
    }
  }

  private noteEntries(from: number, to: number, present: boolean): void {
    for (let va = Math.max(from, FIRST_ENTRY); va < Math.min(to, END_ENTRY); va++) {
      if (present) this.present.add(va);
      else if (this.present.delete(va) && this.counting && this.inCallback) this.entriesCleared++;
    }
  }

  private noteAccess(task: number, event: Access): void {
    const own = this.running.get(task) ?? this.session.operationBehind(task);
    if (own >= 0) this.found.set(own, event);
  }
}

const FIRST_ENTRY = LAYOUT.map + LAYOUT.deviceFrom;
const END_ENTRY = LAYOUT.map + LAYOUT.deviceTo;

/** What fstat() says of the file. */
export function sizeOf({ system: k }: Session): Size {
  const inode = inodeOf(LAYOUT.file);
  let blocks = 0;
  visitRuns(k.extents, inode, 0, k.llong_max_pages, (from, to) => {
    blocks += to - from;
  });
  return {
    size_bytes: size_page(k, inode) * 4096 + size_byte(k, inode),
    blocks: blocks * SECTORS_PER_BLOCK,
  };
}

/** Runs one trial to its end, or as far as it gets. */
export function runTrial(
  operation: CellOperation,
  trial: Trial,
  tested: Driver,
  conditions: ReplayConditions,
): Observer {
  const { workload, marks }: Stage = stageOf(operation, trial);
  const session = openSession(workload, tested, conditions);
  const observer = new Observer(session, marks);
  session.onEvents = (events) => {
    observer.observe(events);
  };
  blamingDriver(session, () =>
    runSequential(session, {
      onBlock: 'stay',
      onBlocked: (op, task) => {
        if (marks.calls.includes(op)) observer.sleepsIn = functionOf(session, task);
      },
    }),
  );
  return observer;
}

/** How an operation of the workload ended: its return value, or undefined when it has not. */
export function resultOf({ session }: Observer, op: number): number | undefined {
  const outcome = session.outcomes[op];
  return outcome === undefined || outcome.endTime < 0 ? undefined : outcome.ret;
}

/** The error of the first call that failed, or null. Calls that were not made do not count. */
export function errorOf(observer: Observer, calls: readonly number[]): string | null {
  for (const call of calls) {
    const ret = resultOf(observer, call);
    if (ret !== undefined && ret < 0) return errnoName(ret);
  }
  return null;
}

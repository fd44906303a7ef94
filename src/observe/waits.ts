/**
 * From events to waits: who slept, why, for how long, and which operations were blocked by a driver.
 *
 * A wait's class and chain are asked for when the task falls asleep, and asked for again when another task falls
 * asleep meanwhile: a task that queues behind a running holder turns into a cascade when that holder starts to wait
 * for a pin.
 */
import type { StampedEvent } from '../kernel/event.ts';

/** Structurally the wait graph's answer, so that this layer needs no state. */
export interface Described {
  readonly class: 'reference' | 'fault_lock' | 'callback' | 'cascade' | 'lock' | 'freeze';
  readonly chain: readonly { readonly node: string; readonly text: string }[];
  readonly root: 'kernel' | 'user' | 'thaw' | 'nobody' | 'cycle';
}

export interface WaitRecord {
  readonly task: number;
  readonly op: number;
  readonly start: number;
  /** -1 while the task sleeps. */
  end: number;
  described: Described;
  /** The task slept inside the driver's callback: its time is part of the callback's. */
  readonly insideCallback: boolean;
  /** True once the chain ended at user space, at nobody or in a cycle: without user space it would never end. */
  blocked: boolean;
}

/** A run of the driver's callback in the context of an operation. */
export interface CallbackRecord {
  readonly op: number;
  readonly start: number;
  end: number;
}

/** A wait that ends when the filesystem is thawed is whoever froze it's doing, not a driver's. */
export const isBlocked = ({ root }: Described): boolean => root !== 'kernel' && root !== 'thaw';

export class WaitLog {
  readonly waits: WaitRecord[] = [];
  readonly callbacks: CallbackRecord[] = [];
  private readonly describe: (task: number) => Described;
  private readonly opOf: (task: number) => number;
  private readonly open = new Map<number, WaitRecord>();
  private readonly openCallbacks = new Map<number, CallbackRecord>();

  /** `opOf` gives the operation a task is in, -1 for none (an idle engine's sleep is no wait). */
  constructor(describe: (task: number) => Described, opOf: (task: number) => number) {
    this.describe = describe;
    this.opOf = opOf;
  }

  observe(events: readonly StampedEvent[]): void {
    for (const { time, task, event } of events) {
      if (event.type === 'sleep') this.slept(event.task, time);
      else if (event.type === 'wake') this.woke(event.task, time);
      else if (event.type === 'callback_start') {
        this.openCallbacks.set(task, { op: this.opOf(task), start: time, end: -1 });
      } else if (event.type === 'callback_end') this.calledBack(task, time);
    }
  }

  /** The wait a task is in now, described afresh; undefined when it does not wait. */
  current(task: number): WaitRecord | undefined {
    const wait = this.open.get(task);
    if (wait !== undefined) this.refresh(wait);
    return wait;
  }

  /** Waits that have not ended. */
  get unfinished(): readonly WaitRecord[] {
    return [...this.open.values()];
  }

  private slept(task: number, time: number): void {
    const op = this.opOf(task);
    if (op >= 0) {
      const described = this.describe(task);
      const wait: WaitRecord = {
        task,
        op,
        start: time,
        end: -1,
        described,
        insideCallback: this.openCallbacks.has(task),
        blocked: isBlocked(described),
      };
      this.open.set(task, wait);
      this.waits.push(wait);
    }
    for (const wait of this.open.values()) if (wait.task !== task) this.refresh(wait);
  }

  private refresh(wait: WaitRecord): void {
    if (wait.described.class === 'reference' && wait.blocked) return;
    wait.described = this.describe(wait.task);
    if (isBlocked(wait.described)) wait.blocked = true;
  }

  private woke(task: number, time: number): void {
    const wait = this.open.get(task);
    if (wait === undefined) return;
    wait.end = time;
    this.open.delete(task);
  }

  private calledBack(task: number, time: number): void {
    const callback = this.openCallbacks.get(task);
    if (callback === undefined) return;
    callback.end = time;
    this.openCallbacks.delete(task);
    if (callback.op >= 0) this.callbacks.push(callback);
  }
}

/**
 * Wait queues: who sleeps on what, woken first come first served.
 *
 * A queue is named by a wait kind and two numbers (a page, a file and an index). A sleeper's rank is its
 * place among those that sleep on the same name, so that the state stays bounded however long it runs.
 */
import type { Table } from './store.ts';
import { TASK, TASK_INTERRUPTIBLE, TASK_RUNNING, TASK_UNINTERRUPTIBLE } from './task.ts';
import type { SleepKey, SleepState } from './program.ts';

export class WaitQueues {
  private readonly tasks: Table;
  /** Row 0 column 0: how many tasks sleep, so that a wake-up with no sleepers costs one read. */
  private readonly counters: Table;
  private taskCount = 0;
  /** Called with each task that is woken. */
  private readonly onWake: (task: number) => void;

  constructor(tasks: Table, counters: Table, onWake: (task: number) => void) {
    this.tasks = tasks;
    this.counters = counters;
    this.onWake = onWake;
  }

  setTaskCount(count: number): void {
    this.taskCount = count;
  }

  sleep(task: number, key: SleepKey, state: SleepState, exclusive: boolean): void {
    let rank = 1;
    for (let other = 0; other < this.taskCount; other++) {
      if (this.sleepsOn(other, key.kind, key.a, key.b))
        rank = Math.max(rank, this.tasks.get(other, TASK.wait_rank) + 1);
    }
    this.tasks.set(
      task,
      TASK.state,
      state === 'TASK_INTERRUPTIBLE' ? TASK_INTERRUPTIBLE : TASK_UNINTERRUPTIBLE,
    );
    this.tasks.set(task, TASK.wait_kind, key.kind);
    this.tasks.set(task, TASK.wait_a, key.a);
    this.tasks.set(task, TASK.wait_b, key.b);
    this.tasks.set(task, TASK.wait_rank, rank);
    this.tasks.set(task, TASK.wait_exclusive, exclusive ? 1 : 0);
    this.counters.set(0, 0, this.counters.get(0, 0) + 1);
  }

  /** wake_up_all(). */
  wakeAll(kind: number, a: number, b: number): void {
    if (this.counters.get(0, 0) === 0) return;
    for (let task = this.first(kind, a, b); task >= 0; task = this.first(kind, a, b)) this.wake(task);
  }

  /** wake_up(): every non-exclusive sleeper and the first exclusive one. */
  wakeNext(kind: number, a: number, b: number): void {
    if (this.counters.get(0, 0) === 0) return;
    for (let task = this.first(kind, a, b); task >= 0; task = this.first(kind, a, b)) {
      const exclusive = this.tasks.get(task, TASK.wait_exclusive) === 1;
      this.wake(task);
      if (exclusive) return;
    }
  }

  /** As {@link wakeAll} or {@link wakeNext} for each queue of the kind whose numbers `matches` accepts. */
  wakeWhere(kind: number, matches: (a: number, b: number) => boolean, all: boolean): void {
    if (this.counters.get(0, 0) === 0) return;
    // The queues first, then the waking: who moves up to the head of a queue meanwhile is not woken again.
    const queues: (readonly [number, number])[] = [];
    for (let task = 0; task < this.taskCount; task++) {
      if (this.tasks.get(task, TASK.wait_kind) !== kind || this.tasks.get(task, TASK.wait_rank) !== 1)
        continue;
      const a = this.tasks.get(task, TASK.wait_a);
      const b = this.tasks.get(task, TASK.wait_b);
      if (matches(a, b)) queues.push([a, b]);
    }
    for (const [a, b] of queues) {
      if (all) this.wakeAll(kind, a, b);
      else this.wakeNext(kind, a, b);
    }
  }

  /** Wakes one sleeper, whatever it sleeps on. */
  wake(task: number): void {
    const kind = this.tasks.get(task, TASK.wait_kind);
    const a = this.tasks.get(task, TASK.wait_a);
    const b = this.tasks.get(task, TASK.wait_b);
    const rank = this.tasks.get(task, TASK.wait_rank);
    this.tasks.set(task, TASK.state, TASK_RUNNING);
    for (const column of [TASK.wait_kind, TASK.wait_a, TASK.wait_b, TASK.wait_rank, TASK.wait_exclusive]) {
      this.tasks.set(task, column, 0);
    }
    for (let other = 0; other < this.taskCount; other++) {
      const otherRank = this.tasks.get(other, TASK.wait_rank);
      if (otherRank > rank && this.sleepsOn(other, kind, a, b))
        this.tasks.set(other, TASK.wait_rank, otherRank - 1);
    }
    this.counters.set(0, 0, this.counters.get(0, 0) - 1);
    this.onWake(task);
  }

  /** The longest sleeper on the queue, or -1. */
  first(kind: number, a: number, b: number): number {
    for (let task = 0; task < this.taskCount; task++) {
      if (this.tasks.get(task, TASK.wait_rank) === 1 && this.sleepsOn(task, kind, a, b)) return task;
    }
    return -1;
  }

  private sleepsOn(task: number, kind: number, a: number, b: number): boolean {
    return (
      this.tasks.get(task, TASK.wait_kind) === kind &&
      this.tasks.get(task, TASK.wait_a) === a &&
      this.tasks.get(task, TASK.wait_b) === b &&
      this.tasks.get(task, TASK.wait_rank) > 0
    );
  }
}

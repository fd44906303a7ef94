/**
 * Sleeping locks: rwsems with first-come-first-served hand-off, and mutexes as rwsems taken only for write.
 *
 * The kernel's rwsem can be stolen for a while before it hands off (RWSEM_FLAG_HANDOFF, kernel/locking/rwsem.c);
 * the model hands off at once, which is the fairness that every "never blocked" claim assumes (K225).
 */
import type { Table } from './store.ts';
import { HELD_MAX, TASK, WAIT_LOCK } from './task.ts';
import type { WaitQueues } from './wait_queue.ts';
import { columns } from './store.ts';

/** `writer`: task + 1; `readers` and `waiters`: how many. */
export const LOCK = columns('writer', 'readers', 'waiters');

export class Locks {
  private readonly locks: Table;
  private readonly tasks: Table;
  private readonly queues: WaitQueues;

  constructor(locks: Table, tasks: Table, queues: WaitQueues) {
    this.locks = locks;
    this.tasks = tasks;
    this.queues = queues;
  }

  /** Takes the lock, or queues the task and returns false: it owns the lock when it is woken. */
  acquire(task: number, lock: number, write: boolean): boolean {
    if (this.locks.get(lock, LOCK.waiters) === 0 && this.free(lock, write)) {
      this.grant(task, lock, write);
      return true;
    }
    this.locks.set(lock, LOCK.waiters, this.locks.get(lock, LOCK.waiters) + 1);
    // One queue per lock: readers and writers stand in the same line. The mode is kept as exclusiveness.
    this.queues.sleep(task, { kind: WAIT_LOCK, a: lock, b: 0 }, 'TASK_UNINTERRUPTIBLE', write);
    return false;
  }

  release(task: number, lock: number): void {
    const write = this.drop(task, lock);
    if (write) this.locks.set(lock, LOCK.writer, 0);
    else this.locks.set(lock, LOCK.readers, this.locks.get(lock, LOCK.readers) - 1);
    this.handOff(lock);
  }

  /** downgrade_write(). */
  downgrade(task: number, lock: number): void {
    this.drop(task, lock);
    this.locks.set(lock, LOCK.writer, 0);
    this.grant(task, lock, false);
    this.handOff(lock);
  }

  holds(task: number, lock: number): 'no' | 'read' | 'write' {
    const count = this.tasks.get(task, TASK.held_count);
    for (let slot = 0; slot < count; slot++) {
      const held = this.tasks.get(task, TASK.held_0 + slot);
      if (held >> 1 === lock + 1) return (held & 1) === 1 ? 'write' : 'read';
    }
    return 'no';
  }

  /** Locks the task holds, the first taken first. */
  heldBy(task: number): { lock: number; write: boolean }[] {
    const count = this.tasks.get(task, TASK.held_count);
    return Array.from({ length: count }, (_, slot) => {
      const held = this.tasks.get(task, TASK.held_0 + slot);
      return { lock: (held >> 1) - 1, write: (held & 1) === 1 };
    });
  }

  private free(lock: number, write: boolean): boolean {
    if (this.locks.get(lock, LOCK.writer) !== 0) return false;
    return !write || this.locks.get(lock, LOCK.readers) === 0;
  }

  private grant(task: number, lock: number, write: boolean): void {
    if (write) this.locks.set(lock, LOCK.writer, task + 1);
    else this.locks.set(lock, LOCK.readers, this.locks.get(lock, LOCK.readers) + 1);
    const count = this.tasks.get(task, TASK.held_count);
    if (count >= HELD_MAX) throw new Error(`task ${task} holds more than ${HELD_MAX} locks`);
    this.tasks.set(task, TASK.held_0 + count, (lock + 1) * 2 + (write ? 1 : 0));
    this.tasks.set(task, TASK.held_count, count + 1);
  }

  /** Forgets that the task holds the lock; true when it was held for write. */
  private drop(task: number, lock: number): boolean {
    const count = this.tasks.get(task, TASK.held_count);
    let slot = count - 1;
    while (slot >= 0 && this.tasks.get(task, TASK.held_0 + slot) >> 1 !== lock + 1) slot--;
    if (slot < 0) throw new Error(`task ${task} releases lock ${lock}, which it does not hold`);
    const write = (this.tasks.get(task, TASK.held_0 + slot) & 1) === 1;
    for (; slot < count - 1; slot++) {
      this.tasks.set(task, TASK.held_0 + slot, this.tasks.get(task, TASK.held_0 + slot + 1));
    }
    this.tasks.set(task, TASK.held_0 + count - 1, 0);
    this.tasks.set(task, TASK.held_count, count - 1);
    return write;
  }

  /** Gives a released lock to the head of the line: one writer, or every reader up to the next writer. */
  private handOff(lock: number): void {
    while (this.locks.get(lock, LOCK.waiters) > 0) {
      const head = this.queues.first(WAIT_LOCK, lock, 0);
      const write = this.tasks.get(head, TASK.wait_exclusive) === 1;
      if (!this.free(lock, write)) return;
      this.locks.set(lock, LOCK.waiters, this.locks.get(lock, LOCK.waiters) - 1);
      this.queues.wake(head);
      this.grant(head, lock, write);
    }
  }
}

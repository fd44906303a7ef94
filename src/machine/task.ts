/**
 * Tasks: the records of the task table.
 */
import { columns } from './store.ts';

/**
 * Where a task is. `TASK_USER`: in user space, between two operations; the others as in
 * include/linux/sched.h (a running task is also a runnable one: there is a CPU for each).
 */
export const TASK_USER = 0;
export const TASK_RUNNING = 1;
export const TASK_INTERRUPTIBLE = 2;
export const TASK_UNINTERRUPTIBLE = 3;
export const TASK_DEAD = 4;
/** Made by a fork that has not woken it yet: it can do nothing. */
export const TASK_NEW = 5;

/** Locks a task can hold at once. */
export const HELD_MAX = 16;

const HELD = Array.from({ length: HELD_MAX }, (_, slot) => `held_${slot}`);

/** Columns of the task table. `held_N` is 0 or 2 * lock + 2 + (1 when held for write). */
export const TASK = {
  ...columns(
    'state',
    'pc',
    'base',
    'op',
    'signal',
    'wait_kind',
    'wait_a',
    'wait_b',
    'wait_rank',
    'wait_exclusive',
    'held_count',
    'held_0',
  ),
} as const;

export const TASK_WIDTH = TASK.held_0 + HELD.length;

/** Wait kind of a task queued for a lock: `a` is the lock, `b` 1 for write. The model numbers its own from 1. */
export const WAIT_LOCK = -1;

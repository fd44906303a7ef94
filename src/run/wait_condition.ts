/**
 * Is what a sleeping task waits for so already? Then its wake-up was lost, or is still to come (I7).
 */
import { WAIT_LOCK } from '../machine/task.ts';
import { COUNTER, NOTIFIER, SB, WAIT } from '../kernel/kernel.ts';
import { SB_FREEZE_WRITE } from '../kernel/fs/super.ts';
import { JOB_NONE, REGION, type System } from '../drivers/system.ts';
import { sleepOf } from './wait_graph.ts';

/** True when a task sleeps although what it waits for is already so: its wake-up was lost (I7). */
export function condition_true(k: System, task: number): boolean {
  const sleep = sleepOf(k, task);
  switch (sleep.kind) {
    case WAIT_LOCK:
      return lockIsFree(k, sleep.a);
    case WAIT.entry:
      return k.i_pages.get(sleep.a, sleep.b) % 8 < 4;
    case WAIT.page_idle:
      return k.refcount.get(0, sleep.a) === 0;
    case WAIT.srcu:
      return k.notifiers.get(sleep.a, NOTIFIER.running) === 0;
    case WAIT.drain:
      return k.regions.get(sleep.a, REGION.flight_end) === 0;
    case WAIT.job:
      return k.regions.get(sleep.a, REGION.job) === JOB_NONE;
    case WAIT.fence:
      return k.regions.get(sleep.a, REGION.job_fence) === 0;
    case WAIT.thaw:
      return k.sb.get(0, SB.frozen) < sleep.a;
    case WAIT.writers:
      return k.sb.get(0, sleep.a === SB_FREEZE_WRITE ? SB.writers : SB.faults) === 0;
    case WAIT.journal:
      return k.counters.get(0, COUNTER.freed) > 0;
    default:
      return false;
  }
}

function lockIsFree(k: System, lock: number): boolean {
  for (let task = 0; task < k.m.count; task++) if (k.m.locks.holds(task, lock) !== 'no') return false;
  return true;
}

/**
 * Is what a sleeping task waits for so already? Then its wake-up was lost, or is still to come (I7).
 */
import { WAIT_LOCK } from '../machine/task.ts';
import { COUNTER, MM, NOTIFIER, SB, WAIT } from '../kernel/kernel.ts';
import { dax_is_locked } from '../kernel/fs/dax.ts';
import { SB_FREEZE_WRITE } from '../kernel/fs/super.ts';
import { JOB_NONE, JOB_QUEUED, PER_MM, REGION, type System } from '../drivers/system.ts';
import { sleepOf } from './wait_graph.ts';

type WaitKind = (typeof WAIT)[keyof typeof WAIT] | typeof WAIT_LOCK;

/** True when a task sleeps although what it waits for is already so: its wake-up was lost (I7). */
export function condition_true(k: System, task: number): boolean {
  const { kind, a, b } = sleepOf(k, task);
  const wait = kind as WaitKind;
  // No default: a kind of wait that is not here does not compile.
  switch (wait) {
    case WAIT_LOCK:
      return lockIsFree(k, a);
    case WAIT.entry:
      return !dax_is_locked(k.i_pages.get(a, b));
    case WAIT.page_idle:
      return k.refcount.get(0, a) === 0;
    case WAIT.invalidate_seq:
      return b === 1 ? k.per_mm.get(a, PER_MM.in_progress) === 0 : sequenceMovedOn(k, task, a);
    case WAIT.srcu:
      return b === 1 ? k.per_mm.get(a, PER_MM.leaving) === 0 : k.notifiers.get(a, NOTIFIER.running) === 0;
    case WAIT.drain:
      return k.regions.get(a, REGION.flight_end) === 0;
    case WAIT.job:
      return k.regions.get(a, REGION.job) === JOB_NONE;
    case WAIT.work:
      return hasWork(k, a);
    case WAIT.fence:
      return k.regions.get(a, REGION.job_fence) === 0;
    case WAIT.thaw:
      return k.sb.get(0, SB.frozen) < a;
    case WAIT.writers:
      return k.sb.get(0, a === SB_FREEZE_WRITE ? SB.writers : SB.faults) === 0;
    case WAIT.journal:
      return k.counters.get(0, COUNTER.freed) > 0;
  }
}

function lockIsFree(k: System, lock: number): boolean {
  for (let task = 0; task < k.m.count; task++) if (k.m.locks.holds(task, lock) !== 'no') return false;
  return true;
}

/**
 * mmu_interval_read_begin() and mmu_interval_notifier_remove() wait while the sequence of the address space is the one they saw:
 * both have it in `seq` (K127, K115). An even one says too that no invalidation is under way.
 */
function sequenceMovedOn(k: System, task: number, mm: number): boolean {
  return k.mms.get(mm, MM.invalidate_seq) !== k.m.frames(task).at(-1)?.frame['seq'];
}

function hasWork(k: System, device: number): boolean {
  const count = k.counters.get(0, COUNTER.regions);
  for (let region = device; region < count; region += k.devices)
    if (k.regions.get(region, REGION.job) === JOB_QUEUED) return true;
  return false;
}

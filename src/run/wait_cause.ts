/**
 * Whose doing a wait is: the region of a driver at the end of the chain, and whether who waits has anything to do with it.
 */
import { WAIT_LOCK } from '../machine/task.ts';
import { driver_lock, COUNTER, VMA, WAIT } from '../kernel/kernel.ts';
import { REGION, type System } from '../drivers/system.ts';
import type { Operation } from '../workload/operation.ts';
import type { Session } from './session.ts';
import { inodeOf } from './syscalls.ts';
import { regionHolding, type Root, sleepersBehind, sleepOf } from './wait_graph.ts';

export interface DriversDelay {
  /** The region for which the driver holds what is waited for in the end, or works just then. */
  readonly region: number;
  readonly root: Root;
  /** Some task of the chain waits for a resource of the driver's own that belongs to another region. */
  readonly byOtherRegion: boolean;
}

/** The region a task works for in the driver: in its callback, or as a call or an engine that has to do with it; else -1. */
function regionOfTask(session: Session, task: number): number {
  const { m, driver } = session.system;
  const names = [driver.invalidate, driver.attach, driver.detach, driver.device_fault, driver.begin_transfer];
  const paths = names.map((path) => path?.name);
  for (const { path, frame } of m.frames(task)) if (paths.includes(path)) return frame['region'] ?? -1;
  return -1;
}

/** The region whose pin, transfer, fence or lock a sleeping task waits for; -1: none, it waits for the kernel's own. */
function regionOfSleep(k: System, task: number): number {
  const sleep = sleepOf(k, task);
  switch (sleep.kind) {
    case WAIT.page_idle:
      return regionHolding(k, sleep.a);
    case WAIT.drain:
    case WAIT.job:
    case WAIT.fence:
      return sleep.a;
    case WAIT_LOCK:
      return regionOfLock(k, sleep.a);
    default:
      return -1;
  }
}

function regionOfLock(k: System, lock: number): number {
  const count = k.counters.get(0, COUNTER.regions);
  for (let region = 0; region < count; region++) if (driver_lock(region) === lock) return region;
  return -1;
}

/** What the driver has to do with a sleeping task's wait; null: nothing. */
export function driversDelay(session: Session, task: number): DriversDelay | null {
  const { tasks, root } = sleepersBehind(session, task);
  const last = tasks.at(-1) as number;
  const own = regionOfTask(session, last);
  const awaited = regionOfSleep(session.system, last);
  const region = own >= 0 ? own : awaited;
  if (region < 0) return null;
  const byOtherRegion = tasks.some((one) => {
    const [mine, its] = [regionOfTask(session, one), regionOfSleep(session.system, one)];
    return mine >= 0 && its >= 0 && mine !== its;
  });
  return { region, root, byOtherRegion };
}

/** Files that a task's operation names, and those that its address space maps. */
function inodesOf(session: Session, op: Operation, mm: number): ReadonlySet<number> {
  const k = session.system;
  const inodes = new Set<number>();
  if ('file' in op) inodes.add(inodeOf(op.file));
  if ('source' in op) inodes.add(inodeOf(op.source));
  const count = k.counters.get(0, COUNTER.vmas);
  for (let vma = 0; vma < count; vma++) {
    if (k.vmas.get(vma, VMA.used) === 1 && k.vmas.get(vma, VMA.mm) === mm)
      inodes.add(k.vmas.get(vma, VMA.inode));
  }
  return inodes;
}

/** The operation uses the file that the region is of, or runs in an address space that maps it or is the region's own. */
export function hasToDoWith(session: Session, op: Operation, mm: number, region: number): boolean {
  const { regions } = session.system;
  const inode = regions.get(region, REGION.inode);
  return mm === regions.get(region, REGION.mm) || inodesOf(session, op, mm).has(inode);
}

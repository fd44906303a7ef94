/**
 * Who waits for whom: chains from a sleeping task down to what would let it go on.
 *
 * A chain follows locks to their holders, DAX entries to the task that locked them, a page's count to the region that
 * pins it, and a region to its transfer or to user space. Nothing here looks at a driver's name (D5).
 */
import { TASK, WAIT_LOCK } from '../machine/task.ts';
import { COUNTER, LOCK_CLASSES, LOCK_NAMES, SB, SUB, SUB_NONE, WAIT } from '../kernel/kernel.ts';
import { dax_entry_start } from '../kernel/fs/dax.ts';
import { get_user_pages_fast, pin_user_pages_fast } from '../kernel/mm/gup.ts';
import { GUP_PIN_COUNTING_BIAS } from '../kernel/mm/page.ts';
import { pte_pfn } from '../kernel/mm/pgtable.ts';
import { detach_region, ioctl_attach } from '../drivers/device.ts';
import { ioctl_transfer } from '../drivers/device_transfer.ts';
import { JOB_NONE, JOB_PREPARING, REGION, type System } from '../drivers/system.ts';
import { type PageMap, visitRuns } from '../machine/store.ts';
import { insideLevel } from './freeze_writers.ts';
import type { Session } from './session.ts';

/**
 * Classes of a wait, from what its chain reaches first: a page reference, a driver's callback, a lock that a
 * driver's fault path holds, another waiter, a lock that a running task holds, or a frozen filesystem.
 */
export type WaitClass = 'reference' | 'fault_lock' | 'callback' | 'cascade' | 'lock' | 'freeze';

export type ChainNode = 'task' | 'lock' | 'entry' | 'page' | 'sequence' | 'callback' | 'pin' | 'dma' | 'user';

export interface Link {
  readonly node: ChainNode;
  readonly text: string;
}

/**
 * What is at the end of a chain. `kernel`: a task or engine that goes on by itself. `thaw`: whoever froze the filesystem, which
 * no driver is to blame for.
 */
export type Root = 'kernel' | 'user' | 'thaw' | 'nobody' | 'cycle';

export interface Wait {
  readonly class: WaitClass;
  readonly chain: readonly Link[];
  readonly root: Root;
}

interface Sleep {
  readonly kind: number;
  readonly a: number;
  readonly b: number;
}

/** What a sleeping task sleeps on. */
export function sleepOf(k: System, task: number): Sleep {
  const t = k.m.tasks;
  return { kind: t.get(task, TASK.wait_kind), a: t.get(task, TASK.wait_a), b: t.get(task, TASK.wait_b) };
}

/** Why a sleeping task sleeps. */
export function waitOf(session: Session, task: number): Wait {
  const chain: Link[] = [];
  const root = follow(session, task, chain, new Set());
  return { class: classOf(session, task), chain, root };
}

/** The sleeping tasks of a chain, `task` first, each of which waits for the next; and what is at the end. */
export function sleepersBehind(session: Session, task: number): { tasks: readonly number[]; root: Root } {
  const seen = new Set<number>();
  const root = follow(session, task, [], seen);
  return { tasks: [...seen], root };
}

function follow(session: Session, task: number, chain: Link[], seen: Set<number>): Root {
  if (seen.has(task)) return 'cycle';
  seen.add(task);
  const { system } = session;
  const sleep = sleepOf(system, task);
  chain.push({ node: 'task', text: `${session.taskName(task)} in ${functionOf(session, task)} waits` });
  switch (sleep.kind) {
    case WAIT_LOCK:
      return followLock(session, task, sleep.a, chain, seen);
    case WAIT.entry: {
      chain.push({
        node: 'entry',
        text: `for ${entryLockName(session, sleep.a, sleep.b)}`,
      });
      return followTask(session, entryHolder(session, sleep.a, sleep.b), chain, seen);
    }
    case WAIT.page_idle:
      return followPage(session, sleep.a, chain, seen);
    case WAIT.invalidate_seq:
      chain.push({ node: 'sequence', text: `for invalidations of address space ${sleep.a} to end` });
      return followTask(session, invalidatingTask(session, sleep.a, task), chain, seen);
    case WAIT.srcu:
      chain.push({
        node: 'callback',
        text: `for callbacks of the notifier of address space ${sleep.a} to return`,
      });
      return followTask(session, taskInListCallback(session, sleep.a), chain, seen);
    case WAIT.drain:
      chain.push({ node: 'dma', text: `for the transfer in flight of region ${sleep.a}` });
      return 'kernel';
    case WAIT.job:
      chain.push({ node: 'dma', text: `for the transfer of region ${sleep.a} to end` });
      return followTask(session, jobTask(session, sleep.a), chain, seen);
    case WAIT.fence:
      chain.push({ node: 'user', text: `for a fence of region ${sleep.a} that user space signals` });
      return 'user';
    case WAIT.thaw:
      return followFreeze(session, chain, seen);
    case WAIT.writers:
      chain.push({ node: 'lock', text: 'for calls that were writing when the freeze began' });
      return followTask(session, insideLevel(session, task, sleep.a), chain, seen);
    default:
      return 'nobody';
  }
}

/** A freeze under way is followed to what holds it up; a finished one ends when somebody thaws. */
function followFreeze(session: Session, chain: Link[], seen: Set<number>): Root {
  const freezer = session.system.sb.get(0, SB.freezer) - 1;
  if (freezer >= 0) {
    chain.push({ node: 'lock', text: 'for a freeze of the filesystem that is under way' });
    return followTask(session, freezer, chain, seen);
  }
  chain.push({ node: 'user', text: 'for the frozen filesystem to be thawed' });
  return 'thaw';
}

function followTask(session: Session, task: number, chain: Link[], seen: Set<number>): Root {
  if (task < 0) return 'nobody';
  if (session.system.m.asleep(task)) return follow(session, task, chain, seen);
  chain.push({
    node: 'task',
    text: `${session.taskName(task)} in ${functionOf(session, task)}, which can go on`,
  });
  return 'kernel';
}

function followLock(session: Session, task: number, lock: number, chain: Link[], seen: Set<number>): Root {
  const blockers = blockersOf(session, task, lock);
  chain.push({ node: 'lock', text: `for ${lockName(session, lock)}` });
  const asleep = blockers.find((blocker) => session.system.m.asleep(blocker));
  return followTask(session, asleep ?? blockers[0] ?? -1, chain, seen);
}

/** Tasks that hold the lock, or stand before `task` in its queue. */
function blockersOf(session: Session, task: number, lock: number): number[] {
  const { m } = session.system;
  // A task that waits for what it has itself waits for ever.
  if (m.locks.holds(task, lock) !== 'no') return [task];
  const holders: number[] = [];
  for (let other = 0; other < m.count; other++)
    if (other !== task && m.locks.holds(other, lock) !== 'no') holders.push(other);
  if (holders.length > 0) return holders;
  const rank = m.tasks.get(task, TASK.wait_rank);
  for (let other = 0; other < m.count; other++) {
    const sleep = sleepOf(session.system, other);
    if (sleep.kind === WAIT_LOCK && sleep.a === lock && m.tasks.get(other, TASK.wait_rank) < rank)
      holders.push(other);
  }
  return holders;
}

function followPage(session: Session, pfn: number, chain: Link[], seen: Set<number>): Root {
  const { system } = session;
  const inode = system.block_state.get(0, pfn) - 2;
  const page = system.block_index.get(0, pfn) - 1;
  const where = inode > 0 ? `${fileName(session, inode)} page ${page}` : 'no file';
  chain.push({
    node: 'page',
    text: `for pfn ${pfn} (${where}) to be idle; its count is ${system.refcount.get(0, pfn) + 1}, idle is 1`,
  });
  const taking = takingTasks(system, pfn);
  // A table may have the frame without a reference to it: then those that take it just now have all there are.
  const region = references(system, pfn) > taking.length ? regionHolding(system, pfn) : -1;
  if (region < 0) return followTaking(session, taking[0] ?? -1, chain, seen);
  return followRegion(session, region, chain, seen);
}

/** How many references a frame has: pins and plain ones. */
function references(k: System, pfn: number): number {
  const count = k.refcount.get(0, pfn);
  return Math.floor(count / GUP_PIN_COUNTING_BIAS) + (count % GUP_PIN_COUNTING_BIAS);
}

/** A page that no device table holds: a call may be taking it for one just now. */
function followTaking(session: Session, task: number, chain: Link[], seen: Set<number>): Root {
  const { system } = session;
  if (task < 0) {
    chain.push({ node: 'pin', text: 'a reference that no region accounts for' });
    return 'nobody';
  }
  chain.push({ node: 'pin', text: `being taken by ${session.taskName(task)} for ${system.driver.name}` });
  return followTask(session, task, chain, seen);
}

/** Calls that count a frame before they record it. */
const GRABBING: ReadonlySet<string> = new Set([pin_user_pages_fast.name, get_user_pages_fast.name]);

/** Tasks that have counted the frame and not yet put it into a device table, or given it back. */
function takingTasks(k: System, pfn: number): number[] {
  return Array.from({ length: k.m.count }, (_, task) => task).filter((task) =>
    k.m.frames(task).some(({ path, frame }) => {
      const region = frame['region'];
      if (region === undefined) return false;
      if (holdsFrame(k.pfns, k, region, pfn)) return true;
      const first = pte_pfn(frame['pte'] ?? 0);
      const pages = (frame['stop'] ?? 0) - (frame['va'] ?? 0);
      return GRABBING.has(path) && first <= pfn && pfn < first + pages;
    }),
  );
}

function followRegion(session: Session, region: number, chain: Link[], seen: Set<number>): Root {
  const { system } = session;
  const name = session.workload.regions[region] ?? `region ${region}`;
  const from = system.regions.get(region, REGION.start);
  const to = system.regions.get(region, REGION.end);
  const perTransfer = system.regions.get(region, REGION.per_transfer) === 1;
  chain.push({
    node: 'pin',
    text: `held by ${system.driver.name} for ${name} (pages ${from} to ${to - 1} of address space ${system.regions.get(region, REGION.mm)})`,
  });
  if (perTransfer && system.regions.get(region, REGION.job) !== JOB_NONE) {
    chain.push({ node: 'dma', text: 'until its transfer ends' });
    return followTask(session, jobTask(session, region), chain, seen);
  }
  chain.push({ node: 'user', text: 'until user space detaches it' });
  return 'user';
}

/**
 * A region whose device table holds a reference to the frame, or -1. Of several that show the frame those that are told of no
 * invalidation hold one each; one that mirrors the page table does only if there are more references than those account for.
 */
export function regionHolding(k: System, pfn: number): number {
  const showing: number[] = [];
  const count = k.counters.get(0, COUNTER.regions);
  for (let region = 0; region < count; region++)
    if (holdsFrame(k.device_ptes, k, region, pfn)) showing.push(region);
  const deaf = showing.filter((region) => k.subs.get(region, SUB.state) === SUB_NONE);
  const mirror = showing.find((region) => !deaf.includes(region));
  const accounted = references(k, pfn) <= deaf.length;
  return (accounted ? deaf[0] : (mirror ?? deaf[0])) ?? showing[0] ?? -1;
}

/** The frame stands in the region's row of the map. */
function holdsFrame(map: PageMap, k: System, region: number, pfn: number): boolean {
  let holds = false;
  const start = k.regions.get(region, REGION.start);
  visitRuns(map, region, start, k.regions.get(region, REGION.end), (va, to, pte) => {
    const first = pte_pfn(pte);
    if (first !== 0 && pfn >= first && pfn < first + to - va) holds = true;
  });
  return holds;
}

/**
 * The task that has the DAX entry lock, or that was woken to take it and has not done so yet: an unlock wakes one waiter
 * and leaves the entry free until that one runs (K13). -1 when there is neither.
 */
function entryHolder(session: Session, inode: number, page: number): number {
  const { m, entry_owner } = session.system;
  const owner = entry_owner.get(inode, page) - 1;
  if (owner >= 0) return owner;
  const takes = (at: number | undefined): boolean =>
    at !== undefined && at >= 0 && dax_entry_start(session.system, inode, at) === page;
  for (let task = 0; task < m.count; task++) {
    if (!m.runnable(task)) continue;
    const frame = m.frames(task).at(-1)?.frame;
    if (frame?.['inode'] === inode && (takes(frame['page']) || takes(frame['locked_at']))) return task;
  }
  return -1;
}

/** Calls in which a task has claimed a region for its driver. */
const PREPARING = new Set([ioctl_attach.name, ioctl_transfer.name, detach_region.name]);

/** Who carries out the region's job: its engine, or the task whose call still prepares it. */
function jobTask(session: Session, region: number): number {
  const { system } = session;
  const { m, regions } = system;
  if (regions.get(region, REGION.job) !== JOB_PREPARING)
    return session.engineTask + regions.get(region, REGION.device);
  for (let task = 0; task < m.count; task++) {
    if (m.asleep(task) && sleepOf(system, task).kind === WAIT.job) continue;
    if (m.frames(task).some(({ path, frame }) => PREPARING.has(path) && frame['region'] === region))
      return task;
  }
  return -1;
}

const INVALIDATING = new Set([
  'unmap_mapping_pages',
  'pfn_mkclean_range',
  '__split_huge_pmd',
  'wp_page_copy',
  'unmap_region',
  'madvise_dontneed',
  'move_vma',
  'change_protection',
  'copy_page_range',
  'clear_refs_write',
  'mmput',
]);

/** A task between invalidate_range_start and _end for the address space, or -1. */
function invalidatingTask(session: Session, mm: number, except: number): number {
  const { m } = session.system;
  for (let task = 0; task < m.count; task++) {
    if (task === except) continue;
    if (m.frames(task).some((frame) => INVALIDATING.has(frame.path) && frame.frame['mm'] === mm)) return task;
  }
  return -1;
}

function classOf(session: Session, task: number): WaitClass {
  const { system } = session;
  const sleep = sleepOf(system, task);
  if (sleep.kind === WAIT.page_idle) return 'reference';
  if (sleep.kind === WAIT.thaw || sleep.kind === WAIT.writers) return 'freeze';
  if (inCallback(session, task) || sleep.kind === WAIT.drain || sleep.kind === WAIT.invalidate_seq)
    return 'callback';
  const blocker = blockerOf(session, task, sleep);
  if (blocker < 0) return 'lock';
  if (inCallback(session, blocker)) return 'callback';
  if (inDriverFault(session, blocker)) return 'fault_lock';
  return system.m.asleep(blocker) ? 'cascade' : 'lock';
}

function blockerOf(session: Session, task: number, sleep: Sleep): number {
  if (sleep.kind === WAIT_LOCK) {
    const blockers = blockersOf(session, task, sleep.a);
    return blockers.find((other) => session.system.m.asleep(other)) ?? blockers[0] ?? -1;
  }
  return sleep.kind === WAIT.entry ? entryHolder(session, sleep.a, sleep.b) : -1;
}

function inCallback(session: Session, task: number): boolean {
  const { driver, m } = session.system;
  const ops = driver.notifier_ops;
  const callbacks = [driver.invalidate?.name, ops?.invalidate_range_start.name, ops?.release.name];
  return m.frames(task).some((frame) => callbacks.includes(frame.path));
}

/** A task in a callback of the driver's notifier of the address space, or -1. */
function taskInListCallback(session: Session, mm: number): number {
  const { m } = session.system;
  for (let task = 0; task < m.count; task++) {
    if (inCallback(session, task) && m.frames(task).some(({ frame }) => frame['mm'] === mm)) return task;
  }
  return -1;
}

/** The task runs the driver's fault path, or takes pages for it. */
function inDriverFault(session: Session, task: number): boolean {
  const { driver, m } = session.system;
  const names = new Set([driver.device_fault.name, driver.attach.name, driver.begin_transfer.name]);
  return m.frames(task).some((frame) => names.has(frame.path));
}

/** The kernel function the task is in. */
export function functionOf(session: Session, task: number): string {
  return session.system.m.frames(task).at(-1)?.path ?? 'user space';
}

export function fileName(session: Session, inode: number): string {
  return session.workload.files[inode - 1]?.name ?? (inode === 0 ? 'the directory' : `inode ${inode}`);
}

/** The lock of what a file has in i_pages at a page. */
export function entryLockName(session: Session, inode: number, page: number): string {
  const kind = session.system.fs.dax ? 'DAX entry lock' : 'folio lock';
  return `the ${kind} of ${fileName(session, inode)} page ${page}`;
}

/** A lock as a reviewer would call it: `i_rwsem of f1`. */
export function lockName(session: Session, lock: number): string {
  const kind = LOCK_NAMES[lock % LOCK_CLASSES] as string;
  const index = Math.floor(lock / LOCK_CLASSES);
  const own = session.system.fs.lock_names[kind];
  const name = own === undefined ? kind : `${kind} (${own})`;
  if (kind === 'mmap_lock') return `${name} of address space ${index}`;
  if (kind === 's_umount') return `${name} of the filesystem`;
  if (kind === 'driver lock')
    return `${name} of ${session.system.driver.notifier_ops === undefined ? 'region' : 'address space'} ${index}`;
  return `${name} of ${fileName(session, index)}`;
}

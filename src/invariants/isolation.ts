/**
 * I13: what a driver costs stays with its file. Who neither uses the file of a region nor maps it does not wait for the
 * driver's own locks, and never for user space through the driver.
 *
 * The kernel's operations on two files, on the whole filesystem or on all files of an address space (reflink, freeze,
 * mm_take_all_locks, unlink with its directory) pass delays on for as long as they last. That is not counted while it ends by
 * itself; `gup-vs-hmm worst` measures it. Through a pin it does not end by itself: a truncate that waits for one holds a
 * freeze up, and the freeze every writer of the filesystem.
 */
import type { StampedEvent } from '../kernel/event.ts';
import { driversDelay, hasToDoWith } from '../run/wait_cause.ts';
import { fileName, waitOf } from '../run/wait_graph.ts';
import { REGION } from '../drivers/system.ts';
import type { Session } from '../run/session.ts';
import { DEVICE_KINDS, type OperationKind } from '../workload/operation.ts';
import type { Invariant } from './invariant.ts';

/** Calls on the whole filesystem: they have to do with every file of it. */
const WHOLE_FILESYSTEM: ReadonlySet<OperationKind> = new Set<OperationKind>([
  'freeze',
  'thaw',
  'umount',
  'drop_caches',
  'exit',
]);

/** What an operation waits for although it is none of its business, or null. */
function collateral(session: Session, task: number): string | null {
  const number = session.currentOp(task);
  const op = session.workload.ops[number]?.op;
  if (op === undefined || DEVICE_KINDS.has(op.kind) || WHOLE_FILESYSTEM.has(op.kind)) return null;
  const delay = driversDelay(session, task);
  if (delay === null || (delay.root !== 'user' && !delay.byOtherRegion)) return null;
  const mm = session.workload.tasks[task]?.mm ?? -1;
  if (hasToDoWith(session, op, mm, delay.region)) return null;
  const file = fileName(session, session.system.regions.get(delay.region, REGION.inode));
  const chain = waitOf(session, task).chain.map(({ text }) => text);
  return `operation ${number} (${op.kind}) waits because of region ${delay.region} of ${file}, with which it has nothing to do: ${chain.join(', ')}`;
}

function collateralWait(session: Session, { event }: StampedEvent): string | null {
  if (event.type !== 'sleep' || !session.system.m.asleep(event.task)) return null;
  return collateral(session, event.task);
}

function collateralAtEnd(session: Session): string[] {
  const { m } = session.system;
  const sleepers = Array.from({ length: m.count }, (_, task) => task).filter((task) => m.asleep(task));
  return sleepers.flatMap((task) => collateral(session, task) ?? []);
}

export const isolated: Invariant = {
  id: 'I13',
  title: 'who has nothing to do with a file does not wait for the driver of a device that has it',
  facts: ['K30', 'K32', 'K111', 'K156'],
  onEvent: collateralWait,
  atEnd: collateralAtEnd,
};

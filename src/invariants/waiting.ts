/**
 * I2 (bounded waits), I6 (no deadlock), I7 (no lost wake-up).
 */
import type { WaitRecord } from '../observe/waits.ts';
import { TASK } from '../machine/task.ts';
import { WAIT } from '../kernel/kernel.ts';
import type { Session } from '../run/session.ts';
import { condition_true } from '../run/wait_condition.ts';
import { functionOf, waitOf } from '../run/wait_graph.ts';
import { DEVICE_KINDS } from '../workload/operation.ts';
import type { Invariant } from './invariant.ts';

/** I2: no call on a file or an address space waits for something that only user space can end. */
function boundedWait(session: Session, wait: WaitRecord): string | null {
  const kind = session.workload.ops[wait.op]?.op.kind;
  if (!wait.blocked || kind === undefined || DEVICE_KINDS.has(kind)) return null;
  return `operation ${wait.op} (${kind}) depends on user space: ${wait.described.chain.map((link) => link.text).join(', ')}`;
}

/** Sleeping tasks, idle kernel threads left out. */
function sleepers(session: Session): number[] {
  const { m } = session.system;
  const idle: readonly number[] = [WAIT.work, WAIT.journal];
  return Array.from({ length: m.count }, (_, task) => task).filter(
    (task) => m.asleep(task) && !idle.includes(m.tasks.get(task, TASK.wait_kind)),
  );
}

/** I6: nobody waits in a circle. */
function noDeadlock(session: Session): string[] {
  return sleepers(session).flatMap((task) => {
    const wait = waitOf(session, task);
    return wait.root === 'cycle' ? [wait.chain.map((link) => link.text).join(', ')] : [];
  });
}

/** I7: nobody sleeps although what it waits for has happened. */
function noLostWakeUp(session: Session): string[] {
  const { m } = session.system;
  return Array.from({ length: m.count }, (_, task) => task)
    .filter((task) => m.asleep(task) && condition_true(session.system, task))
    .map(
      (task) =>
        `${session.taskName(task)} sleeps in ${functionOf(session, task)} although what it waits for is so`,
    );
}

export const waiting: readonly Invariant[] = [
  {
    id: 'I2',
    title: 'no call on a file or mapping waits for something that only user space can end',
    facts: ['K31', 'K32', 'K216', 'K226'],
    onWait: boundedWait,
  },
  {
    id: 'I6',
    title: 'no deadlock: the wait-for graph has no cycle',
    facts: ['K19', 'K119', 'K120'],
    atEnd: noDeadlock,
  },
  { id: 'I7', title: 'no lost wake-up', facts: ['K10', 'K13', 'K199'], atEnd: noLostWakeUp },
];

/**
 * I12: with finitely many operations that get in each other's way, every device fault, truncate and fsync comes to an end.
 *
 * Two ways to break it. A task goes round in circles: it can still step when everyone has had as many turns as would do for
 * many times the work. Or it sleeps although nobody holds it up: nothing that user space could do would end its wait. What
 * waits for user space is I2's, what a freeze holds up ends with the thaw.
 *
 * How long it may take is not said here: while operations go on getting in the way there is no bound for some of them (K35,
 * K127, K131). `gup-vs-hmm worst` shows how long the worst runs took that were found.
 */
import { waitOf } from '../run/wait_graph.ts';
import type { Session } from '../run/session.ts';
import { BLOCK_REMOVING_KINDS, type OperationKind } from '../workload/operation.ts';
import type { Invariant } from './invariant.ts';

const SYNCS: ReadonlySet<OperationKind> = new Set<OperationKind>(['fsync', 'msync']);

/** What must come to an end, in words, that a task is in; null for anything else. */
function mustEnd(session: Session, task: number): string | null {
  const { driver, m } = session.system;
  const faults = m.frames(task).some(({ path }) => path === driver.device_fault.name);
  if (faults) return `a device fault in ${session.taskName(task)}`;
  const op = session.currentOp(task);
  const kind = session.workload.ops[op]?.op.kind;
  if (kind === undefined || !(BLOCK_REMOVING_KINDS.has(kind) || SYNCS.has(kind))) return null;
  return `operation ${op} (${kind})`;
}

function neverEnds(session: Session): string[] {
  const { m } = session.system;
  const found: string[] = [];
  for (let task = 0; task < m.count; task++) {
    if (m.runnable(task)) {
      const where = m.frames(task).at(-1)?.path ?? 'user space';
      found.push(`${session.taskName(task)} goes round in ${where} and does not come to an end`);
      continue;
    }
    const what = m.asleep(task) ? mustEnd(session, task) : null;
    if (what === null) continue;
    const { root, chain } = waitOf(session, task);
    if (root === 'nobody' || root === 'cycle')
      found.push(`${what} never ends: ${chain.map(({ text }) => text).join(', ')}`);
  }
  return found;
}

export const terminating: Invariant = {
  id: 'I12',
  title: 'with finitely many operations, every device fault, truncate and fsync comes to an end',
  facts: ['K35', 'K127', 'K131', 'K225'],
  atEnd: neverEnds,
};

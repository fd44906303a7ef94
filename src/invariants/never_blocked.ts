/**
 * The question the project starts from: is an operation that takes blocks away ever blocked by the driver (D5)?
 */
import type { WaitRecord } from '../observe/waits.ts';
import type { Session } from '../run/session.ts';
import type { OperationKind } from '../workload/operation.ts';
import type { Invariant } from './invariant.ts';

/** The operation a wait belongs to, when it is one of the workload's. */
function kindOf(session: Session, wait: WaitRecord): OperationKind | undefined {
  return session.workload.ops[wait.op]?.op.kind;
}

/** A wait that breaks "never blocked": it would not end without user space, or it is for a page reference. */
function blockedWait(session: Session, wait: WaitRecord, kinds: ReadonlySet<OperationKind>): string | null {
  const kind = kindOf(session, wait);
  if (kind === undefined || !kinds.has(kind)) return null;
  if (!wait.blocked && wait.described.class !== 'reference') return null;
  const chain = wait.described.chain.map((link) => link.text).join(', ');
  return `operation ${wait.op} (${kind}) ${wait.blocked ? 'was blocked' : 'waited for a reference'}: ${chain}`;
}

const neverBlocked = (
  id: string,
  title: string,
  kinds: readonly OperationKind[],
  facts: readonly string[],
): Invariant => {
  const wanted = new Set(kinds);
  return { id, title, facts, kinds, onWait: (session, wait) => blockedWait(session, wait, wanted) };
};

export const blockRemovalNeverBlocked: readonly Invariant[] = [
  neverBlocked(
    'truncate_never_blocked',
    'truncate and O_TRUNC are never blocked by the driver',
    ['truncate', 'open_trunc'],
    ['K31', 'K49', 'K51', 'K216'],
  ),
  neverBlocked(
    'punch_hole_never_blocked',
    'PUNCH_HOLE, the other block-removing fallocate modes and reflinks are never blocked by the driver',
    ['punch', 'zero', 'collapse', 'insert', 'unshare', 'reflink', 'dedupe', 'madvise_remove'],
    ['K31', 'K34', 'K52', 'K59', 'K216'],
  ),
];

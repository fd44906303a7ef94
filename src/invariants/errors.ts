/**
 * I14: errors are the kernel's.
 */
import type { StampedEvent } from '../kernel/event.ts';
import {
  EFAULT,
  EFBIG,
  EINVAL,
  EINTR,
  ENOSPC,
  ENXIO,
  EOPNOTSUPP,
  ERESTARTSYS,
  errnoName,
  VM_FAULT_SIGBUS,
} from '../kernel/errno.ts';
import type { Session } from '../run/session.ts';
import type { OperationKind } from '../workload/operation.ts';
import type { Invariant } from './invariant.ts';

const INTERRUPTED = [ERESTARTSYS, EINTR];

/** Errors that each call can end with in 6.1 (K31, K50 to K57, K82, K88); a call not listed cannot fail. */
const ALLOWED: Partial<Record<OperationKind, readonly number[]>> = {
  open_trunc: INTERRUPTED,
  truncate: [...INTERRUPTED, EFBIG],
  alloc: [...INTERRUPTED, ENOSPC, EFBIG],
  punch: [...INTERRUPTED, EFBIG],
  zero: [...INTERRUPTED, ENOSPC, EFBIG],
  collapse: [...INTERRUPTED, EINVAL, EFBIG],
  insert: [...INTERRUPTED, EINVAL, EFBIG],
  unshare: [...INTERRUPTED, EOPNOTSUPP, ENOSPC, EFBIG],
  write: [ENOSPC],
  load: [EFAULT, VM_FAULT_SIGBUS],
  store: [EFAULT, VM_FAULT_SIGBUS],
  mremap: [EFAULT],
  attach: [...INTERRUPTED, EFAULT, ENXIO, EOPNOTSUPP],
  detach: [ENXIO],
  dma_read: [...INTERRUPTED, EFAULT, ENXIO, EOPNOTSUPP],
  dma_write: [...INTERRUPTED, EFAULT, ENXIO, EOPNOTSUPP],
};

function errorFidelity(session: Session, { event }: StampedEvent): string | null {
  if (event.type !== 'op_end') return null;
  const outcome = session.outcomes[event.op];
  if (outcome === undefined) return null;
  const { op } = outcome;
  const what = `operation ${event.op} (${op.kind}) ended with ${errnoName(event.ret) ?? 'success'}`;
  const unsharedOnExt4 = op.kind === 'unshare' && session.system.fs.name === 'ext4';
  // vfs_fallocate() looks at the size first.
  if (unsharedOnExt4 && event.ret !== -EOPNOTSUPP && event.ret !== -EFBIG) return what;
  if (event.ret >= 0) return null;
  if (!(ALLOWED[op.kind] ?? []).includes(-event.ret)) return what;
  const interrupted = INTERRUPTED.includes(-event.ret);
  return interrupted && !outcome.signalled ? `${what} without a signal` : null;
}

export const faithfulErrors: Invariant = {
  id: 'I14',
  title: 'calls end with the errors the kernel gives, and with EINTR only after a signal',
  facts: ['K31', 'K48', 'K88'],
  onEvent: errorFidelity,
};

/**
 * I14: errors are the kernel's.
 */
import type { StampedEvent } from '../kernel/event.ts';
import {
  EACCES,
  EAGAIN,
  ECANCELED,
  EBADE,
  EBUSY,
  EFAULT,
  EFBIG,
  EINVAL,
  EINTR,
  EIO,
  ENOMEM,
  ENOSPC,
  ENXIO,
  EOPNOTSUPP,
  EPERM,
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
  unshare: [...INTERRUPTED, EOPNOTSUPP, ENOSPC, EFBIG, EIO],
  reflink: [...INTERRUPTED, EOPNOTSUPP, EINVAL, EFBIG],
  dedupe: [...INTERRUPTED, EOPNOTSUPP, EINVAL, EFBIG, EBADE, EIO],
  freeze: [EBUSY],
  thaw: [EINVAL],
  umount: [EBUSY],
  memory_failure: [EBUSY, ENXIO],
  read: [EIO],
  write: [ENOSPC, EIO, EFAULT],
  load: [EFAULT, VM_FAULT_SIGBUS],
  store: [EFAULT, VM_FAULT_SIGBUS, ENOMEM],
  persist: [EFAULT, VM_FAULT_SIGBUS],
  mremap: [EFAULT, EINVAL, ENOMEM],
  mprotect: [ENOMEM],
  msync: [ENOMEM],
  madvise_dontneed: [ENOMEM],
  madvise_remove: [...INTERRUPTED, ENOMEM, EACCES, EFBIG],
  madvise_free: [ENOMEM, EINVAL],
  madvise_pageout: [ENOMEM],
  madvise_dontfork: [ENOMEM],
  fork: [ENOMEM, EAGAIN],
  attach: [...INTERRUPTED, EFAULT, ENXIO, EOPNOTSUPP, ENOMEM, EPERM],
  detach: [ENXIO],
  dma_read: [...INTERRUPTED, EFAULT, EIO, ENXIO, EOPNOTSUPP, ENOMEM],
  dma_write: [...INTERRUPTED, EFAULT, EIO, ENXIO, EOPNOTSUPP, EPERM, ENOMEM],
};

/** How a transfer may end that nobody waits for: what its ioctl would have returned, or cancelled by the exit of its process. */
function transferFidelity(ret: number, region: number): string | null {
  if (ret >= 0 || -ret === ECANCELED || (ALLOWED.dma_write ?? []).includes(-ret)) return null;
  return `a transfer of region ${region} ended with ${errnoName(ret) ?? ret}`;
}

function errorFidelity(session: Session, { event }: StampedEvent): string | null {
  if (event.type === 'dma_end') return transferFidelity(event.ret, event.region);
  if (event.type !== 'op_end') return null;
  const outcome = session.outcomes[event.op];
  if (outcome === undefined) return null;
  const { op } = outcome;
  const what = `operation ${event.op} (${op.kind}) ended with ${errnoName(event.ret) ?? 'success'}`;
  const { fs } = session.system;
  // MAP_SYNC is for DAX alone.
  if (op.kind === 'mmap' && op.sync === true && !fs.dax) return event.ret === -EOPNOTSUPP ? null : what;
  const unsharedOnExt4 = op.kind === 'unshare' && !fs.shares_blocks;
  // vfs_fallocate() looks at the size first.
  if (unsharedOnExt4 && event.ret !== -EOPNOTSUPP && event.ret !== -EFBIG) return what;
  if ((op.kind === 'reflink' || op.kind === 'dedupe') && (event.ret === -EOPNOTSUPP) === fs.shares_blocks)
    return what;
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

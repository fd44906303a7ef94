/**
 * Error numbers as the kernel returns them: negative. Names and values from include/uapi/asm-generic.
 */
export const EPERM = 1;
export const EINTR = 4;
export const EIO = 5;
export const ENXIO = 6;
export const EAGAIN = 11;
export const ENOMEM = 12;
export const EACCES = 13;
export const EFAULT = 14;
export const EBUSY = 16;
export const EINVAL = 22;
export const EFBIG = 27;
export const ENOSPC = 28;
/** FIDEDUPERANGE: the ranges differ. */
export const EBADE = 52;
export const EOPNOTSUPP = 95;
/** A transfer was taken off the device's queue. */
export const ECANCELED = 125;
/** Internal: the call is restarted or becomes EINTR (include/linux/errno.h). */
export const ERESTARTSYS = 512;
/** Internal: a fault ended with VM_FAULT_SIGBUS; user space sees the signal, drivers see -EFAULT. */
export const VM_FAULT_SIGBUS = 1002;
/** Internal: no huge page can be mapped here, a page table entry must do. */
export const VM_FAULT_FALLBACK = 1003;
/** Internal: a MAP_SYNC write fault of n pages needs a commit first; such a fault returns -(VM_FAULT_NEEDDSYNC + n). */
export const VM_FAULT_NEEDDSYNC = 4096;

const NAMES = new Map<number, string>([
  [EPERM, 'EPERM'],
  [EINTR, 'EINTR'],
  [EIO, 'EIO'],
  [ENXIO, 'ENXIO'],
  [EAGAIN, 'EAGAIN'],
  [ENOMEM, 'ENOMEM'],
  [EACCES, 'EACCES'],
  [EFAULT, 'EFAULT'],
  [EBUSY, 'EBUSY'],
  [EINVAL, 'EINVAL'],
  [EFBIG, 'EFBIG'],
  [ENOSPC, 'ENOSPC'],
  [EBADE, 'EBADE'],
  [EOPNOTSUPP, 'EOPNOTSUPP'],
  [ECANCELED, 'ECANCELED'],
  [ERESTARTSYS, 'EINTR'],
  [VM_FAULT_SIGBUS, 'SIGBUS'],
]);

/** `EINTR` for -EINTR and for -ERESTARTSYS (the model's signals have handlers without SA_RESTART); null for >= 0. */
export function errnoName(ret: number): string | null {
  if (ret >= 0) return null;
  return NAMES.get(-ret) ?? `errno ${-ret}`;
}

/**
 * Error numbers as the kernel returns them: negative. Names and values from include/uapi/asm-generic.
 */
export const EPERM = 1;
export const EINTR = 4;
export const ENXIO = 6;
export const ENOMEM = 12;
export const EFAULT = 14;
export const EBUSY = 16;
export const EINVAL = 22;
export const EFBIG = 27;
export const ENOSPC = 28;
export const EOPNOTSUPP = 95;
/** Internal: the call is restarted or becomes EINTR (include/linux/errno.h). */
export const ERESTARTSYS = 512;
/** Internal: a fault ended with VM_FAULT_SIGBUS; user space sees the signal, drivers see -EFAULT. */
export const VM_FAULT_SIGBUS = 1002;

const NAMES = new Map<number, string>([
  [EPERM, 'EPERM'],
  [EINTR, 'EINTR'],
  [ENXIO, 'ENXIO'],
  [ENOMEM, 'ENOMEM'],
  [EFAULT, 'EFAULT'],
  [EBUSY, 'EBUSY'],
  [EINVAL, 'EINVAL'],
  [EFBIG, 'EFBIG'],
  [ENOSPC, 'ENOSPC'],
  [EOPNOTSUPP, 'EOPNOTSUPP'],
  [ERESTARTSYS, 'EINTR'],
  [VM_FAULT_SIGBUS, 'SIGBUS'],
]);

/** `EINTR` for -EINTR and for -ERESTARTSYS (the model's signals have handlers without SA_RESTART); null for >= 0. */
export function errnoName(ret: number): string | null {
  if (ret >= 0) return null;
  return NAMES.get(-ret) ?? `errno ${-ret}`;
}

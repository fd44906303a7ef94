/**
 * How long an address space lives. Models include/linux/sched/mm.h and kernel/fork.c:__mmdrop() of 6.1.
 *
 * Two counts (K1). mm_users: while it is above 0 the address space may be used; mmget_not_zero() is how a driver asks, and
 * it fails once a process has gone. mm_count: while it is above 0 the struct is there; all users together hold one, each
 * notifier subscription and each holder of an owning_mm another. mmput(), which takes the address space down with the last
 * user, is in exit_mmap.ts.
 *
 * Left out: lazy TLB users of an mm, mmput_async().
 */
import { type Kernel, MM } from '../kernel.ts';

/** mmget_not_zero(): a reference to a live address space, or false when it is gone (K1). */
export function mmget_not_zero(k: Kernel, mm: number): boolean {
  const users = k.mms.get(mm, MM.users);
  if (users === 0) return false;
  k.mms.set(mm, MM.users, users + 1);
  return true;
}

/** mmgrab(): keeps the struct, not the address space. */
export function mmgrab(k: Kernel, mm: number): void {
  k.mms.set(mm, MM.count, k.mms.get(mm, MM.count) + 1);
}

/** mmdrop(): the last one frees the struct. */
export function mmdrop(k: Kernel, mm: number): void {
  k.mms.set(mm, MM.count, k.mms.get(mm, MM.count) - 1);
  free_unless_held(k, mm);
}

/** mmdrop() of the reference that all users hold together, when exit_mmap() is through. */
export function mmdrop_by_last_user(k: Kernel, mm: number): void {
  k.mms.set(mm, MM.torn_down, 1);
  free_unless_held(k, mm);
}

/** __mmdrop(). */
function free_unless_held(k: Kernel, mm: number): void {
  if (k.mms.get(mm, MM.torn_down) === 1 && k.mms.get(mm, MM.count) === 0) k.emit({ type: 'mm_freed', mm });
}

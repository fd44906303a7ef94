/**
 * a correct path -> the same path with one mistake: planted faults, to see that the properties find them.
 */
import { breakStopsAtABusyPage } from './break_stops_at_a_busy_page.ts';
import { callbackDoesNotDrain } from './callback_does_not_drain.ts';
import { callbackWaitsOnUserFence } from './callback_waits_on_user_fence.ts';
import { collapseShiftsTooFar } from './collapse_shifts_too_far.ts';
import { cowDoesNotUnmap } from './cow_does_not_unmap.ts';
import { faultWithoutMmget } from './fault_without_mmget.ts';
import { forkSharesPinnedPage } from './fork_shares_pinned_page.ts';
import { freezeKeepsPagesWritable } from './freeze_keeps_pages_writable.ts';
import { holeKeepsPartialPages } from './hole_keeps_partial_pages.ts';
import { interruptedBreakIsBusy } from './interrupted_break_is_busy.ts';
import { invalidateDoesNotClear } from './invalidate_does_not_clear.ts';
import { invalidateMissesLastPage } from './invalidate_misses_last_page.ts';
import { layoutBreakDiscardsCopies } from './layout_break_discards_copies.ts';
import { lostWakeUp } from './lost_wake_up.ts';
import { mirrorKeepsReference } from './mirror_keeps_reference.ts';
import { mkcleanSkipsHugePmd } from './mkclean_skips_huge_pmd.ts';
import { mmputUnderDriverLock } from './mmput_under_driver_lock.ts';
import type { Mutant } from './mutant.ts';
import { noLayoutWait } from './no_layout_wait.ts';
import { noPteRecheck } from './no_pte_recheck.ts';
import { noRetryCheck } from './no_retry_check.ts';
import { oneLockForAllRegions } from './one_lock_for_all_regions.ts';
import { pinDoesNotUnshare } from './pin_does_not_unshare.ts';
import { pinLeak } from './pin_leak.ts';
import { protectionPageIgnored } from './protection_page_ignored.ts';
import { rangedLayoutBreak } from './ranged_layout_break.ts';
import { regionFreedBeforeRemove } from './region_freed_before_remove.ts';
import { removeIsNoFence } from './remove_is_no_fence.ts';
import { retryCheckBeforeLock } from './retry_check_before_lock.ts';
import { retryWithoutBegin } from './retry_without_begin.ts';
import { sequenceNotStored } from './sequence_not_stored.ts';
import { sequenceWaitersNotWoken } from './sequence_waiters_not_woken.ts';
import { splitNotNotified } from './split_not_notified.ts';
import { syncFaultDoesNotCommit } from './sync_fault_does_not_commit.ts';
import { truncateKeepsTail } from './truncate_keeps_tail.ts';
import { unchargedTwice } from './uncharged_twice.ts';
import { unregisterIsNoFence } from './unregister_is_no_fence.ts';
import { wrongEntryQueue } from './wrong_entry_queue.ts';
import { zeroRangeKeepsPartialPages } from './zero_range_keeps_partial_pages.ts';

/** Faults that an invariant finds: those of the kernel and of pinning first, then those of mirrors. */
export const MUTANTS: readonly Mutant[] = [
  noLayoutWait,
  noPteRecheck,
  pinLeak,
  unchargedTwice,
  pinDoesNotUnshare,
  forkSharesPinnedPage,
  layoutBreakDiscardsCopies,
  lostWakeUp,
  mkcleanSkipsHugePmd,
  splitNotNotified,
  syncFaultDoesNotCommit,
  wrongEntryQueue,
  freezeKeepsPagesWritable,
  breakStopsAtABusyPage,
  interruptedBreakIsBusy,
  holeKeepsPartialPages,
  zeroRangeKeepsPartialPages,
  truncateKeepsTail,
  collapseShiftsTooFar,
  sequenceWaitersNotWoken,
  cowDoesNotUnmap,
  mirrorKeepsReference,
  callbackWaitsOnUserFence,
  noRetryCheck,
  retryCheckBeforeLock,
  sequenceNotStored,
  invalidateDoesNotClear,
  invalidateMissesLastPage,
  callbackDoesNotDrain,
  protectionPageIgnored,
  retryWithoutBegin,
  oneLockForAllRegions,
  removeIsNoFence,
  unregisterIsNoFence,
  regionFreedBeforeRemove,
  faultWithoutMmget,
  mmputUnderDriverLock,
];

/** Faults that break no invariant: a kernel could be so, and the real one is not (`matrix --against FILE --mutant NAME`). */
export const UNLIKE_THE_KERNEL: readonly Mutant[] = [rangedLayoutBreak];

/** Every planted fault. */
export const ALL_MUTANTS: readonly Mutant[] = [...MUTANTS, ...UNLIKE_THE_KERNEL];

/** The mutant of that name, or undefined. */
export function mutantNamed(name: string): Mutant | undefined {
  return ALL_MUTANTS.find((mutant) => mutant.name === name);
}

export type { Mutant } from './mutant.ts';

/**
 * a correct path -> the same path with one mistake: planted faults, to see that the properties find them.
 */
import { breakStopsAtABusyPage } from './break_stops_at_a_busy_page.ts';
import { breakWaitsOnce } from './break_waits_once.ts';
import { busyReachesCaller } from './busy_reaches_caller.ts';
import { busyScanStepsOverLocked } from './busy_scan_steps_over_locked.ts';
import { withoutNamed } from './building_blocks.ts';
import { callbackDoesNotDrain } from './callback_does_not_drain.ts';
import { callbackTakesMmapLock } from './callback_takes_mmap_lock.ts';
import { callbackWaitsOnUserFence } from './callback_waits_on_user_fence.ts';
import { collapseShiftsTooFar } from './collapse_shifts_too_far.ts';
import { cowDoesNotUnmap } from './cow_does_not_unmap.ts';
import { countNotAsked } from './count_not_asked.ts';
import { cowNotNotified } from './cow_not_notified.ts';
import { devmapPteFails } from './devmap_pte_fails.ts';
import { doubleUnpin } from './double_unpin.ts';
import { endNotCalled } from './end_not_called.ts';
import { faultWithoutInvalidateLock } from './fault_without_invalidate_lock.ts';
import { faultWithoutMmget } from './fault_without_mmget.ts';
import { faultsPassFreeze } from './faults_pass_freeze.ts';
import { flushBeforeMkclean } from './flush_before_mkclean.ts';
import { flushFirstPageOfPmd } from './flush_first_page_of_pmd.ts';
import { forkNotNotified } from './fork_not_notified.ts';
import { forkSharesPinnedPage } from './fork_shares_pinned_page.ts';
import { freezeKeepsPagesWritable } from './freeze_keeps_pages_writable.ts';
import { holeKeepsPartialPages } from './hole_keeps_partial_pages.ts';
import { interruptedBreakIsBusy } from './interrupted_break_is_busy.ts';
import { fsyncDoesNotCommit } from './fsync_does_not_commit.ts';
import { interruptedBreakGoesOn } from './interrupted_break_goes_on.ts';
import { invalidateDoesNotClear } from './invalidate_does_not_clear.ts';
import { invalidateDropsDirtyEntries } from './invalidate_drops_dirty_entries.ts';
import { invalidateMissesLastPage } from './invalidate_misses_last_page.ts';
import { invalidationCountUnbalanced } from './invalidation_count_unbalanced.ts';
import { layoutBreakDiscardsCopies } from './layout_break_discards_copies.ts';
import { limitNotAsked } from './limit_not_asked.ts';
import { lockHeldAcrossFault } from './lock_held_across_fault.ts';
import { lockHeldFromStartToEnd } from './lock_held_from_start_to_end.ts';
import { longtermPinsAllowed } from './longterm_pins_allowed.ts';
import { lostWakeUp } from './lost_wake_up.ts';
import { mirrorKeepsReference } from './mirror_keeps_reference.ts';
import { mirrorToldAtEnd } from './mirror_told_at_end.ts';
import { mkcleanClearsEntryFirst } from './mkclean_clears_entry_first.ts';
import { mkcleanMissesAlias } from './mkclean_misses_alias.ts';
import { mkcleanNotifiesOnePage } from './mkclean_notifies_one_page.ts';
import { mkcleanSkipsHugePmd } from './mkclean_skips_huge_pmd.ts';
import { mmputUnderDriverLock } from './mmput_under_driver_lock.ts';
import { mremapNotNotified } from './mremap_not_notified.ts';
import { munmapNotNotified } from './munmap_not_notified.ts';
import { noLayoutWait } from './no_layout_wait.ts';
import { noPteRecheck } from './no_pte_recheck.ts';
import { noRetryCheck } from './no_retry_check.ts';
import { oneLockForAllRegions } from './one_lock_for_all_regions.ts';
import { pinDoesNotUnshare } from './pin_does_not_unshare.ts';
import { pinLeak } from './pin_leak.ts';
import { pinRacesFork } from './pin_races_fork.ts';
import { protectionPageIgnored } from './protection_page_ignored.ts';
import { rangedLayoutBreak } from './ranged_layout_break.ts';
import { protectionVmaIgnored } from './protection_vma_ignored.ts';
import { readBeginUnderLock } from './read_begin_under_lock.ts';
import { readFaultMapsWritable } from './read_fault_maps_writable.ts';
import { recheckBeforeGrab } from './recheck_before_grab.ts';
import { regionFreedBeforeRemove } from './region_freed_before_remove.ts';
import { registeredAfterFirstFault } from './registered_after_first_fault.ts';
import { removeIsNoFence } from './remove_is_no_fence.ts';
import { retryCheckBeforeLock } from './retry_check_before_lock.ts';
import { retryWithoutBegin } from './retry_without_begin.ts';
import { sequenceNotStored } from './sequence_not_stored.ts';
import { sequenceWaitersNotWoken } from './sequence_waiters_not_woken.ts';
import { sequenceNotStoredForProtection } from './sequence_not_stored_for_protection.ts';
import { splitNotNotified } from './split_not_notified.ts';
import { splitNotifiesOnePage } from './split_notifies_one_page.ts';
import { syncFaultDoesNotCommit } from './sync_fault_does_not_commit.ts';
import { truncateKeepsTail } from './truncate_keeps_tail.ts';
import { unchargedTwice } from './uncharged_twice.ts';
import { unmapEventIgnored } from './unmap_event_ignored.ts';
import { unmapOffsetTruncated } from './unmap_offset_truncated.ts';
import { unmappedFileNotSearched } from './unmapped_file_not_searched.ts';
import { unpinnedWhileInUse } from './unpinned_while_in_use.ts';
import { unregisterIsNoFence } from './unregister_is_no_fence.ts';
import { wakeUpNotHandedOn } from './wake_up_not_handed_on.ts';
import { writeLeavesStaleMapping } from './write_leaves_stale_mapping.ts';
import { wrongEntryQueue } from './wrong_entry_queue.ts';
import { zeroPageFails } from './zero_page_fails.ts';
import { zeroPageStaysMapped } from './zero_page_stays_mapped.ts';
import { zeroRangeKeepsPartialPages } from './zero_range_keeps_partial_pages.ts';
import type { Mutant } from './mutant.ts';

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
  longtermPinsAllowed,
  busyScanStepsOverLocked,
  unmappedFileNotSearched,
  faultWithoutInvalidateLock,
  mkcleanMissesAlias,
  flushFirstPageOfPmd,
  flushBeforeMkclean,
  mkcleanClearsEntryFirst,
  mkcleanNotifiesOnePage,
  invalidateDropsDirtyEntries,
  readFaultMapsWritable,
  fsyncDoesNotCommit,
  zeroPageStaysMapped,
  writeLeavesStaleMapping,
  unmapOffsetTruncated,
  breakWaitsOnce,
  interruptedBreakGoesOn,
  wakeUpNotHandedOn,
  faultsPassFreeze,
  recheckBeforeGrab,
  pinRacesFork,
  unpinnedWhileInUse,
  doubleUnpin,
  limitNotAsked,
  munmapNotNotified,
  mremapNotNotified,
  cowNotNotified,
  forkNotNotified,
  splitNotifiesOnePage,
  endNotCalled,
  zeroPageFails,
  devmapPteFails,
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
  mirrorToldAtEnd,
  lockHeldFromStartToEnd,
  invalidationCountUnbalanced,
  lockHeldAcrossFault,
  readBeginUnderLock,
  callbackTakesMmapLock,
  unmapEventIgnored,
  protectionVmaIgnored,
  sequenceNotStoredForProtection,
  countNotAsked,
  busyReachesCaller,
  registeredAfterFirstFault,
];

/** Faults that break no invariant: a kernel could be so, and the real one is not (`matrix --against FILE --mutant NAME`). */
export const UNLIKE_THE_KERNEL: readonly Mutant[] = [rangedLayoutBreak];

/** Every planted fault. */
export const ALL_MUTANTS: readonly Mutant[] = [...MUTANTS, ...UNLIKE_THE_KERNEL];

/** The mutant of that name, or what `without()` gives that name; else undefined. */
export function mutantNamed(name: string): Mutant | undefined {
  return ALL_MUTANTS.find((mutant) => mutant.name === name) ?? withoutNamed(name);
}

export type { Mutant } from './mutant.ts';
export { NOT_EXPRESSIBLE, type NotExpressible } from './not_expressible.ts';
export { plant } from './plant.ts';

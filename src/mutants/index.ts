/**
 * a correct path -> the same path with one mistake: planted faults, to see that the properties find them.
 */
import { callbackDoesNotDrain } from './callback_does_not_drain.ts';
import { callbackWaitsOnUserFence } from './callback_waits_on_user_fence.ts';
import { invalidateDoesNotClear } from './invalidate_does_not_clear.ts';
import { invalidateMissesLastPage } from './invalidate_misses_last_page.ts';
import { lostWakeUp } from './lost_wake_up.ts';
import { mirrorKeepsReference } from './mirror_keeps_reference.ts';
import type { Mutant } from './mutant.ts';
import { noLayoutWait } from './no_layout_wait.ts';
import { noPteRecheck } from './no_pte_recheck.ts';
import { noRetryCheck } from './no_retry_check.ts';
import { pinLeak } from './pin_leak.ts';
import { protectionPageIgnored } from './protection_page_ignored.ts';
import { retryCheckBeforeLock } from './retry_check_before_lock.ts';
import { sequenceNotStored } from './sequence_not_stored.ts';

/** Faults of the kernel and of pinning first, then those of mirrors. */
export const MUTANTS: readonly Mutant[] = [
  noLayoutWait,
  noPteRecheck,
  pinLeak,
  lostWakeUp,
  mirrorKeepsReference,
  callbackWaitsOnUserFence,
  noRetryCheck,
  retryCheckBeforeLock,
  sequenceNotStored,
  invalidateDoesNotClear,
  invalidateMissesLastPage,
  callbackDoesNotDrain,
  protectionPageIgnored,
];

/** The mutant of that name, or undefined. */
export function mutantNamed(name: string): Mutant | undefined {
  return MUTANTS.find((mutant) => mutant.name === name);
}

export type { Mutant } from './mutant.ts';

/**
 * a path + a planted change -> a wrong kernel or driver: every fault that a property must find.
 */
import { callback_waits_on_user_fence } from './callback_waits_on_user_fence.ts';
import { invalidate_does_not_clear } from './invalidate_does_not_clear.ts';
import { lost_wake_up } from './lost_wake_up.ts';
import { mirror_keeps_reference } from './mirror_keeps_reference.ts';
import type { Mutant } from './mutant.ts';
import { no_layout_wait } from './no_layout_wait.ts';
import { no_retry_check } from './no_retry_check.ts';
import { pin_leak } from './pin_leak.ts';
import { protection_page_ignored } from './protection_page_ignored.ts';

export const MUTANTS: readonly Mutant[] = [
  no_layout_wait,
  no_retry_check,
  invalidate_does_not_clear,
  mirror_keeps_reference,
  callback_waits_on_user_fence,
  pin_leak,
  protection_page_ignored,
  lost_wake_up,
];

/** The planted fault of that name, or undefined. */
export function mutantNamed(name: string): Mutant | undefined {
  return MUTANTS.find((mutant) => mutant.name === name);
}

export type { Mutant } from './mutant.ts';

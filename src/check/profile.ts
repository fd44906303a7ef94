/**
 * Which operations the workloads of a campaign leave out, and what more is expected to hold then.
 */
import type { Driver } from '../drivers/driver.ts';
import { expectedVerdict } from '../invariants/index.ts';
import { filesystemOf } from '../run/setup.ts';
import type { OperationKind } from '../workload/operation.ts';

export interface Profile {
  readonly excluded: readonly OperationKind[];
  /** Invariants that every driver of today keeps in such workloads, whatever it breaks in others, and why. */
  readonly holds: readonly string[];
  readonly facts: readonly string[];
}

/** Every kind of operation. */
export const ALL_OPERATIONS: Profile = { excluded: [], holds: [], facts: [] };

/**
 * Files stay mapped and keep their names: the layout break always looks for busy pages, so that a pin keeps its blocks. In
 * 6.1 it does not look once the last mapping is gone (K63), nor at an eviction (K62). Blocks are not shared: a read pin of a
 * shared block stays on it when the page moves to a copy (K60).
 */
export const FILES_STAY_MAPPED: Profile = {
  excluded: ['munmap', 'mremap', 'exit', 'unlink', 'rename', 'close', 'reflink', 'dedupe'],
  // Not I15: a pinned zero page stays readable beyond the new end of the file, and nobody waits for it (K7).
  holds: ['I1'],
  facts: ['K31', 'K62', 'K63'],
};

/** The profile on this kind of memory: without the operations that its filesystem does not have. */
export function onMemory(profile: Profile, memory: string): Profile {
  if (filesystemOf(memory).shares_blocks) return profile;
  return { ...profile, excluded: [...profile.excluded, 'reflink', 'dedupe'] };
}

/** What is expected of an invariant under the driver (D7), in workloads of the profile. */
export function expectedUnder(
  profile: Profile,
  driver: Driver,
  invariant: string,
): ReturnType<typeof expectedVerdict> {
  if (profile.holds.includes(invariant)) return { expected: 'holds', facts: profile.facts };
  return expectedVerdict(driver, invariant);
}

/**
 * Which operations the workloads of a campaign leave out, and what more is expected to hold then.
 */
import type { Driver } from '../drivers/driver.ts';
import { expectedVerdict } from '../invariants/index.ts';
import { releaseNamed } from '../kernel/release/releases.ts';
import type { Rules } from '../kernel/release/rules.ts';
import type { Mutant } from '../mutants/index.ts';
import type { Setup } from '../run/session.ts';
import { filesystemOf } from '../run/setup.ts';
import { OPERATION_KINDS, type OperationKind } from '../workload/operation.ts';

export interface Profile {
  readonly excluded: readonly OperationKind[];
  /** Rules of the release that are otherwise in these workloads. */
  readonly rules: Partial<Rules>;
  /** Invariants that every driver of today keeps in such workloads, whatever it breaks in others, and why. */
  readonly holds: readonly string[];
  readonly facts: readonly string[];
  /** Rules of the kernel, for what its drivers give up. */
  readonly kernelRules?: Rules;
  /** The files are in the page cache; absent: on DAX. */
  readonly pageCache?: boolean;
}

/** Every kind of operation. */
export const ALL_OPERATIONS: Profile = { excluded: [], rules: {}, holds: [], facts: [] };

/**
 * Files stay mapped and keep their names: the layout break always looks for busy pages, so that a pin keeps its blocks. In
 * 6.1 it does not look once the last mapping is gone (K63), nor at an eviction (K62). Blocks are not shared: a read pin of a
 * shared block stays on it when the page moves to a copy (K60). And the search looks at locked entries too: in 6.1 it steps over
 * them, so that a fault in another mapping can hide a pin from it (K174).
 */
export const FILES_STAY_MAPPED: Profile = {
  excluded: [
    ...['munmap', 'mremap', 'exit', 'unlink', 'rename', 'close', 'reflink', 'dedupe'],
    // These change neither who holds a block nor who frees it: without them the rare race comes up more often.
    ...[
      'fork',
      'madvise_dontfork',
      'mprotect',
      'clear_refs',
      'madvise_free',
      'madvise_pageout',
      'persist',
      'signal',
    ],
    ...[
      'freeze',
      'thaw',
      'umount',
      'drop_caches',
      'memory_failure',
      'open',
      'read',
      'write',
      'unshare',
      'alloc',
    ],
    ...[
      'open_trunc',
      'zero',
      'collapse',
      'insert',
      'madvise_remove',
      'madvise_dontneed',
      'load',
      'fsync',
      'msync',
    ],
    ...['detach', 'signal_fence', 'dma_read'],
  ] as OperationKind[],
  rules: { busy_scan_skips_locked_entry: false },
  // Not I15: a pinned zero page stays readable beyond the new end of the file, and nobody waits for it (K7).
  holds: ['I1'],
  facts: ['K31', 'K62', 'K63', 'K174'],
};

/**
 * Files may be unmapped but keep their names, on a kernel whose layout break looks for pins of unmapped files too (K63,
 * cee91fa13a8e): a pin keeps its blocks whether its file is mapped or not.
 */
export const FILES_KEEP_NAMES: Profile = {
  ...FILES_STAY_MAPPED,
  excluded: FILES_STAY_MAPPED.excluded.filter((kind) => kind !== 'munmap' && kind !== 'mremap'),
  rules: { ...FILES_STAY_MAPPED.rules, layout_break_skips_unmapped_file: false },
};

/** What a planted fault is looked for in; every kind of operation when there is none. */
export function profileFor(mutant: Mutant | null | undefined): Profile {
  if (mutant === null || mutant === undefined) return ALL_OPERATIONS;
  const general = generalProfileFor(mutant);
  const { operations } = mutant;
  if (operations === undefined) return general;
  return { ...general, excluded: OPERATION_KINDS.filter((kind) => !operations.includes(kind)) };
}

function generalProfileFor({ filesKeepNames, filesStayMapped }: Mutant): Profile {
  if (filesKeepNames === true) return FILES_KEEP_NAMES;
  return filesStayMapped ? FILES_STAY_MAPPED : ALL_OPERATIONS;
}

/**
 * The profile on this kind of memory and kernel: without the operations that its filesystem does not have. Throws RangeError for
 * names that do not exist.
 */
export function onSystem(general: Profile, memory: string, kernel: string): Profile {
  const profile = { ...general, kernelRules: releaseNamed(kernel).rules };
  const { shares_blocks, dax } = filesystemOf(memory);
  const missing: OperationKind[] = [
    ...(shares_blocks ? [] : (['reflink', 'dedupe'] as const)),
    ...(dax ? [] : (['memory_failure'] as const)),
  ];
  if (missing.length === 0) return profile;
  return { ...profile, excluded: [...profile.excluded, ...missing], ...(dax ? {} : { pageCache: true }) };
}

/** The setup with the rules of the profile. */
export function underProfile({ rules }: Profile, setup: Setup): Setup {
  const { release } = setup;
  return { ...setup, release: { ...release, rules: { ...release.rules, ...rules } } };
}

/** What is expected of an invariant under the driver (D7), in workloads of the profile. */
export function expectedUnder(
  profile: Profile,
  driver: Driver,
  invariant: string,
): ReturnType<typeof expectedVerdict> {
  if (profile.holds.includes(invariant)) return { expected: 'holds', facts: profile.facts };
  const rules = { ...profile.kernelRules, ...profile.rules };
  return expectedVerdict(driver, invariant, profile.pageCache !== true, rules);
}

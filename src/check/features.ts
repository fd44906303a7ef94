/**
 * Swarm: each workload leaves some kinds of operation out, since what is missing exposes what a full mix hides.
 */
import type { OperationKind } from '../workload/operation.ts';
import { type Chance, often } from './draw.ts';

/** Kinds that come and go together, and in how many workloads of a hundred they are used. */
const FEATURES: readonly { readonly percent: number; readonly kinds: readonly OperationKind[] }[] = [
  { percent: 100, kinds: ['mmap', 'attach', 'dma_read', 'dma_write'] },
  { percent: 75, kinds: ['truncate'] },
  { percent: 75, kinds: ['punch'] },
  { percent: 30, kinds: ['open_trunc'] },
  { percent: 35, kinds: ['zero'] },
  { percent: 30, kinds: ['collapse', 'insert'] },
  { percent: 15, kinds: ['unshare', 'alloc'] },
  { percent: 20, kinds: ['reflink', 'dedupe'] },
  { percent: 30, kinds: ['freeze', 'thaw'] },
  { percent: 8, kinds: ['umount', 'drop_caches'] },
  { percent: 12, kinds: ['memory_failure'] },
  { percent: 60, kinds: ['load', 'store'] },
  { percent: 70, kinds: ['fsync', 'msync'] },
  { percent: 50, kinds: ['persist'] },
  { percent: 40, kinds: ['write', 'read'] },
  { percent: 50, kinds: ['detach'] },
  { percent: 30, kinds: ['signal_fence'] },
  { percent: 40, kinds: ['munmap'] },
  { percent: 25, kinds: ['madvise_dontneed'] },
  { percent: 15, kinds: ['mremap'] },
  { percent: 25, kinds: ['mprotect'] },
  { percent: 15, kinds: ['madvise_remove', 'madvise_free', 'madvise_pageout'] },
  { percent: 30, kinds: ['fork', 'madvise_dontfork'] },
  { percent: 8, kinds: ['clear_refs'] },
  { percent: 25, kinds: ['unlink', 'open', 'close'] },
  { percent: 25, kinds: ['signal'] },
  { percent: 35, kinds: ['exit'] },
];

/**
 * What 6.1 does wrong with shared blocks without any driver (K60, K61): write(2), UNSHARE_RANGE and the zeroing of part of a
 * page copy the block and leave pages that are mapped, or dirty entries, with the old one. Workloads with reflinks do
 * without these, and work on whole pages; tests of their own show the bug.
 */
const BREAK_SHARED_PAGES: readonly OperationKind[] = ['write', 'unshare'];

/** So few kinds hide nothing from each other: workloads of a narrow profile use them all. */
export const FEW_KINDS = 8;

const kindsLeft = (excluded: ReadonlySet<OperationKind>): readonly OperationKind[] =>
  FEATURES.flatMap((feature) => feature.kinds).filter((kind) => !excluded.has(kind));

/** True of a profile that leaves most kinds out. */
export const isNarrow = (excluded: ReadonlySet<OperationKind>): boolean =>
  kindsLeft(excluded).length <= FEW_KINDS;

/** The kinds one workload may use. At least one of truncate and punch is among them unless both are excluded. */
export function drawFeatures(
  chance: Chance,
  excluded: ReadonlySet<OperationKind>,
): ReadonlySet<OperationKind> {
  const kinds = new Set<OperationKind>();
  const narrow = isNarrow(excluded);
  for (const feature of FEATURES) {
    if (!often(chance, narrow ? 100 : feature.percent)) continue;
    for (const kind of feature.kinds) if (!excluded.has(kind)) kinds.add(kind);
  }
  if (kinds.has('reflink')) for (const kind of BREAK_SHARED_PAGES) kinds.delete(kind);
  if (!kinds.has('truncate') && !excluded.has('punch')) kinds.add('punch');
  return kinds;
}

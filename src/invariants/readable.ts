/**
 * I8, the part that one run shows: what its process may read a device may read. Nobody loses a feature by mirroring instead of
 * pinning, holes of DAX files and pages that are mapped already included (K185, K186).
 *
 * A transfer that reads fails with EFAULT only where something has taken the pages or the right to read them away. Which
 * operations can is known; before any of them has begun there is no reason to fail. Nothing else makes a file shorter, so a
 * page that it had at the start it has had ever since; nothing is said of one that it got later, perhaps while the transfer
 * was failing.
 *
 * Asked of generated runs only. A comparison shows what each driver is refused beside what the others are, which is the
 * other part of I8.
 */
import { EFAULT } from '../kernel/errno.ts';
import type { StampedEvent } from '../kernel/event.ts';
import { VMA } from '../kernel/kernel.ts';
import { find_vma, linear_page_index, NO_VMA } from '../kernel/mm/vma.ts';
import { REGION } from '../drivers/system.ts';
import type { Session } from '../run/session.ts';
import { fileName } from '../run/wait_graph.ts';
import type { OperationKind } from '../workload/operation.ts';
import type { Invariant } from './invariant.ts';

/** What can take a page, the right to read it, its address space or its medium away. */
const TAKE_AWAY: ReadonlySet<OperationKind> = new Set<OperationKind>([
  ...(['truncate', 'open_trunc', 'collapse', 'insert', 'unlink', 'rename', 'umount'] as const),
  ...(['munmap', 'mremap', 'mprotect', 'exit', 'memory_failure'] as const),
]);

/** Pages of a file when the run began, the last one perhaps in part. */
function pagesAtStart({ workload }: Session, inode: number): number {
  const file = workload.files[inode - 1];
  return file?.exists === true ? file.size.page + (file.size.byte > 0 ? 1 : 0) : 0;
}

/** The process of the region may read all of the transfer: mapped, readable, within the file from the start. */
function mayRead(session: Session, region: number): boolean {
  const k = session.system;
  const mm = k.regions.get(region, REGION.mm);
  for (let va = k.regions.get(region, REGION.job_start); va < k.regions.get(region, REGION.job_end); va++) {
    const vma = find_vma(k, mm, va);
    if (vma === NO_VMA || k.vmas.get(vma, VMA.readable) === 0) return false;
    if (linear_page_index(k, vma, va) >= pagesAtStart(session, k.vmas.get(vma, VMA.inode))) return false;
  }
  return true;
}

function readFailed(session: Session, { event }: StampedEvent): string | null {
  if (event.type !== 'dma_end' || event.ret !== -EFAULT) return null;
  const k = session.system;
  if (k.regions.get(event.region, REGION.job_write) === 1) return null;
  if (session.outcomes.some((outcome) => outcome !== undefined && TAKE_AWAY.has(outcome.op.kind)))
    return null;
  if (!mayRead(session, event.region)) return null;
  const file = fileName(session, k.regions.get(event.region, REGION.inode));
  return `a device read of region ${event.region} of ${file} failed with EFAULT although its process may read all of it`;
}

export const readable: Invariant = {
  id: 'I8',
  title: 'what its process may read a device may read, holes and mapped pages included',
  facts: ['K43', 'K185', 'K186', 'K217'],
  onEvent: readFailed,
};

/**
 * I3: what fsync promised survives a crash at any later moment.
 *
 * A crash falls back to the block maps of the last commit and to what the medium holds. Both change only at a flush, a
 * commit or an allocation, so that looking after each of these looks at every crash point: at a flush only the blocks
 * that were flushed can have changed. What each fsync owes and has promised is kept as ghosts
 * (src/kernel/fs/writeback.ts).
 *
 * The same holds of what a CPU or a device wrote through a MAP_SYNC mapping and user space then flushed itself, without an
 * fsync: the block map that leads to it was committed before it could be written (src/kernel/fs/sync_fault.ts).
 */
import { visitRuns } from '../machine/store.ts';
import type { StampedEvent } from '../kernel/event.ts';
import { visit_owners } from '../kernel/fs/block_owner.ts';
import { ext_mapped, ext_pfn } from '../kernel/fs/extent.ts';
import type { Kernel } from '../kernel/kernel.ts';
import type { Session } from '../run/session.ts';
import { fileName } from '../run/wait_graph.ts';
import type { Invariant } from './invariant.ts';

const CRASH_POINTS: ReadonlySet<string> = new Set(['commit', 'blocks_allocated', 'fsync_ret', 'persist']);

/** The first promised page that a crash now would lose, or -1. */
function lostPage(k: Kernel, inode: number): number {
  let lost = -1;
  visitRuns(k.promised, inode, 0, k.llong_max_pages, (page, end, value) => {
    for (let at = page; at < end && lost < 0;) {
      const stop = k.committed.runEnd(inode, at, end);
      const extent = k.committed.get(inode, at);
      if (!ext_mapped(extent)) lost = at;
      else lost = differingPage(k, ext_pfn(extent), stop - at, value, at);
      at = stop;
    }
  });
  return lost;
}

function differingPage(k: Kernel, pfn: number, pages: number, value: number, page: number): number {
  for (let offset = 0; offset < pages; offset = k.media.runEnd(0, pfn + offset, pfn + pages) - pfn) {
    if (k.media.get(0, pfn + offset) !== value) return page + offset;
  }
  return -1;
}

/** The first of the blocks [pfn, pfn + pages), which hold pages of the file from `page` on, that lost what was promised. */
function lostOfFile(k: Kernel, inode: number, page: number, pfn: number, pages: number): number {
  let lost = -1;
  visitRuns(k.promised, inode, page, page + pages, (from, to, promised) => {
    for (let at = from; at < to && lost < 0;) {
      const block = pfn + at - page;
      const stop = Math.min(
        k.committed.runEnd(inode, at, to),
        at + k.media.runEnd(0, block, block + to - at) - block,
      );
      if (ext_pfn(k.committed.get(inode, at)) === block && k.media.get(0, block) !== promised) lost = block;
      at = stop;
    }
  });
  return lost;
}

/** The first of the flushed blocks whose promised content is no longer on the medium, or -1. */
function lostByFlush(k: Kernel, pfn: number, pages: number): number {
  let lost = -1;
  visit_owners(k, pfn, pages, (inode, page, at, length) => {
    const first = lostOfFile(k, inode, page, at, length);
    if (first >= 0 && (lost < 0 || first < lost)) lost = first;
  });
  return lost;
}

function durability(session: Session, { event }: StampedEvent): string | null {
  if (event.type === 'flush') {
    const pfn = lostByFlush(session.system, event.pfn, event.pages);
    return pfn < 0 ? null : `a flush of pfn ${pfn} leaves other content on the medium than was fsynced`;
  }
  if (!CRASH_POINTS.has(event.type)) return null;
  if (event.type === 'fsync_ret' && event.owed > 0) {
    return `fsync of ${fileName(session, event.inode)} returned with ${event.owed} pages newer in cache than on the medium`;
  }
  const k = session.system;
  for (let inode = 1; inode <= k.inodeCount; inode++) {
    const page = lostPage(k, inode);
    if (page >= 0)
      return `a crash after this ${event.type} loses ${fileName(session, inode)} page ${page}, which was ${event.type === 'persist' ? 'written through MAP_SYNC and flushed' : 'promised'}`;
  }
  return null;
}

export const durable: Invariant = {
  id: 'I3',
  title: 'what was fsynced, or written through MAP_SYNC and flushed, survives a crash at any moment after',
  facts: ['K28', 'K42', 'K64', 'K65', 'K178', 'K180'],
  onEvent: durability,
};

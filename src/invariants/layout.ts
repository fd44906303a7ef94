/**
 * Blocks of a file go away only after a layout break that found no busy page (K31).
 *
 * Weaker than I1, which a pin breaks in 6.1 where no break looks at all (K62, K63): here a break did look, found a
 * page busy, and the operation went on.
 */
import type { StampedEvent } from '../kernel/event.ts';
import { INODE } from '../kernel/kernel.ts';
import type { Session } from '../run/session.ts';
import { fileName } from '../run/wait_graph.ts';
import type { Invariant } from './invariant.ts';

function brokenBeforeFree(session: Session, { event }: StampedEvent): string | null {
  if (event.type !== 'blocks_freed' || event.referenced === 0) return null;
  const { inodes } = session.system;
  if (inodes.get(event.inode, INODE.evicted) === 1 || inodes.get(event.inode, INODE.found_busy) === 0)
    return null;
  return `${event.referenced} referenced blocks of ${fileName(session, event.inode)} were freed although the layout break had found a busy page`;
}

export const layoutBreak: Invariant = {
  id: 'layout_break',
  title: 'blocks are freed only after the layout break found no busy page',
  facts: ['K31', 'K33', 'K171'],
  onEvent: brokenBeforeFree,
};

/**
 * A frozen filesystem is not written: what FIFREEZE is for (a snapshot of the medium that no write overtakes).
 */
import type { StampedEvent } from '../kernel/event.ts';
import { is_frozen } from '../kernel/fs/super.ts';
import { SB } from '../kernel/kernel.ts';
import { is_anon_pfn } from '../kernel/mm/page.ts';
import type { Session } from '../run/session.ts';
import { fileName } from '../run/wait_graph.ts';
import type { Invariant } from './invariant.ts';

function writtenWhileFrozen(session: Session, { event }: StampedEvent): string | null {
  const k = session.system;
  if (event.type !== 'dev_access' && event.type !== 'cpu_access' && event.type !== 'written') return null;
  // A page that the freeze's own write-back passed over is the kernel's doing, not a driver's (K174).
  if (!is_frozen(k) || k.sb.get(0, SB.passed_over) === 1) return null;
  if (event.type === 'written') return `write(2) to ${fileName(session, event.inode)} while it is frozen`;
  if (!event.write || event.pfn === 0 || is_anon_pfn(k, event.pfn)) return null;
  const who = event.type === 'dev_access' ? 'a device' : 'the CPU';
  return `${who} wrote to ${fileName(session, event.inode)} page ${event.page} of a frozen filesystem`;
}

export const frozenNotWritten: Invariant = {
  id: 'frozen_not_written',
  title: 'nothing writes to a frozen filesystem',
  facts: ['K20', 'K64', 'K65'],
  onEvent: writtenWhileFrozen,
};

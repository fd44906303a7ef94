/** Entries that say nothing of themselves by an event, and that a reader looks for: the sequence protocol (K126 to K129) and its lock. */
import type { Frame } from '../machine/program.ts';
import { SUB } from '../kernel/kernel.ts';
import type { Session } from '../run/session.ts';

type Note = (session: Session, frame: Frame<string>) => string;

const sequenceNow = ({ system }: Session, region: number): number =>
  system.subs.get(region, SUB.invalidate_seq);

const NOTES: Readonly<Record<string, Note>> = {
  'driver lock': () => 'mutex_lock(driver lock)',
  'driver unlock': () => 'mutex_unlock(driver lock)',
  seq: ({ system }, { region }) => `mmu_interval_read_begin(region${region}) = ${system.ret}`,
  mmu_interval_set_seq: (_session, { region, seq }) => `mmu_interval_set_seq(region${region}, ${seq})`,
  mmu_interval_read_retry: (session, { region = 0, seq }) => {
    const now = sequenceNow(session, region);
    return `mmu_interval_read_retry(region${region}, ${seq}): ${now === seq ? 'unchanged' : `${now} by now`}`;
  },
};

/** What to say of an entry that is about to run with these locals, or null. */
export function noteOf(session: Session, entry: string, frame: Frame<string>): string | null {
  return NOTES[entry]?.(session, frame) ?? null;
}

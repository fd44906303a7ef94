/**
 * Holds a run against a list of invariants.
 */
import type { Rules } from '../kernel/release/rules.ts';
import type { StampedEvent } from '../kernel/event.ts';
import type { WaitLog } from '../observe/waits.ts';
import type { Driver } from '../drivers/driver.ts';
import type { Session } from '../run/session.ts';
import type { Invariant } from './invariant.ts';

export interface Violations {
  count: number;
  /** The first one in words. */
  readonly first: string;
}

export class InvariantMonitor {
  /** By invariant id; an invariant that was not violated is absent. */
  readonly violations = new Map<string, Violations>();
  private readonly session: Session;
  private readonly waits: WaitLog;
  private readonly invariants: readonly Invariant[];

  constructor(session: Session, waits: WaitLog, invariants: readonly Invariant[]) {
    this.session = session;
    this.waits = waits;
    this.invariants = invariants;
  }

  /** To be called after the wait log has seen the same events. */
  observe(events: readonly StampedEvent[]): void {
    for (const invariant of this.invariants) {
      if (invariant.onEvent === undefined) continue;
      for (const event of events) this.note(invariant, invariant.onEvent(this.session, event, this.waits));
    }
  }

  /** To be called once nothing can step any more. */
  end(): void {
    for (const invariant of this.invariants) {
      for (const wait of this.waits.waits)
        this.note(invariant, invariant.onWait?.(this.session, wait) ?? null);
      for (const violation of invariant.atEnd?.(this.session, this.waits) ?? [])
        this.note(invariant, violation);
    }
  }

  private note(invariant: Invariant, violation: string | null): void {
    if (violation === null) return;
    const known = this.violations.get(invariant.id);
    if (known === undefined) this.violations.set(invariant.id, { count: 1, first: violation });
    else known.count++;
  }
}

/**
 * `breaks` when a correct driver of this kind gives the invariant up by construction (D7), on DAX or in the page cache, on a kernel
 * with these rules.
 */
export function expectedVerdict(
  driver: Driver,
  invariant: string,
  dax: boolean,
  rules: Partial<Rules>,
): { expected: 'holds' | 'breaks'; facts: readonly string[] } {
  const here = dax ? 'dax' : 'page_cache';
  const known = driver.breaks.find(
    (entry) =>
      entry.invariant === invariant &&
      (entry.memory ?? here) === here &&
      (entry.rule === undefined || rules[entry.rule] === true),
  );
  return known === undefined ? { expected: 'holds', facts: [] } : { expected: 'breaks', facts: known.facts };
}

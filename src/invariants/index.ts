/**
 * events + state -> verdicts: every invariant, by id.
 */
import type { Invariant } from './invariant.ts';
import { blockRemovalNeverBlocked } from './never_blocked.ts';

export const INVARIANTS: readonly Invariant[] = [...blockRemovalNeverBlocked];
export type { Invariant } from './invariant.ts';
export { expectedVerdict, InvariantMonitor, type Violations } from './monitor.ts';

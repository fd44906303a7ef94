/**
 * events + state -> verdicts: every invariant, by id.
 */
import { balanced } from './accounting.ts';
import { blockAccess } from './block_access.ts';
import { coherent } from './coherence.ts';
import { durable } from './durability.ts';
import { faithfulErrors } from './errors.ts';
import { frozenNotWritten } from './freeze.ts';
import type { Invariant } from './invariant.ts';
import { terminating } from './progress.ts';
import { outlived } from './lifetime.ts';
import { isolated } from './isolation.ts';
import { layoutBreak } from './layout.ts';
import { blockRemovalNeverBlocked } from './never_blocked.ts';
import { readable } from './readable.ts';
import { privateCopiesStay } from './private_copies.ts';
import { waiting } from './waiting.ts';

const numbered = [
  ...blockAccess,
  ...waiting,
  durable,
  ...coherent,
  outlived,
  balanced,
  terminating,
  isolated,
  faithfulErrors,
];

/** The user's questions first, then I1 to I15 in order. */
export const INVARIANTS: readonly Invariant[] = [
  ...blockRemovalNeverBlocked,
  layoutBreak,
  privateCopiesStay,
  frozenNotWritten,
  ...numbered.sort((a, b) => Number(a.id.slice(1)) - Number(b.id.slice(1))),
];

/** All that `check` asks of generated runs: {@link INVARIANTS}, and I8, which a comparison shows as refused operations. */
export const CHECK_INVARIANTS: readonly Invariant[] = [
  ...INVARIANTS.filter(({ id }) => !after8(id)),
  readable,
  ...INVARIANTS.filter(({ id }) => after8(id)),
];

function after8(id: string): boolean {
  return Number(/^I(\d+)$/.exec(id)?.[1] ?? 0) > 8;
}

export type { Invariant } from './invariant.ts';
export { expectedVerdict, InvariantMonitor, type Violations } from './monitor.ts';

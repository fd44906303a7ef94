/**
 * Further kinds of observation in the report on real kernels, beside the cells. A kind whose observations are committed has a
 * line here: what stands of it in the JSON, and its sections for readers.
 */
import { sideEffectsAgainst } from '../compare/side_effects/index.ts';
import {
  disputedFactsSection,
  realUsersSection,
  type Section,
  sideEffectsSections,
} from '../report/index.ts';
import {
  committedDisputedFacts,
  committedRealUsers,
  committedSideEffects,
  judgeDisputedFacts,
  observedKernels,
  REAL_USERS,
  userCells,
} from '../witness/index.ts';

export interface FurtherEvidence {
  /** Its key in the JSON: `side_effects`. */
  readonly name: string;
  /** The committed observations, or what was made of them; plain JSON. */
  readonly data: () => unknown;
  readonly sections: () => readonly Section[];
}

const disputedFacts = () =>
  observedKernels().map((name) => {
    const seen = committedDisputedFacts(name);
    return { release: seen.kernel.release, verdicts: judgeDisputedFacts(seen) };
  });

const realUsers = () =>
  observedKernels().map((name) => {
    const seen = committedRealUsers(name);
    return { release: seen.kernel.release, cells: userCells(seen) };
  });

const sideEffects = () =>
  observedKernels().map((kernel) => {
    const observed = committedSideEffects(kernel);
    return { kernel, observed, against: sideEffectsAgainst(kernel, observed) };
  });

export const FURTHER_EVIDENCE: readonly FurtherEvidence[] = [
  { name: 'side_effects', data: sideEffects, sections: () => sideEffectsSections(sideEffects()) },
  { name: 'disputed_facts', data: disputedFacts, sections: () => [disputedFactsSection(disputedFacts())] },
  { name: 'real_users', data: realUsers, sections: () => [realUsersSection(REAL_USERS, realUsers())] },
];

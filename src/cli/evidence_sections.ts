/**
 * Further kinds of observation in the report on real kernels, beside the cells. A kind whose observations are committed has a
 * line here: what stands of it in the JSON, and its sections for readers.
 */
import type { Section } from '../report/index.ts';

export interface FurtherEvidence {
  /** Its key in the JSON: `side_effects`. */
  readonly name: string;
  /** The committed observations, or what was made of them; plain JSON. */
  readonly data: () => unknown;
  readonly sections: () => readonly Section[];
}

export const FURTHER_EVIDENCE: readonly FurtherEvidence[] = [];

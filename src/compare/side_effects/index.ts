/**
 * Side effects of a wait: calls x waits -> what becomes of each on the model, and where a real kernel agrees.
 */
export {
  sideEffectsAgainst,
  type EffectDifference,
  type NotModelled,
  type SideEffectsAgainst,
  type ToleratedEffectDifference,
} from './against.ts';
export { EFFECT_CALLS } from './calls.ts';
export type { ObservedEffect, ObservedSideEffects, ObservedStory } from './observed.ts';
export { STORY_IDS } from './stories.ts';
export { TOLERATED_EFFECTS, type ToleratedEffect } from './tolerated.ts';

/**
 * The real kernel: guest, probe module, runner, observations.
 *
 *     packages -> trees -> probe, initramfs -> guest -> lines -> cells -> observation
 *
 * `procedure.md` says what is done in a cell, `side_effects.md` what is done while a call waits; `probe/` holds the C side;
 * `observations/` what was seen.
 */
export { type AcceleratorChoice } from './accelerator.ts';
export { cellSchema, observationSchema, type Cell, type Observation } from './cell.ts';
export { CELL_DRIVERS, CELL_MEMORIES, CELL_OPERATIONS, type CellSelection } from './cell_space.ts';
export { OBSERVATION_KINDS, type ObservationKind, type Observed } from './kinds.ts';
export {
  committedDisputedFacts,
  judgeDisputedFacts,
  parseDisputedFacts,
  witnessDisputedFacts,
  type DisputedFactsObservation,
  type FactVerdict,
} from './disputed_facts.ts';
export { DISPUTED_FACTS, type DisputedFact, type Expectation } from './disputed_fact_list.ts';
export { observationJson, parseObservation } from './observation_json.ts';
export { committedObservation, observedKernels } from './observations.ts';
export { effectStorySchema, sideEffectSchema, sideEffectsSchema } from './side_effect.ts';
export { type EffectStory, type SideEffect, type SideEffects } from './side_effect.ts';
export { witnessSideEffects, type SideEffectsOptions, type SideEffectsTestimony } from './side_effects.ts';
export { parseSideEffects, sideEffectsJson } from './side_effects_json.ts';
export { committedSideEffects } from './side_effects_observed.ts';
export { sideEffectVariations } from './side_effects_variation.ts';
export { KERNELS } from './packages.ts';
export { PLANTED_BUGS, witnessPlanted, type PlantedResult } from './planted.ts';
export { type GuestOptions, type KernelRequest } from './prepare.ts';
export {
  committedRealUsers,
  parseRealUsers,
  REAL_USERS,
  USER_MEMORIES,
  USER_OPERATIONS,
  userCells,
  witnessRealUsers,
  type RealUser,
  type RealUsersObservation,
  type UserCell,
} from './real_users.ts';
export { stagedJson, stagedVariations, type StagedScene } from './staged_scene.ts';
export { unexpectedVariations, variations, type Variation } from './variation.ts';
export { witness, type Testimony, type WitnessOptions } from './witness.ts';
export { WitnessError, type WitnessFailure } from './witness_error.ts';

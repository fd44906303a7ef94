/**
 * a scope, or any table of labelled steps -> every state that can be reached, what holds in it and what comes to an end.
 */
export { type Checkpoints, explore, type ExploreRequest } from './explore.ts';
export { Graph, ShortestWays } from './graph.ts';
export { FS_OP_NAMES, needsTwoFiles } from './fs_ops.ts';
export { findLassos, type Lasso } from './liveness.ts';
export type { Model } from './model.ts';
export type { ExploreResult } from './result.ts';
export { sampledStates, type Sample } from './sampled.ts';
export { DEFAULT_SCOPE, LADDER, type Scope, scopeTitle } from './scope.ts';
export { type Finding, Search } from './search.ts';
export { collisionProbability, VisitedSet } from './visited.ts';

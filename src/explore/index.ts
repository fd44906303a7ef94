/**
 * a scope, or any table of labelled steps -> every state that can be reached, what holds in it and what comes to an end.
 */
export { explore, type ExploreRequest } from './explore.ts';
export { Graph, ShortestWays } from './graph.ts';
export { findLassos, type Lasso } from './liveness.ts';
export type { Model } from './model.ts';
export type { ExploreResult } from './result.ts';
export { LADDER, type Scope } from './scope.ts';
export { type Finding, Search } from './search.ts';
export { collisionProbability, VisitedSet } from './visited.ts';

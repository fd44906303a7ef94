/**
 * workload + driver + schedule -> steps on a model kernel -> events -> verdicts, results, reports.
 *
 * The public surface of gup-vs-hmm: what properties/, benchmarks/ and programs that build on the project import.
 */
export { check, type CheckRequest } from './check/campaign.ts';
export { drawRuns } from './check/draw_runs.ts';
export { describeRun } from './check/describe.ts';
export { generatedRuns, type GeneratedRun, schedules, strategyOf, workloads } from './check/generated_run.ts';
export { ablation, type Ablation } from './check/ablation.ts';
export { ablationTable } from './check/ablation_table.ts';
export { type CallCounts, coreMmCalls } from './check/core_mm_calls.ts';
export { directedHunt, type Ground, hunt, runsToDetection } from './check/hunt.ts';
export { killMatrix, type KillMatrix } from './check/kill_matrix.ts';
export { killTable } from './check/kill_table.ts';
export { score, type Score } from './check/scores.ts';
export { scoreTable, type StrategyScores } from './check/score_table.ts';
export {
  ALL_OPERATIONS,
  FILES_STAY_MAPPED,
  expectedUnder,
  onSystem,
  type Profile,
  profileFor,
  underProfile,
} from './check/profile.ts';
export type { CheckResult } from './check/result.ts';
export { Runner, type CheckedRun } from './check/run_one.ts';
export { decodeRun, encodeRun } from './check/run_token.ts';
export { explainRun, type ExplainedRun, shrinkRun } from './check/shrink.ts';
export { setupOfRun, type RunSystem } from './check/setup_of_run.ts';
export { SITUATIONS, type Situation } from './check/situations.ts';
export type { WorstResult } from './check/worst/result.ts';
export { replayWorst, worst, type WorstRequest } from './check/worst/worst.ts';
export * from './compare/index.ts';
export { COST_TABLES, type CostTable } from './costs/index.ts';
export * from './drivers/index.ts';
export * from './explore/index.ts';
export {
  CHECK_INVARIANTS,
  expectedVerdict,
  type Invariant,
  INVARIANTS,
  InvariantMonitor,
} from './invariants/index.ts';
export * from './kernel/index.ts';
export * from './machine/index.ts';
export { type Mutant, mutantNamed, MUTANTS, NOT_EXPRESSIBLE, plant } from './mutants/index.ts';
export * from './observe/index.ts';
export {
  canonicalJson,
  citationId,
  compareJsonSchema,
  comparisonDocument,
  renderMarkdown,
  renderTerminal,
  resultJson,
} from './report/index.ts';
export * from './run/index.ts';
export * from './schedule/index.ts';
export { CATALOGUE, catalogueEntry, type CatalogueEntry } from './workload/catalogue/index.ts';
export { DEFAULT_DEVICE_PLAN, type DevicePlan } from './workload/device_plan.ts';
export { InputError, InputErrors } from './workload/input_error.ts';
export { BLOCK_REMOVING_KINDS, type Operation, type OperationKind } from './workload/operation.ts';
export { loadScenario, parseScenario, SCENARIO_JSON_SCHEMA } from './workload/scenario/index.ts';
export { countLog, importLog, type LogCounts, type LogImport } from './workload/strace/import.ts';
export type { Workload, WorkloadOp } from './workload/workload.ts';

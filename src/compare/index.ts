/**
 * workload + drivers + conditions -> findings: what became of the same operations under each driver.
 */
export {
  compare,
  type ComparisonOptions,
  type DriverFindings,
  type Findings,
  findingsUnder,
  inFixedOrder,
  sideBySide,
} from './compare.ts';
export type { ReplayConditions, ReplayInput } from './conditions.ts';
export { defaultOnBlock, type OnBlock } from './on_block.ts';
export { fileDigests } from './file_digest.ts';
export * from './matrix/index.ts';
export { MODEL_REVISION } from './model_revision.ts';
export type { ComparisonResult } from './result.ts';
export { IN_ORDER, run } from './run.ts';
export type { BrokenProperty, RunEvent, RunOperation, RunResult } from './run_result.ts';
export type { GeneratedSystem } from './replay.ts';

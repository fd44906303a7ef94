/** mechanisms of the model + cells + planted faults -> what holds each mechanism. */
export { coverage, type Coverage, modelPaths } from './coverage.ts';
export { evidence, type Evidence, type KernelEvidence, type ObservationInput } from './evidence.ts';
export {
  type CellSummary,
  fidelityGaps,
  fidelityRows,
  type FidelityRow,
  type HoldingFault,
  type Seen,
} from './fidelity.ts';
export { propertyOf } from './property_files.ts';

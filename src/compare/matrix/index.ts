/**
 * operation x driver x memory -> cells, and model cells + observed cells -> where they agree.
 */
export { against, type AgainstResult, type Difference } from './against.ts';
export type { Cell } from './cell.ts';
export { type CellPlace, matrix, type MatrixRequest, type MatrixResult } from './matrix.ts';
export { type ObservedCell, type ObservedCells, observedCellsSchema } from './observed_cells.ts';
export { CELL_OPERATION_IDS } from './operations.ts';

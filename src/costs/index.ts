/** Cost classes and cost tables: published figures -> integer nanoseconds per step of the model. */
export { COST_CLASSES } from './cost_table.ts';
export type { CostClass, CostEntry, CostTable } from './cost_table.ts';
export { BUILTIN_2026, COST_TABLES } from './builtin.ts';

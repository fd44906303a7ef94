/**
 * code + store -> steps -> events: what a computer gives a kernel. Knows no memory management and no files.
 */
export { type Code, compile } from './code.ts';
export { DenseStore } from './dense_store.ts';
export { Machine, type MachineOptions } from './machine.ts';
export { type Patch, type Path, pathsFor, type Steps } from './program.ts';
export { RunsStore } from './runs_store.ts';
export { CapacityError, columns, type PageMap, type Store, type Table } from './store.ts';

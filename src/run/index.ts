/**
 * workload + system + order -> events and outcomes: setting up, system calls, who steps next, who waits for whom.
 */
export { runSequential, type SequentialOptions, type SequentialRun } from './sequential.ts';
export { type Outcome, Session, type Setup } from './session.ts';
export { MEMORY_KINDS, type MemoryKind, replaySetup, smallSetup } from './setup.ts';
export { regionHolding, type Wait, waitOf } from './wait_graph.ts';

/**
 * workload + system + order -> events and outcomes: setting up, system calls, who steps next, who waits for whom.
 */
export { runScheduled, type ScheduledOptions, type ScheduledRun } from './scheduled.ts';
export { runSequential, type SequentialOptions, type SequentialRun } from './sequential.ts';
export { type Outcome, Session, type Setup } from './session.ts';
export { MEMORY_KINDS, type MemoryKind, replaySetup, smallSetup } from './setup.ts';
export { driveUntil } from './timed.ts';
export { regionHolding, type Wait, waitOf } from './wait_graph.ts';

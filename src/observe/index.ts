/**
 * events -> waits and counts. Pure: the same events give the same answers.
 */
export { Metrics } from './metrics.ts';
export { type Described, WaitLog, type WaitRecord } from './waits.ts';

/** What becomes of an operation that a driver blocks (D8). */
import type { Workload } from '../workload/workload.ts';

/** The driver lets go of its file and the operation goes on, or it stays asleep. */
export type OnBlock = 'release' | 'stay';

/** A log's program knows nothing of the driver, so it lets go; a scenario says itself what happens next. */
export function defaultOnBlock(workload: Pick<Workload, 'source'>): OnBlock {
  return workload.source === 'log' ? 'release' : 'stay';
}

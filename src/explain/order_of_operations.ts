/** In which order the operations of a run begin. */
import { Runner } from '../check/run_one.ts';
import type { ExplainedRun } from '../check/shrink.ts';
import type { Setup } from '../run/session.ts';

/** Numbers of operations, the first to begin first; those that never begin are missing. */
export function recordOrder(setup: Setup, run: ExplainedRun): number[] {
  const order: number[] = [];
  new Runner(setup, []).run(run, (events) => {
    for (const { event } of events) if (event.type === 'op_start') order.push(event.op);
  });
  return order;
}

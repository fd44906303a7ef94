/**
 * The order of a scenario as a schedule: an operation begins when nothing in the kernel can go on, the first of the list first.
 */
import { Runner } from '../check/run_one.ts';
import type { ExplainedRun } from '../check/shrink.ts';
import { Recorder, type Strategy, type View } from '../schedule/index.ts';
import type { Setup } from '../run/session.ts';
import type { Operation } from '../workload/operation.ts';
import type { Workload } from '../workload/workload.ts';
import { lowestAddress, shiftedAddresses } from './renumber.ts';

/** The run that a scenario describes. Throws CapacityError or RangeError for one that the setup has no room for. */
export function runInOrder(setup: Setup, workload: Workload): ExplainedRun {
  const ops = workload.ops.map((entry) => ({ ...entry, op: withoutWait(entry.op) }));
  const schedule = { base: workload.tasks.map((_, task) => task), preemptions: [] };
  const written: ExplainedRun = {
    workload: { ...workload, ops },
    freezeAt: null,
    schedule: { kind: 'replay', schedule },
  };
  const lowest = lowestAddress(workload);
  const run = shiftedAddresses(written, lowest - (lowest % setup.pmd_pages)) ?? written;
  const tasks = workload.tasks.length + setup.devices + OTHERS;
  const recorder = new Recorder(
    new InOrder(),
    Array.from({ length: tasks }, (_, task) => task),
  );
  new Runner(setup, []).runWith(run, recorder);
  return { ...run, schedule: { kind: 'replay', schedule: recorder.schedule() } };
}

/** Nobody begins anything before a transfer has ended or can go no further: the call need not wait for it. */
function withoutWait(op: Operation): Operation {
  return op.kind === 'dma_read' || op.kind === 'dma_write' ? { ...op, wait: false } : op;
}

/** The journal thread and the agent. */
const OTHERS = 2;

class InOrder implements Strategy {
  pick(view: View): number {
    const { current, enabled } = view;
    const inKernel = enabled.filter((task) => view.positionOf(task) !== 'user');
    if (inKernel.length > 0) return inKernel.includes(current) ? current : (inKernel[0] as number);
    return enabled.reduce((first, task) => (view.opOf(task) < view.opOf(first) ? task : first));
  }
}

import { expect, test } from 'vitest';
import { fileDigests } from './file_digest.ts';
import { attachedWorkload, CONDITIONS, DETACH, drivers, page, PUNCH } from './fixtures/conditions.ts';
import { waitsByOperation } from './operation_waits.ts';
import { type Replay, replay } from './replay.ts';

const workload = attachedWorkload([
  ['app', { kind: 'dma_write', region: 0, from: 100, to: 104, fence: false }],
  ['other', PUNCH],
  ['app', { kind: 'store', from: 110, to: 112 }],
  ['app', DETACH],
  ['other', { kind: 'truncate', file: 0, size: page(3, 7) }],
]);

/** Everything that a trial could have left a trace in. */
function traces(done: Replay): unknown {
  const { session, metrics, monitor } = done;
  return {
    outcomes: session.outcomes,
    tasks: session.system.m.count,
    times: session.system.m.clock.snapshot(),
    store: session.store.snapshot(),
    waits: [...waitsByOperation(done)],
    violations: [...monitor.violations],
    held: metrics.pageNanoseconds(session.system.m.clock.latest()),
    freed: metrics.blocksFreed,
    files: fileDigests(session),
  };
}

test.each(['ext4_dax', 'xfs_dax'])('trials on %s leave no trace', (memory) => {
  const [gup] = drivers('gup');
  if (gup === undefined) throw new Error('no gup');
  const run = (probe: boolean): Replay =>
    replay(workload, gup, { ...CONDITIONS, memory }, { onBlock: 'stay', probe });
  const probed = run(true);
  expect(probed.stoodStill.map(({ behind }) => behind)).toEqual(['punch']);
  expect(traces(probed)).toEqual(traces(run(false)));
});

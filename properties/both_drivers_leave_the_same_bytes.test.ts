/**
 * Pin or mirror, the files hold the same at the end, where nothing races: a transfer has ended before the next call begins,
 * and a call that a pin blocks ends in its own place once the driver lets go (D7, D8).
 *
 * Where a transfer races with a truncate the bytes may differ: the pin's transfer ends first, the mirror's may be cut.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  BLOCK_REMOVING_KINDS,
  driveUntil,
  FILES_STAY_MAPPED,
  type OperationKind,
  runSequential,
  Session,
  type Workload,
  workloads,
} from '../src/index.ts';
import { MEMORY, SEED, setupOf } from './holds.ts';

/** What waits for a pin: what removes or moves blocks, and on XFS preallocation too (K56). */
const WAIT_FOR_PINS: readonly OperationKind[] = [...BLOCK_REMOVING_KINDS, 'alloc'];
const TRANSFERS: readonly OperationKind[] = ['dma_read', 'dma_write', 'signal_fence'];

function session(memory: string, name: string, workload: Workload): Session {
  return new Session(setupOf(memory, name), workload);
}

/** Each call runs until nothing can step, transfers included. */
function runDrained(one: Session): void {
  one.workload.ops.forEach(({ task }, op) => {
    if (one.ready(task) && one.nextOp(task) === op) one.start(task);
    else one.skip(task, op);
    driveUntil(one, () => false);
  });
}

/** Size and content of every page of every file. */
function bytes(one: Session): unknown {
  const { system } = one;
  return one.workload.files.map((_, file) => {
    const inode = file + 1;
    const pages = Array.from({ length: system.options.capacities.filePages }, (_hole, page) => {
      const extent = system.extents.get(inode, page);
      return extent % 4 === 2 ? system.data.get(0, Math.floor(extent / 4)) : 0;
    });
    return [system.inodes.get(inode, 2), system.inodes.get(inode, 3), pages];
  });
}

/** How each call ended, for the calls whose end shows whether the device could be used at all. */
function deviceResults(one: Session): unknown {
  return one.workload.ops.map(({ op }, index) => ('region' in op ? one.outcomes[index]?.ret : null));
}

test.each(MEMORY)('transfers that have ended leave the same bytes, %s', (memory) => {
  let compared = 0;
  fc.assert(
    fc.property(workloads([...FILES_STAY_MAPPED.excluded, ...WAIT_FOR_PINS, 'signal']), (workload) => {
      const pin = session(memory, 'gup', workload);
      const mirror = session(memory, 'hmm_mirror', workload);
      runDrained(pin);
      runDrained(mirror);
      // A pin of a range that reaches beyond end of file is refused whole, a mirror serves what there is.
      fc.pre(JSON.stringify(deviceResults(pin)) === JSON.stringify(deviceResults(mirror)));
      expect(bytes(mirror)).toEqual(bytes(pin));
      compared++;
    }),
    { seed: SEED, numRuns: 150 },
  );
  expect(compared).toBe(150);
});

test.each(MEMORY)('a call that was blocked ends as it would have without the pin, %s', (memory) => {
  let blocked = 0;
  fc.assert(
    fc.property(workloads([...FILES_STAY_MAPPED.excluded, ...TRANSFERS, 'signal']), (workload) => {
      const pin = session(memory, 'gup', workload);
      const mirror = session(memory, 'hmm_mirror', workload);
      runSequential(pin, { onBlock: 'release', onBlocked: () => blocked++ });
      runSequential(mirror, { onBlock: 'release' });
      expect(bytes(mirror)).toEqual(bytes(pin));
    }),
    { seed: SEED, numRuns: 200 },
  );
  expect(blocked).toBeGreaterThan(20);
});

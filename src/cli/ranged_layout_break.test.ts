/** The comparison with a real kernel can fail: a model that breaks layouts by range (K34) disagrees in the cells that show it. */
import { expect, test } from 'vitest';
import { against } from '../compare/matrix/index.ts';
import { committedObservation, observedKernels } from '../witness/index.ts';
import { simulator } from './simulator.ts';

const MEMORIES = ['ext4_dax', 'xfs_dax'];
/** Beside those of interest a few in which the two breaks come to the same. */
const OTHERS = ['trunc_0', 'punch', 'fsync', 'munmap'];
const DRIVERS = ['none', 'gup', 'gup_longterm', 'get', 'hmm_mirror', 'notifier'];

/** Calls that free, move or add nothing in the pages that the driver holds: the whole-file break waits for it all the same. */
const ELSEWHERE = [
  'trunc_beyond',
  'trunc_grow',
  'punch_elsewhere',
  'zero_elsewhere',
  'collapse_after',
  'insert_after',
];
/** Calls whose range covers some of those pages: a mirror loses those entries, and in the kernel it loses all. */
const IN_PART = ['trunc_mid', 'trunc_unaligned', 'punch_subpage'];

async function disagreements(kernel: string, mutant: string | undefined): Promise<Map<string, Set<string>>> {
  const observed = committedObservation(kernel);
  const { cells } = await simulator.matrix({
    ...{ kernel, memories: MEMORIES, drivers: DRIVERS, operations: [...ELSEWHERE, ...IN_PART, ...OTHERS] },
    ...{ signal: { aborted: false }, onProgress: () => undefined },
    ...(mutant === undefined ? {} : { mutant }),
  });
  const { disagree } = against({
    ...{ kernel, complete: true, model: cells, observed: observed.cells },
    observedRelease: observed.kernel.release,
  });
  const found = new Map<string, Set<string>>();
  for (const { memory, driver, op, field } of disagree) {
    const key = `${memory} ${driver} ${field}`;
    found.set(key, (found.get(key) ?? new Set()).add(op));
  }
  return found;
}

test.each(observedKernels())(
  'a ranged break disagrees with %s where pages elsewhere are held',
  async (kernel) => {
    const found = await disagreements(kernel, 'ranged_layout_break');
    for (const memory of MEMORIES) {
      for (const driver of ['gup', 'get']) {
        for (const field of ['outcome', 'sleeps_in', 'interruptible', 'killable', 'after_release'])
          expect([...(found.get(`${memory} ${driver} ${field}`) ?? [])], field).toEqual(ELSEWHERE);
      }
      for (const driver of ['hmm_mirror', 'notifier']) {
        expect(found.get(`${memory} ${driver} events`)).toEqual(new Set(ELSEWHERE));
        expect(found.get(`${memory} ${driver} entries_cleared`)).toEqual(new Set([...IN_PART, ...ELSEWHERE]));
        expect(found.has(`${memory} ${driver} outcome`)).toBe(false);
      }
    }
    // Without a driver, and where the long pin was refused, nobody notices.
    expect([...found.keys()].filter((key) => / (none|gup_longterm) /.test(key))).toEqual([]);
  },
);

/** A campaign is worth something only if what is argued about comes up in it. */
import { describe, expect, test } from 'vitest';
import { check } from '../src/index.ts';
import { costs, KERNEL, MEMORY, SEED, theDriver } from './holds.ts';

describe.each(MEMORY)('on %s', (memory) => {
  test('every floor is reached', () => {
    const drivers = [theDriver('gup'), theDriver('hmm_mirror')];
    const { floors } = check({
      invariants: [],
      drivers,
      memory,
      kernel: KERNEL,
      costs,
      runs: 600,
      seed: SEED,
      modelRevision: 1,
    });
    expect(floors.map(({ name }) => name)).toEqual([
      'gup: wait for a page reference',
      'gup: fsync meets a device write',
      'gup: a PMD mapping of a DAX file',
      'gup: a MAP_SYNC write fault',
      'gup: fork of a device user',
      'gup: a write waits for a thaw',
      ...(memory === 'xfs_dax' ? ['gup: a store to a shared block that a device has'] : []),
      'hmm_mirror: block removal meets a device fault',
      'hmm_mirror: sequence retry',
      'hmm_mirror: fsync meets a device write',
      'hmm_mirror: a PMD mapping of a DAX file',
      'hmm_mirror: a MAP_SYNC write fault',
      'hmm_mirror: fork of a device user',
      'hmm_mirror: a write waits for a thaw',
    ]);
    for (const { name, share, floor } of floors) expect(share, name).toBeGreaterThanOrEqual(floor);
  });
});

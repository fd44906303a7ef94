/**
 * PUNCH_HOLE and the other block-removing fallocate modes: ZERO, COLLAPSE, INSERT and UNSHARE_RANGE.
 */
import { describe, expect, test } from 'vitest';
import { drawRuns, type OperationKind, Runner } from '../src/index.ts';
import { expectBroken, expectHeld, MEMORY, SEED, setupOf, theInvariant } from './holds.ts';

const QUESTION = 'punch_hole_never_blocked';

describe.each(MEMORY)('on %s', (memory) => {
  test('no mode is ever blocked by a mirror', () => {
    expectHeld(QUESTION, 'hmm_mirror', memory);
  });

  test('a pin blocks them', () => {
    expect(expectBroken(QUESTION, 'gup', memory).first).toMatch(/was blocked: .* held by gup/);
  });

  test('a pin blocks every mode that the filesystem has, and no mode is left untried', () => {
    const runner = new Runner(setupOf(memory, 'gup'), [theInvariant(QUESTION)]);
    const blocked = new Set<OperationKind>();
    for (const run of drawRuns(SEED, 1_200)) {
      const { session, waits } = runner.run(run);
      for (const wait of waits.waits) {
        const kind = session.workload.ops[wait.op]?.op.kind;
        if (wait.blocked && wait.described.class === 'reference' && kind !== undefined) blocked.add(kind);
      }
    }
    const everywhere = ['collapse', 'insert', 'madvise_remove', 'open_trunc', 'punch', 'truncate', 'zero'];
    // ext4 has neither UNSHARE_RANGE nor reflink; XFS breaks the layout even for preallocation (K56).
    const xfsOnly = ['alloc', 'dedupe', 'reflink', 'unshare'];
    expect([...blocked].sort()).toEqual(
      memory === 'ext4_dax' ? everywhere : [...everywhere, ...xfsOnly].sort(),
    );
  });
});

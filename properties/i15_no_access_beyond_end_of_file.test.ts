/** I15: after truncate returns nothing reaches beyond the end of the file. */
import { describe, expect, test } from 'vitest';
import { expectBroken, expectHeld, MEMORY } from './holds.ts';

const ID = 'I15';

describe.each(MEMORY)('on %s', (memory) => {
  test.each(['hmm_mirror', 'none', 'gup_longterm'])('under %s', (driver) => {
    expectHeld(ID, driver, memory);
  });

  test('a pin gives it up, and is seen to', () => {
    expect(expectBroken(ID, 'gup', memory).run.workload.ops.length).toBeLessThanOrEqual(8);
  });
});

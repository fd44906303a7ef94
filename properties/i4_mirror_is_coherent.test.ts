/** I4: outside an invalidation a device entry is what the CPU entry allows, inside one there is none. */
import { describe, expect, test } from 'vitest';
import { expectBroken, expectHeld, MEMORY } from './holds.ts';

const ID = 'I4';

describe.each(MEMORY)('on %s', (memory) => {
  test.each(['hmm_mirror', 'none'])('under %s', (driver) => {
    expectHeld(ID, driver, memory);
  });

  test.each(['gup', 'gup_longterm'])('a pin gives it up, and is seen to: %s', (driver) => {
    // A long pin is refused on DAX pages, not on private copies of them.
    expect(expectBroken(ID, driver, memory).run.workload.ops.length).toBeLessThanOrEqual(8);
  });
});

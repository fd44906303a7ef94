/** I13: who has nothing to do with a file does not wait for the driver of a device that has it. */
import { describe, test } from 'vitest';
import { expectHeld, MEMORY } from './holds.ts';

const ID = 'I13';

// That a pin gives it up is shown step by step in src/invariants/isolation.test.ts, and by every campaign.
describe.each(MEMORY)('on %s', (memory) => {
  test.each(['hmm_mirror', 'notifier'])('under %s', (driver) => {
    expectHeld(ID, driver, memory);
  });
});

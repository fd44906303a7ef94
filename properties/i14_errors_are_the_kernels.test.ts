/** I14: calls end with the errors the kernel gives. */
import { describe, test } from 'vitest';
import { expectHeld, MEMORY } from './holds.ts';

const ID = 'I14';

describe.each(MEMORY)('on %s', (memory) => {
  test.each(['hmm_mirror', 'none', 'gup_longterm', 'gup'])('under %s', (driver) => {
    expectHeld(ID, driver, memory);
  });
});

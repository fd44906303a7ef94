/** I7: nobody sleeps on what has already happened. */
import { describe, test } from 'vitest';
import { expectHeld, MEMORY } from './holds.ts';

const ID = 'I7';

describe.each(MEMORY)('on %s', (memory) => {
  test.each(['hmm_mirror', 'none', 'gup_longterm', 'gup'])('under %s', (driver) => {
    expectHeld(ID, driver, memory);
  });
});

/** I11: every reference is explained by who holds it. */
import { describe, test } from 'vitest';
import { expectHeld, MEMORY } from './holds.ts';

const ID = 'I11';

describe.each(MEMORY)('on %s', (memory) => {
  test.each(['hmm_mirror', 'none', 'gup_longterm', 'gup'])('under %s', (driver) => {
    expectHeld(ID, driver, memory);
  });
});

/** I12: with finitely many operations, every device fault, truncate and fsync comes to an end. */
import { describe, test } from 'vitest';
import { expectHeld, MEMORY } from './holds.ts';

const ID = 'I12';

describe.each(MEMORY)('on %s', (memory) => {
  test.each(['hmm_mirror', 'notifier', 'gup'])('under %s', (driver) => {
    expectHeld(ID, driver, memory);
  });
});

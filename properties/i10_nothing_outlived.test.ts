/** I10: no callback after unregister, no use of an address space that has no users left, nothing freed while in use. */
import { describe, test } from 'vitest';
import { expectHeld, MEMORY } from './holds.ts';

const ID = 'I10';

describe.each(MEMORY)('on %s', (memory) => {
  test.each(['hmm_mirror', 'notifier', 'gup'])('under %s', (driver) => {
    expectHeld(ID, driver, memory);
  });
});

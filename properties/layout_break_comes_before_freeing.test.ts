/** Blocks are freed only after a layout break that found no page busy. */
import { describe, test } from 'vitest';
import { expectHeld, MEMORY } from './holds.ts';

describe.each(MEMORY)('on %s', (memory) => {
  test.each(['gup', 'hmm_mirror', 'gup_longterm', 'none'])('under %s', (driver) => {
    expectHeld('layout_break', driver, memory);
  });
});

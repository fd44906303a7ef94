/** Private copies: a process sees its own writes in them and nobody else's, whoever forks, pins or punches holes. */
import { describe, test } from 'vitest';
import { expectHeld, MEMORY } from './holds.ts';

describe.each(MEMORY)('on %s', (memory) => {
  test.each(['gup', 'gup_longterm', 'hmm_mirror', 'none'])('under %s', (driver) => {
    expectHeld('private_copies', driver, memory);
  });
});

/** I8, the part of it that one run shows: what its process may read a device may read, holes of the file included (K185, K186). */
import { describe, expect, test } from 'vitest';
import { ALL_OPERATIONS, mutantNamed, plant } from '../src/index.ts';
import { expectHeld, firstNumberToBreak, MEMORY, SEED, setupOf } from './holds.ts';

const ID = 'I8';

describe.each(MEMORY)('on %s', (memory) => {
  test.each(['hmm_mirror', 'notifier', 'gup'])('under %s', (driver) => {
    expectHeld(ID, driver, memory);
  });

  test('a mirror that takes no zero page loses the holes', () => {
    const setup = plant(setupOf(memory, 'hmm_mirror'), mutantNamed('zero_page_fails'));
    expect(firstNumberToBreak(setup, ID, 2_000, ALL_OPERATIONS, SEED)).not.toBeNull();
  });
});

/**
 * The question the project starts from: does truncate on DAX ever wait for a mirror? And for a pin?
 */
import { describe, expect, test } from 'vitest';
import { expectBroken, expectHeld, MEMORY } from './holds.ts';

const QUESTION = 'truncate_never_blocked';

describe.each(MEMORY)('on %s', (memory) => {
  test('truncate and O_TRUNC are never blocked by a mirror', () => {
    expectHeld(QUESTION, 'hmm_mirror', memory);
  });

  test('a pin blocks truncate, and the certificate names the pin', () => {
    const { first, run } = expectBroken(QUESTION, 'gup', memory);
    // The wait may begin while the pin is being taken; it is for the pin all the same.
    expect(first).toMatch(
      /waits, for pfn \d+ .* (held by gup for r\d .*until user space detaches it|being taken by \S+ for gup)/,
    );
    // Map, attach, truncate: nothing else is needed.
    expect(run.workload.ops.length).toBeLessThanOrEqual(4);
  });

  test('nothing blocks truncate without a driver, or with one that is refused', () => {
    expectHeld(QUESTION, 'none', memory);
    expectHeld(QUESTION, 'gup_longterm', memory);
  });
});

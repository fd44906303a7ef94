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
    expect(first).toMatch(
      /was blocked: .* waits, for pfn \d+ .* held by gup for r\d .*until user space detaches it/,
    );
    // Map, attach, truncate: nothing else is needed, and no task has to cut in.
    expect(run.workload.ops.length).toBeLessThanOrEqual(4);
    expect(run.schedule.schedule.preemptions).toEqual([]);
  });

  test('nothing blocks truncate without a driver, or with one that is refused', () => {
    expectHeld(QUESTION, 'none', memory);
    expectHeld(QUESTION, 'gup_longterm', memory);
  });
});

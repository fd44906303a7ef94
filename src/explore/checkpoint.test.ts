import { describe, expect, test } from 'vitest';
import { INVARIANTS } from '../invariants/index.ts';
import { CheckpointError, decodeCheckpoint } from './checkpoint.ts';
import { explore, type ExploreRequest } from './explore.ts';
import { COSTS, scopeWith } from './fixtures/scopes.ts';
import type { ExploreResult } from './result.ts';

const request = (changes: Partial<ExploreRequest>): ExploreRequest => ({
  scope: scopeWith({ mirrors: 0, shortPins: 1 }),
  invariants: INVARIANTS,
  costs: COSTS,
  modelRevision: 1,
  statesMax: 100_000,
  reduction: false,
  ...changes,
});

/** Gives up at `statesMax` states, and gives what was saved then. */
function stopAt(statesMax: number, changes: Partial<ExploreRequest>): Uint8Array {
  const saved: Uint8Array[] = [];
  const checkpoints = {
    earlier: null,
    due: () => false,
    save: (bytes: Uint8Array) => void saved.push(bytes),
  };
  const result = explore(request({ ...changes, statesMax, checkpoints }));
  expect(result.exhausted).toBe(false);
  expect(saved).toHaveLength(1);
  return saved[0] as Uint8Array;
}

function goOn(earlier: Uint8Array, changes: Partial<ExploreRequest>): ExploreResult {
  const checkpoints = { earlier, due: () => false, save: () => undefined };
  return explore(request({ ...changes, checkpoints }));
}

describe('a search that was stopped and goes on', () => {
  test.each([false, true])('comes to the same result, with reduction %s', (reduction) => {
    const whole = explore(request({ reduction }));
    for (const states of [2, 100, 300]) {
      // Lists that were read are as long as they must be, not longer.
      expect(goOn(stopAt(states, { reduction }), { reduction })).toEqual({
        ...whole,
        bytes: expect.any(Number) as number,
      });
    }
  });
});

describe('what cannot be gone on from', () => {
  const saved = stopAt(50, {});

  test('a checkpoint of another search', () => {
    expect(() => goOn(saved, { scope: scopeWith({}) })).toThrow(CheckpointError);
    expect(() => goOn(saved, { reduction: true })).toThrow('of another search');
  });

  test.each([0, 10, 30, 600])('the first %i bytes of one', (bytes) => {
    expect(() => decodeCheckpoint('', saved.subarray(0, bytes))).toThrow(CheckpointError);
  });

  test('one without its last byte', () => {
    expect(() => goOn(saved.subarray(0, -1), {})).toThrow('cut off');
  });
});

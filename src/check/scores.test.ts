import { describe, expect, test } from 'vitest';
import { mutantNamed } from '../mutants/index.ts';
import { strategyNamed } from '../schedule/index.ts';
import { costs, driver, KERNEL, MEMORY } from './fixtures/conditions.ts';
import { score, scoreOf } from './scores.ts';

describe('a score', () => {
  test('is of the seeds that found the fault, and says how many did not', () => {
    const runs = [...Array.from({ length: 19 }, (_, index) => index + 1), 100, null];
    expect(scoreOf('fault', 'random', 500, runs)).toEqual({
      ...{ mutant: 'fault', strategy: 'random', seeds: 21, limit: 500, found: 20 },
      mean: 14.5,
      p95: 19,
    });
    expect(scoreOf('fault', 'random', 5, [null, null])).toMatchObject({ found: 0, mean: null, p95: null });
  });

  test('is the same each time, and tells an easy fault from one out of reach', () => {
    const mutant = mutantNamed('mirror_told_at_end');
    if (mutant === undefined) throw new Error('no mutant');
    const ground = { memory: MEMORY, kernel: KERNEL, driver: driver('list_notifier'), costs };
    const random = strategyNamed('random') ?? null;
    const scored = score(mutant, ground, random, 4, 30);
    expect(scored).toEqual(score(mutant, ground, random, 4, 30));
    expect(scored.found).toBe(4);
    const harmless = { ...mutant, breaks: ['I13'] };
    expect(score(harmless, ground, random, 2, 5)).toMatchObject({ found: 0, mean: null });
  });
});

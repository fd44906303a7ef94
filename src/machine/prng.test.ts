import { describe, expect, test } from 'vitest';
import { Prng } from './prng.ts';

describe('Prng', () => {
  test('the sequence is fixed for ever', () => {
    const prng = new Prng(42);
    expect(Array.from({ length: 6 }, () => prng.next())).toEqual([
      4294967253, 3587504873, 4286635183, 3511956468, 673719186, 1055838436,
    ]);
  });

  test('the seed is a 32-bit integer', () => {
    expect(new Prng(2 ** 32 + 7).next()).toBe(new Prng(7).next());
    expect(new Prng(8).next()).not.toBe(new Prng(7).next());
  });

  test('below: every number, none beyond, each about as often', () => {
    const prng = new Prng(1);
    const counts = [0, 0, 0, 0, 0, 0, 0];
    for (let drawn = 0; drawn < 7_000; drawn++) {
      const number = prng.below(7);
      counts[number] = (counts[number] ?? NaN) + 1;
    }
    expect(counts).toHaveLength(7);
    for (const count of counts) expect(Math.abs(count - 1_000)).toBeLessThan(150);
    expect(new Prng(3).below(1)).toBe(0);
  });

  test.each([0, -1, 1.5, 2 ** 32 + 1, NaN])('below %d is refused', (limit) => {
    expect(() => new Prng(1).below(limit)).toThrow(RangeError);
  });
});

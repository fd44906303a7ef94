import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { didYouMean, editDistance, nearest } from './suggest.ts';

describe('edit distance', () => {
  test('counts single edits and swaps of neighbours', () => {
    expect(editDistance('', 'abc')).toBe(3);
    expect(editDistance('truncat', 'truncate')).toBe(1);
    expect(editDistance('lenght', 'length')).toBe(1);
    expect(editDistance('kitten', 'sitting')).toBe(3);
  });

  test('is symmetric, zero only for equal words, and at most the longer length', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 8 }), fc.string({ maxLength: 8 }), (a, b) => {
        const distance = editDistance(a, b);
        expect(editDistance(b, a)).toBe(distance);
        expect(distance === 0).toBe(a === b);
        expect(distance).toBeLessThanOrEqual(Math.max(a.length, b.length));
      }),
    );
  });
});

describe('hints', () => {
  test('the nearest word, or none when all are far', () => {
    expect(nearest('fsycn', ['msync', 'fsync'])).toBe('fsync');
    expect(nearest('zz', ['fsync', 'mmap'])).toBeUndefined();
    expect(nearest('FSYNC', ['fsync'])).toBe('fsync');
  });

  test('a far word gets the list', () => {
    expect(didYouMean('zz', ['fsync', 'mmap'])).toBe('known: fsync, mmap');
    expect(didYouMean('mmpa', ['fsync', 'mmap'])).toBe("did you mean 'mmap'?");
    expect(didYouMean('x', [])).toBe('none is declared');
  });
});

import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { countsInWords, formatCount, listed } from './count.ts';
import { formatNs, formatPageNs } from './time.ts';

test.each([
  [0, '0 ns'],
  [999, '999 ns'],
  [1_000, '1.00 us'],
  [1_004, '1.00 us'],
  [1_005, '1.01 us'],
  [9_994, '9.99 us'],
  [9_995, '10.0 us'],
  [99_950, '100 us'],
  [999_499, '999 us'],
  [999_500, '1.00 ms'],
  [1_200_000, '1.20 ms'],
  [999_999_999, '1.00 s'],
  [999_500_000_000, '1,000 s'],
  [1_234_567_000_000, '1,235 s'],
  ['9007199254740993000', '9,007,199,255 s'],
])('%s ns is %s', (ns, text) => {
  expect(formatNs(ns)).toBe(text);
});

test('never more than three digits below a thousand seconds, and within half a unit of the last', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 999_000_000_000n }), (ns) => {
      const match = /^(\d+)(?:\.(\d+))? (ns|us|ms|s)$/.exec(formatNs(ns));
      expect(match).not.toBeNull();
      const [, whole = '', fraction = '', unit = ''] = match ?? [];
      expect((whole + fraction).length).toBeLessThanOrEqual(3);
      const last = { ns: 1, us: 1e3, ms: 1e6, s: 1e9 }[unit as 'ns'] / 10 ** fraction.length;
      expect(Math.abs(Number(whole + fraction) * last - Number(ns))).toBeLessThanOrEqual(last / 2);
    }),
  );
});

test('refuses what is no count of nanoseconds', () => {
  expect(() => formatNs(-1)).toThrow(RangeError);
  expect(() => formatNs(0.5)).toThrow(RangeError);
  expect(() => formatNs('soon')).toThrow(SyntaxError);
});

test('page times carry their unit', () => {
  expect(formatPageNs('12000')).toBe('12.0 page-us');
});

test('counts and lists', () => {
  expect([0, 12, 123, 1_234, 8_836, 1_234_567].map(formatCount)).toEqual([
    '0',
    '12',
    '123',
    '1,234',
    '8,836',
    '1,234,567',
  ]);
  expect([[], ['a'], ['a', 'b'], ['a', 'b', 'c']].map((items) => listed(items))).toEqual([
    '',
    'a',
    'a and b',
    'a, b and c',
  ]);
  expect(countsInWords({ UNMAP: 3, CLEAR: 1_200 })).toBe('CLEAR 1,200, UNMAP 3');
});

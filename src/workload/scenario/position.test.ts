import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { offsetToBytes } from '../offset.ts';
import { ADDRESS_END_PAGES, parseAddress, parsePageRange, parsePages, parsePosition } from './position.ts';

function bytesOf(raw: unknown): bigint | string {
  const parsed = parsePosition(raw);
  return parsed.ok ? offsetToBytes(parsed.value) : parsed.problem;
}

describe('positions', () => {
  test('bytes, units and sums', () => {
    expect(bytesOf(0n)).toBe(0n);
    expect(bytesOf('16p')).toBe(65536n);
    expect(bytesOf('4K')).toBe(4096n);
    expect(bytesOf('2M')).toBe(2097152n);
    expect(bytesOf('1G')).toBe(1073741824n);
    expect(bytesOf('1T')).toBe(1099511627776n);
    expect(bytesOf('2p+512')).toBe(8704n);
    expect(bytesOf('1M+1p+1')).toBe(1052673n);
    expect(bytesOf('4097')).toBe(4097n);
  });

  test('the largest file size is exact and one more is refused', () => {
    expect(bytesOf(9223372036854775807n)).toBe(9223372036854775807n);
    expect(bytesOf(9223372036854775808n)).toBe('9223372036854775808 is above 2^63-1');
    expect(bytesOf('8388608T')).toBe("'8388608T' is above 2^63-1");
    expect(bytesOf('2251799813685247p+4095')).toBe(9223372036854775807n);
  });

  test('what is not a position says so', () => {
    expect(bytesOf(-1n)).toBe('-1 is below 0');
    expect(bytesOf('-1')).toBe("'-1' is not a position");
    for (const raw of [1.5, true, null, '', 'p', '4k', '4 K', '1+', ['1']]) {
      expect(bytesOf(raw)).toMatch(/is not a position$/);
    }
  });

  test('any integer in range comes back as it was', () => {
    fc.assert(
      fc.property(fc.bigInt(0n, (1n << 63n) - 1n), (bytes) => {
        expect(bytesOf(bytes)).toBe(bytes);
        expect(bytesOf(`${bytes >> 12n}p+${bytes & 4095n}`)).toBe(bytes);
      }),
    );
  });
});

describe('pages', () => {
  test('whole pages only, with the page that was meant', () => {
    expect(parsePages('16p')).toEqual({ ok: true, value: 16 });
    expect(parsePages(8192n)).toEqual({ ok: true, value: 2 });
    expect(parsePages(100n)).toMatchObject({ ok: false, hint: "a page is 4096 bytes; page 100 is '100p'" });
    expect(parsePages('1p+1')).toMatchObject({ ok: false, hint: 'a page is 4096 bytes' });
  });

  test('addresses end where user space does', () => {
    expect(parseAddress(`${ADDRESS_END_PAGES}p`)).toEqual({ ok: true, value: ADDRESS_END_PAGES });
    expect(parseAddress(`${ADDRESS_END_PAGES + 1}p`)).toMatchObject({ ok: false });
  });

  test('ranges of pages', () => {
    expect(parsePageRange('0..16p')).toEqual({ ok: true, value: { from: 0, to: 16 } });
    expect(parsePageRange('4K..2M')).toEqual({ ok: true, value: { from: 1, to: 512 } });
    expect(parsePageRange('3p..3p')).toMatchObject({ ok: false, problem: "the range '3p..3p' is empty" });
    expect(parsePageRange('0..100')).toMatchObject({
      ok: false,
      problem: "'100' is not a whole number of pages",
    });
    expect(parsePageRange('0-16p')).toMatchObject({ ok: false, problem: "'0-16p' is not a range of pages" });
    expect(parsePageRange(16n)).toMatchObject({ ok: false, problem: '16 is not a range of pages' });
  });
});

import { describe, expect, test } from 'vitest';
import * as C from './constants.ts';
import {
  checkOffset,
  decodeAddress,
  decodeDescriptor,
  decodeFlags,
  decodeInteger,
  decodeOffset,
  decodeString,
  decodeWord,
  structField,
  unescape,
} from './decode.ts';
import { Unusable } from './records.ts';

describe('descriptors', () => {
  test.each([
    ['3', { fd: 3, deleted: false }],
    ['-1', { fd: -1, deleted: false }],
    ['AT_FDCWD', { fd: -100, deleted: false }],
    ['AT_FDCWD</a b>', { fd: -100, path: '/a b', deleted: false }],
    ['-100 /* AT_FDCWD */</a>', { fd: -100, path: '/a', deleted: false }],
    ['3</a>(deleted)', { fd: 3, path: '/a', deleted: true }],
    ['3</a (deleted)>', { fd: 3, path: '/a', deleted: true }],
    ['3</dev/null<char 1:3>>', { fd: 3, path: '/dev/null', deleted: false }],
    ['3</we\\76 \\74\\303\\277\\"\\n>', { fd: 3, path: '/we> <\u00ff"\n', deleted: false }],
    ['4<pipe:[131488]>', { fd: 4, path: 'pipe:[131488]', deleted: false }],
  ])('%s', (text, expected) => {
    expect(decodeDescriptor(text)).toEqual(expected);
  });

  test('an address is none', () => {
    expect(() => decodeDescriptor('NULL')).toThrow(Unusable);
  });
});

describe('strings', () => {
  test('escapes are undone', () => {
    expect(decodeString('"a\\tb\\\\c\\"d\\1771"...')).toBe('a\tb\\c"d\u007f1');
    expect(unescape('\\xc3\\xbf \\0')).toBe('\u00ff \0');
  });

  test('characters beyond ASCII survive beside escapes', () => {
    expect(unescape('\u{1f600}\u00e9\\n')).toBe('\u{1f600}\u00e9\n');
  });

  test('an address is no string', () => {
    expect(() => decodeString('0x7ffd')).toThrow(Unusable);
  });
});

describe('numbers', () => {
  test('are exact at any size', () => {
    expect(decodeInteger('8070450532247928832')).toBe(8070450532247928832n);
    expect(decodeInteger('0x6000000000001000')).toBe(0x6000000000001000n);
    expect(decodeInteger('-5')).toBe(-5n);
    expect(decodeInteger('NULL')).toBe(0n);
    expect(decodeInteger('0x4 /* MADV_DONTNEED */')).toBe(4n);
  });

  test('text is none', () => {
    expect(() => decodeInteger('O_RDWR')).toThrow(Unusable);
    expect(() => decodeInteger('')).toThrow(Unusable);
  });

  test('file offsets end at 2^63 - 1', () => {
    expect(decodeOffset('9223372036854775807')).toBe((1n << 63n) - 1n);
    expect(() => decodeOffset('9223372036854775808')).toThrow(Unusable);
    expect(() => checkOffset(-1n)).toThrow(Unusable);
  });

  test('addresses end where user space does', () => {
    expect(decodeAddress('0x7fb671a26000')).toBe(0x7fb671a26000n);
    expect(() => decodeAddress('0xffffffffff600000')).toThrow(Unusable);
  });
});

describe('flags', () => {
  test('words, numbers, and words in comments mean the same', () => {
    const expected = C.MAP_SHARED | C.MAP_FIXED;
    expect(decodeFlags('MAP_SHARED|MAP_FIXED', C.MAP_FLAGS)).toBe(expected);
    expect(decodeFlags('0x11', C.MAP_FLAGS)).toBe(expected);
    expect(decodeFlags('0x11 /* MAP_SHARED|MAP_FIXED */', C.MAP_FLAGS)).toBe(expected);
  });

  test('numbers beside words count, unknown words do not', () => {
    expect(decodeFlags('O_RDWR|0x400', C.OPEN_FLAGS)).toBe(2 | C.O_APPEND);
    expect(decodeFlags('O_RDWR|O_NOVELTY', C.OPEN_FLAGS)).toBe(2);
    expect(decodeFlags('0x80 /* RWF_??? */', C.RWF_FLAGS)).toBe(0x80);
    expect(decodeFlags('0', C.FALLOCATE_FLAGS)).toBe(0);
  });

  test('modes are octal', () => {
    expect(decodeFlags('0100644', C.FILE_TYPES) & C.S_IFMT).toBe(C.S_IFREG);
    expect(decodeFlags('S_IFREG|0644', C.FILE_TYPES) & C.S_IFMT).toBe(C.S_IFREG);
  });

  test('a word by its number', () => {
    expect(decodeWord('MADV_DONTNEED', C.ADVICE)).toBe('MADV_DONTNEED');
    expect(decodeWord('0x4', C.ADVICE)).toBe('MADV_DONTNEED');
    expect(decodeWord('0x4 /* MADV_DONTNEED */', C.ADVICE)).toBe('MADV_DONTNEED');
    expect(decodeWord('0x99', C.ADVICE)).toBe('0x99');
  });
});

test('a field of a struct', () => {
  expect(structField('{st_mode=S_IFREG|0644, st_size=41059, ...}', 'st_size')).toBe('41059');
  expect(structField('{st_mode=S_IFREG|0644, ...}', 'st_size')).toBeUndefined();
  expect(structField('0x7ffd', 'st_size')).toBeUndefined();
});

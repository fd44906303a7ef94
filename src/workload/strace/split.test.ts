import { describe, expect, test } from 'vitest';
import { skipNote, splitList, splitStruct } from './split.ts';

function parts(list: string): string[] {
  return splitList(list, 0).parts;
}

describe('splitList', () => {
  test('splits at commas and ends at the closing parenthesis', () => {
    expect(splitList('f(1, 2, 3) = 0', 2)).toEqual({ parts: ['1', '2', '3'], end: 9 });
    expect(splitList('f() = 0', 2)).toEqual({ parts: [], end: 2 });
    expect(splitList('f(1, 2', 2)).toEqual({ parts: ['1', '2'], end: -1 });
  });

  test.each([
    [
      'strings with commas, parentheses and quotes',
      '3, "a, \\"b) = 0, c", 4',
      ['3', '"a, \\"b) = 0, c"', '4'],
    ],
    ['strings that end in a backslash', '"a\\\\", 1', ['"a\\\\"', '1']],
    ['angle brackets in quoted paths', '"we ird>na<me, x", 1', ['"we ird>na<me, x"', '1']],
    ['notes with commas and brackets', '3</a, (b] c>, 1', ['3</a, (b] c>', '1']],
    ['notes that end in a minus', '3</etc/passwd->, 1', ['3</etc/passwd->', '1']],
    ['notes of sockets', '3<TCP:[1.2.3.4:5->6.7.8.9:10]>, 1', ['3<TCP:[1.2.3.4:5->6.7.8.9:10]>', '1']],
    ['nested notes of devices', '3</dev/null<char 1:3>>, 1', ['3</dev/null<char 1:3>>', '1']],
    ['the marker behind a note', '3</a>(deleted), 1', ['3</a>(deleted)', '1']],
    ['AT_FDCWD with a note', 'AT_FDCWD</a, b>, "c"', ['AT_FDCWD</a, b>', '"c"']],
    ['notes behind comments', '-100 /* AT_FDCWD, */</a, b>, 1', ['-100 /* AT_FDCWD, */</a, b>', '1']],
    ['comments', '0x3 /* PROT_READ|PROT_WRITE, ( */, 2', ['0x3 /* PROT_READ|PROT_WRITE, ( */', '2']],
    ['structs', '{a=1, b={c=2, d=[3, 4]}}, 5', ['{a=1, b={c=2, d=[3, 4]}}', '5']],
    ['in-out arguments', '[1 => 2], {a=1} => {b=2, c=3}, 3', ['[1 => 2]', '{a=1} => {b=2, c=3}', '3']],
    ['shifts', '1<<3, 2', ['1<<3', '2']],
    [
      'structs with descriptors',
      '{src_fd=4</p, q>, src_offset=0}, 1',
      ['{src_fd=4</p, q>, src_offset=0}', '1'],
    ],
  ])('%s', (_name, list, expected) => {
    expect(parts(list)).toEqual(expected);
  });

  test('keeps empty places of arguments that are not printed yet', () => {
    expect(parts('3, ')).toEqual(['3', '']);
  });
});

describe('splitStruct', () => {
  test('gives the fields of the first struct', () => {
    expect(splitStruct('{flags=A|B, stack={x=1}} => {parent_tid=[9]}')).toEqual(['flags=A|B', 'stack={x=1}']);
  });

  test('gives nothing for an address', () => {
    expect(splitStruct('0x7ffd')).toBeUndefined();
  });
});

describe('skipNote', () => {
  test('stops at the end of the text if the note never ends', () => {
    expect(skipNote('</a', 0)).toBe(3);
  });

  test('skips escaped characters', () => {
    expect(skipNote('</a\\>b>c', 0)).toBe(7);
  });
});

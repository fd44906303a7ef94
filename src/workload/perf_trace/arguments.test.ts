import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeDescriptor, decodeString } from '../strace/decode.ts';
import { byPosition, scanArguments } from './arguments.ts';

function args(call: string, text: string): string[] {
  const { values, end } = scanArguments(text, 0);
  expect(end).toBeGreaterThanOrEqual(0);
  return byPosition(call, values);
}

describe('arguments', () => {
  test('come out by position, with the zeros and prefixes that perf leaves out', () => {
    expect(args('mmap', 'len: 8192, prot: READ|WRITE, flags: SHARED|0x80000, fd: 7) = 0x7f')).toEqual([
      '0',
      '8192',
      'PROT_READ|PROT_WRITE',
      'MAP_SHARED|0x80000',
      '7',
      '0',
    ]);
    expect(args('openat', 'dfd: CWD, filename: 0x5af610b1, flags: O_RDWR|CREAT) = 4')).toEqual([
      'AT_FDCWD',
      '0x5af610b1',
      'O_RDWR|O_CREAT',
      '0',
    ]);
    expect(args('clone', 'clone_flags: VM|THREAD|0x11) = 5')[0]).toBe('flags=CLONE_VM|CLONE_THREAD|0x11');
    expect(args('exit_group', ') = ?')).toEqual(['0']);
    expect(args('brk', 'brk: 0x1) = 0x2')).toEqual([]);
  });

  test('the name of a descriptor is not believed where it is closed', () => {
    expect(args('close', 'fd: 8</mnt/data/a>) = 0')).toEqual(['8']);
    expect(args('fsync', 'fd: 8</mnt/data/a>) = 0')).toEqual(['8</mnt/data/a>']);
    expect(args('fsync', 'fd: 8</mnt/data/a (deleted)>) = 0')).toEqual(['8</mnt/data/a>(deleted)']);
  });

  test('structs and lists are one value each', () => {
    const { values } = scanArguments('a: { .x: 1, .y: [2, 3] }, b: (4, 5)) = 0', 0);
    expect([...values]).toEqual([
      ['a', '{ .x: 1, .y: [2, 3] }'],
      ['b', '(4, 5)'],
    ]);
  });

  test.each(['fd 4) = 0', 'fd: 4', 'fd: 4</a, b', 'fd: "x', 'fd: {) = 0'])(
    'a list that does not end as one: %s',
    (text) => {
      expect(scanArguments(text, 0).end).toBe(-1);
    },
  );

  test('paths are taken as they are, whatever they hold', () => {
    const path = fc.string({
      unit: fc.constantFrom('/', 'a', '"', '\\', '<', '>', ',', ':', '(', ')', ' ', '=', '[', ']', 'é'),
      maxLength: 12,
    });
    fc.assert(
      fc.property(path, (name) => {
        // What could only be the end of the list cannot be told from it.
        fc.pre(!/["<>](?:, [a-z_]\w*: |\) *=)/.test(name));
        const note = args('fsync', `fd: 4</${name}>) = 0`)[0] ?? '';
        expect(decodeDescriptor(note).path).toBe(`/${name}`);
        const given = args('unlink', `pathname: "${name}") = 0`)[0] ?? '';
        expect(decodeString(given)).toBe(name);
      }),
    );
  });
});

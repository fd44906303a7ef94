import { describe, expect, test } from 'vitest';
import { scanPerfLine } from './scanner.ts';

describe('lines', () => {
  test('a call', () => {
    expect(
      scanPerfLine(
        '2650605.303 ( 0.022 ms): fio/25674 ftruncate(fd: 7</mnt/data/ext4/fio-mmap-punch/data>, length: 16777216) = 0',
      ),
    ).toEqual({
      kind: 'call',
      prefix: { pid: 25674, command: 'fio', time: '2650605.303' },
      name: 'ftruncate',
      args: ['7</mnt/data/ext4/fio-mmap-punch/data>', '16777216'],
      result: { value: '0', rest: '' },
      duration: '0.000022',
    });
  });

  test('a failed call, and one that returns nothing', () => {
    expect(
      scanPerfLine(
        '2229853.700 ( 0.027 ms): xfs_io/9981 openat(dfd: CWD, filename: 0x34f50944)                                = -1 ENOENT (No such file or directory)',
      ),
    ).toMatchObject({ kind: 'call', name: 'openat', result: { value: '-1', errno: 'ENOENT' } });
    expect(
      scanPerfLine(
        '2652129.381 (         ): fio/25674 exit_group()                                                          = ?',
      ),
    ).toMatchObject({ kind: 'call', name: 'exit_group', result: { value: '?' }, duration: undefined });
  });

  test('the halves of a call', () => {
    expect(
      scanPerfLine(
        '2651300.967 (         ): fio/25678 msync(start: 139950542553088, len: 16777216, flags: 4)             ...',
      ),
    ).toMatchObject({ kind: 'unfinished', name: 'msync', args: '139950542553088, 16777216, 4' });
    expect(
      scanPerfLine(
        '2651300.967 ( 7.452 ms): fio/25678  ... [continued]: msync())                                            = 0',
      ),
    ).toMatchObject({ kind: 'resumed', prefix: { pid: 25678 }, name: 'msync', rest: ') = 0' });
  });

  test('calls that began before perf looked', () => {
    expect(
      scanPerfLine(
        '         ? (         ): fio/25674  ... [continued]: execve())                                           = 0',
      ),
    ).toMatchObject({ kind: 'call', name: 'execve', args: [] });
    expect(
      scanPerfLine(
        '         ? (         ): fio/25675  ... [continued]: clone3())                                           = 0',
      ),
    ).toEqual({ kind: 'note', attached: undefined });
  });

  test('page faults, in files and at addresses', () => {
    expect(
      scanPerfLine(
        '2229855.944 ( 0.000 ms): xfs_io/9981 majfault [0xd8a7] => /mnt/data/xfs/alt/a@0x4000 (d.)',
      ),
    ).toMatchObject({ kind: 'fault', major: true, path: '/mnt/data/xfs/alt/a', at: 0x4000n });
    expect(
      scanPerfLine('2229840.834 ( 0.000 ms): sh/9965 minfault [elf_load+0x28a] => 0x557cce3f3240 (?k)'),
    ).toMatchObject({ kind: 'fault', major: false, path: undefined, at: 0x557cce3f3240n });
    expect(scanPerfLine('1.0 ( 0.0 ms): a/1 minfault [x::operator[]+0x1] => /a@b@0x10 (d.)')).toMatchObject({
      path: '/a@b',
      at: 16n,
    });
  });

  test('commands of any kind, or none', () => {
    const rest = 'fsync(fd: 3) = 0';
    expect(scanPerfLine(`1.000 ( 0.001 ms): Web Content/12 ${rest}`)).toMatchObject({
      prefix: { pid: 12, command: 'Web Content' },
    });
    expect(scanPerfLine(`1.000 ( 0.001 ms): kworker/0:1/12 ${rest}`)).toMatchObject({
      prefix: { pid: 12, command: 'kworker/0:1' },
    });
    expect(scanPerfLine(`1.000 ( 0.001 ms): 12 ${rest}`)).toMatchObject({
      prefix: { pid: 12, command: undefined },
    });
    expect(scanPerfLine(`1.000 ( 0.001 ms): ${rest}`)).toMatchObject({ prefix: { pid: undefined } });
  });

  test.each([
    ['LOST 37 events!', 'perf lost 37 events here'],
    ['hello', 'no line of perf trace'],
    ['1.000 ( 0.001 ms): a/1 what', 'neither a call nor a page fault'],
    ['1.000 ( 0.001 ms): a/1 fsync(fd: 3', 'the argument list never ends'],
    ['1.000 ( 0.001 ms): a/1 fsync(fd: 3) = x', 'no result behind the argument list'],
    ['1.000 ( 0.001 ms): a/1 minfault [x] => y', 'no address behind the fault'],
    ['? ( ): a/1 ... [continued]: fsync()) = x', 'the result is no number'],
  ])('%s', (line, why) => {
    expect(scanPerfLine(line)).toEqual({ kind: 'rejected', why });
  });
});

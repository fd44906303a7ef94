import { describe, expect, test } from 'vitest';
import { scanJoined, scanLine, scanResult } from './scanner.ts';

const CALL = 'close(3</a>) = 0';

describe('what stands before a call', () => {
  test.each([
    ['nothing', CALL, {}],
    ['a pid', `2891 ${CALL}`, { pid: 2891 }],
    [
      'a padded pid and nanoseconds',
      `2891  1795343178.223273062 ${CALL}`,
      { pid: 2891, time: '1795343178.223273062' },
    ],
    [
      'a pid with its command',
      `2891<sh> 1795343435.459779 ${CALL}`,
      { pid: 2891, command: 'sh', time: '1795343435.459779' },
    ],
    ['a command with blanks and escapes', `2891<a b\\76c> ${CALL}`, { pid: 2891, command: 'a b\\76c' }],
    ['a pid in brackets', `[pid  2891] ${CALL}`, { pid: 2891 }],
    [
      'a pid in brackets with its command',
      `[pid 2891<sh>] 10:30:34 ${CALL}`,
      { pid: 2891, command: 'sh', time: '10:30:34' },
    ],
    ['a wall clock', `23073 10:30:34.795674 ${CALL}`, { pid: 23073, time: '10:30:34.795674' }],
    ['a wall clock without a pid', `10:30:34 ${CALL}`, { time: '10:30:34' }],
    ['time since the line before', `23092      0.000780 ${CALL}`, { pid: 23092, time: '0.000780' }],
    ['both clocks', `23092 10:30:34 (+     0.000035) ${CALL}`, { pid: 23092, time: '10:30:34' }],
    ['whole seconds without a pid', `1795343435 ${CALL}`, { time: '1795343435' }],
    ['whole seconds behind a pid', `77 1795343435 ${CALL}`, { pid: 77, time: '1795343435' }],
    ['a system call number', `23120<sh> 1795343435.459779 [  59] ${CALL}`, { pid: 23120, command: 'sh' }],
    ['an instruction pointer', `23120 [00007f8c9d1b2e57] ${CALL}`, { pid: 23120 }],
  ])('%s', (_name, line, expected) => {
    expect(scanLine(line)).toMatchObject({ kind: 'call', name: 'close', args: ['3</a>'], prefix: expected });
  });
});

describe('calls', () => {
  test('arguments, result and duration are taken apart', () => {
    const line = '1 openat(AT_FDCWD</x>, "a, b) = 3", O_RDWR|O_CREAT, 0600) = 3</x/a, b) = 3> <0.000051267>';
    expect(scanLine(line)).toMatchObject({
      kind: 'call',
      name: 'openat',
      args: ['AT_FDCWD</x>', '"a, b) = 3"', 'O_RDWR|O_CREAT', '0600'],
      result: { value: '3', rest: '</x/a, b) = 3>' },
      duration: '0.000051267',
    });
  });

  test('the result may be padded away from the call', () => {
    expect(scanLine('1 close(3)            = 0 <0.000003>')).toMatchObject({
      args: ['3'],
      result: { value: '0' },
    });
  });

  test('a path behind the result is no duration', () => {
    expect(scanLine('1 dup(3</0.5>) = 4</0.5>')).toMatchObject({
      result: { rest: '</0.5>' },
      duration: undefined,
    });
  });

  test('an exit has no result and no duration', () => {
    expect(scanLine('7 exit_group(0)                     = ?')).toMatchObject({
      name: 'exit_group',
      result: { value: '?' },
      duration: undefined,
    });
  });

  test('a call that strace has no name for', () => {
    expect(scanLine('7 syscall_0x1c2(0x1, 0x2) = -1 ENOSYS (Function not implemented)')).toMatchObject({
      name: 'syscall_0x1c2',
      result: { errno: 'ENOSYS' },
    });
  });

  test('integers stay as printed, whatever their size', () => {
    expect(scanLine('7 ftruncate(3</a>, 8070450532247928832) = 0')).toMatchObject({
      args: ['3</a>', '8070450532247928832'],
    });
  });
});

describe('results', () => {
  test.each([
    ['0', { value: '0', rest: '' }],
    ['0x7fb671a26000', { value: '0x7fb671a26000', rest: '' }],
    ['3</a b>(deleted)', { value: '3', rest: '</a b>(deleted)' }],
    ['0x8002 (flags O_RDWR|O_LARGEFILE)', { value: '0x8002', rest: ' (flags O_RDWR|O_LARGEFILE)' }],
    [
      '-1 ENOENT (No such file or directory)',
      { value: '-1', errno: 'ENOENT', rest: ' ENOENT (No such file or directory)' },
    ],
    [
      '? ERESTARTNOINTR (To be restarted)',
      { value: '?', errno: 'ERESTARTNOINTR', rest: ' ERESTARTNOINTR (To be restarted)' },
    ],
    ['? <unavailable>', { value: '?', rest: ' <unavailable>' }],
    ['-1 (errno 512)', { value: '-1', errno: 'E512', rest: ' (errno 512)' }],
    [
      '-1 EFAULT (Bad address) (INJECTED)',
      { value: '-1', errno: 'EFAULT', rest: ' EFAULT (Bad address) (INJECTED)' },
    ],
  ])('%s', (text, expected) => {
    expect(scanResult(text)).toEqual(expected);
  });

  test('text is no result', () => {
    expect(scanResult('none')).toBeUndefined();
  });
});

describe('split calls', () => {
  test('a first half', () => {
    expect(scanLine('5 pread64(3</a>,  <unfinished ...>')).toMatchObject({
      kind: 'unfinished',
      name: 'pread64',
      args: '3</a>,',
    });
  });

  test('a call that strace left behind', () => {
    expect(scanLine('5 wait4(-1, <detached ...>')).toMatchObject({
      kind: 'unfinished',
      name: 'wait4',
      args: '-1,',
    });
  });

  test('a second half, and both together', () => {
    const second = scanLine('5 1.5 <... pread64 resumed>"x"..., 4096, 0) = 4096 <0.1>');
    expect(second).toMatchObject({ kind: 'resumed', name: 'pread64', rest: '"x"..., 4096, 0) = 4096 <0.1>' });
    const prefix = { pid: 5, command: undefined, time: '1.0' };
    expect(scanJoined(prefix, 'pread64', '3</a>, ', '"x"..., 4096, 0) = 4096 <0.1>')).toMatchObject({
      kind: 'call',
      prefix,
      args: ['3</a>', '"x"...', '4096', '0'],
      duration: '0.1',
    });
  });

  test('an argument split in two', () => {
    const prefix = { pid: 5, command: undefined, time: undefined };
    const joined = scanJoined(
      prefix,
      'clone',
      'child_stack=NULL, flags=SIGCHLD',
      ', child_tidptr=0x7f) = 7301',
    );
    expect(joined).toMatchObject({ args: ['child_stack=NULL', 'flags=SIGCHLD', 'child_tidptr=0x7f'] });
  });

  test('the process died inside the call', () => {
    expect(scanLine('5 read(3</a>,  <unfinished ...>) = ?')).toMatchObject({
      kind: 'call',
      result: { value: '?' },
    });
    const prefix = { pid: 5, command: undefined, time: undefined };
    expect(scanJoined(prefix, 'write', '1, "a", 1', ') = ? <unavailable>')).toMatchObject({
      kind: 'call',
      args: ['1', '"a"', '1'],
      result: { value: '?' },
    });
  });

  test('the marker in a string argument means nothing', () => {
    expect(scanLine('5 unlink("a <unfinished ...>") = 0')).toMatchObject({
      kind: 'call',
      args: ['"a <unfinished ...>"'],
    });
  });
});

describe('lines that are no calls', () => {
  test('signals', () => {
    expect(scanLine('5 1.5 --- SIGBUS {si_signo=SIGBUS, si_code=BUS_ADRERR} ---')).toMatchObject({
      kind: 'signal',
      signal: 'SIGBUS',
      prefix: { pid: 5 },
    });
    expect(scanLine('5 --- stopped by SIGSTOP ---')).toMatchObject({ kind: 'signal', signal: 'SIGSTOP' });
  });

  test('exits', () => {
    expect(scanLine('5 1.5 +++ exited with 135 +++')).toMatchObject({ how: { by: 'exit', status: 135 } });
    expect(scanLine('5 +++ killed by SIGBUS +++')).toMatchObject({ how: { by: 'signal', signal: 'SIGBUS' } });
    expect(scanLine('5 +++ killed by SIGSEGV (core dumped) +++')).toMatchObject({
      how: { signal: 'SIGSEGV' },
    });
    expect(scanLine('5 +++ superseded by execve in pid 9 +++')).toMatchObject({
      how: { by: 'execve', pid: 9 },
    });
  });

  test("strace's own messages, stack frames and empty lines", () => {
    expect(scanLine('strace: Process 23121 attached')).toEqual({ kind: 'note', attached: 23121 });
    expect(scanLine('strace: Process 23121 detached')).toEqual({ kind: 'note', attached: undefined });
    expect(scanLine(' > /usr/lib/libc.so.6(read+0x10) [0x1]')).toEqual({ kind: 'note', attached: undefined });
    expect(scanLine('')).toEqual({ kind: 'note', attached: undefined });
  });

  test.each([
    'hello world',
    '5 read(3, "a',
    '5 read(3)',
    '5 read(3) = what',
    '5 +++ vanished +++',
    '5 --- SIGBUS',
  ])('%j is rejected', (line) => {
    const scanned = scanLine(line);
    expect(scanned.kind === 'rejected' && scanned.why.length).toBeGreaterThan(0);
  });
});

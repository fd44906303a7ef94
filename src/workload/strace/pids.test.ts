import { expect, test } from 'vitest';
import { NAMELESS_PID, PidResolver } from './pids.ts';
import { scanLine } from './scanner.ts';

function resolve(lines: readonly string[]): number[] {
  const pids = new PidResolver();
  return lines.map((line) => pids.resolve(scanLine(line)));
}

test('lines say which process they belong to', () => {
  expect(resolve(['5 close(3) = 0', '[pid  6] close(3) = 0', '7<sh> close(3) = 0'])).toEqual([5, 6, 7]);
});

test('without pids there is one process', () => {
  expect(resolve(['close(3) = 0', 'close(4) = 0'])).toEqual([NAMELESS_PID, NAMELESS_PID]);
});

test('on a terminal the first process gets its name when a second one lives', () => {
  const lines = [
    'close(3) = 0',
    'clone(flags=SIGCHLD) = 9',
    'strace: Process 9 attached',
    '[pid 8] close(4) = 0',
    '[pid 9] close(4) = 0',
    '[pid 9] +++ exited with 0 +++',
    'close(5) = 0',
  ];
  const [first, fork, , parent, child, exit, last] = resolve(lines);
  expect([first, fork, parent, last]).toEqual([NAMELESS_PID, NAMELESS_PID, NAMELESS_PID, NAMELESS_PID]);
  expect([child, exit]).toEqual([9, 9]);
});

test('when the nameless process ends, lines without a pid belong to the one that lives', () => {
  const lines = [
    'clone(flags=SIGCHLD) = 9',
    '[pid 9] close(4) = 0',
    '[pid 8] +++ exited with 0 +++',
    'close(5) = 0',
  ];
  expect(resolve(lines)).toEqual([NAMELESS_PID, 9, NAMELESS_PID, 9]);
});

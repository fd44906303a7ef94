import { describe, expect, test } from 'vitest';
import { CallAssembler } from './assemble.ts';
import { BirthOrder } from './births.ts';
import type { LogEvent } from './records.ts';
import { scanLine } from './scanner.ts';

/** Events in order of birth, as short texts: `pid kind detail`. */
function order(lines: readonly string[]): string[] {
  const assembler = new CallAssembler();
  const births = new BirthOrder();
  const events: LogEvent[] = [];
  lines.forEach((text, index) => {
    const scanned = scanLine(text);
    const pid = 'prefix' in scanned ? (scanned.prefix.pid ?? 0) : 0;
    const event = assembler.push(scanned, pid, index + 1, text);
    if (event !== undefined) events.push(...births.push(event));
  });
  events.push(...births.finish());
  return events.map((event) => {
    if (event.kind === 'birth') return `${event.pid} birth ${event.child} ${event.name}`;
    if (event.kind === 'call') return `${event.pid} call ${event.call.name}`;
    return event.kind === 'rejected' ? 'rejected' : `${event.pid} ${event.kind}`;
  });
}

describe('BirthOrder', () => {
  test('a child is born when its call returns', () => {
    expect(order(['1 vfork() = 2', '2 close(3) = 0'])).toEqual([
      '1 birth 2 vfork',
      '1 call vfork',
      '2 call close',
    ]);
  });

  test('or before its own first line, whoever of several parents it belongs to', () => {
    const lines = [
      '1 clone(flags=SIGCHLD <unfinished ...>',
      '5 clone(flags=SIGCHLD <unfinished ...>',
      '6 close(3) = 0',
      '2 close(3) = 0',
      '1 <... clone resumed>) = 2',
      '2 close(4) = 0',
      '5 <... clone resumed>) = 6',
    ];
    expect(order(lines)).toEqual([
      '1 begun',
      '5 begun',
      '5 birth 6 clone',
      '6 call close',
      '1 birth 2 clone',
      '2 call close',
      '1 call clone',
      '2 call close',
      '5 call clone',
    ]);
  });

  test('a child may end before its call returns', () => {
    const lines = [
      '1 vfork( <unfinished ...>',
      '2 exit_group(0) = ?',
      '2 +++ exited with 0 +++',
      '1 <... vfork resumed>) = 2',
    ];
    expect(order(lines)).toEqual([
      '1 begun',
      '1 birth 2 vfork',
      '2 call exit_group',
      '2 exit',
      '1 call vfork',
    ]);
  });

  test('a pid may be used again', () => {
    const lines = [
      '1 vfork() = 2',
      '2 +++ exited with 0 +++',
      '1 vfork( <unfinished ...>',
      '2 close(3) = 0',
      '1 <... vfork resumed>) = 2',
    ];
    expect(order(lines)).toEqual([
      '1 birth 2 vfork',
      '1 call vfork',
      '2 exit',
      '1 begun',
      '1 birth 2 vfork',
      '2 call close',
      '1 call vfork',
    ]);
  });

  test('a restarted call makes no child', () => {
    const lines = [
      '1 clone(flags=SIGCHLD) = ? ERESTARTNOINTR (To be restarted)',
      '1 clone(flags=SIGCHLD) = 2',
    ];
    expect(order(lines)).toEqual(['1 call clone', '1 birth 2 clone', '1 call clone']);
  });

  test('a call that never returns made the only unknown child there is', () => {
    expect(order(['1 vfork( <unfinished ...>', '2 close(3) = 0'])).toEqual([
      '1 begun',
      '1 birth 2 vfork',
      '2 call close',
    ]);
  });

  test('of two calls that never return, neither is guessed to be the parent', () => {
    const lines = [
      '1 close(0) = 0',
      '5 close(0) = 0',
      '1 vfork( <unfinished ...>',
      '5 vfork( <unfinished ...>',
      '2 close(3) = 0',
    ];
    expect(order(lines)).toEqual(['1 call close', '5 call close', '1 begun', '5 begun', '2 call close']);
  });

  test('a process that was there before has no birth', () => {
    const lines = ['1 clone(flags=SIGCHLD <unfinished ...>', '7 close(3) = 0', '1 <... clone resumed>) = 2'];
    expect(order(lines)).toEqual(['1 begun', '7 call close', '1 birth 2 clone', '1 call clone']);
  });

  test('waits no longer than its memory allows', () => {
    const births = new BirthOrder();
    births.push({ kind: 'begun', pid: 1, name: 'vfork', args: [], line: 1 });
    let given = 0;
    for (let line = 2; line < 25_000; line++) {
      given += births.push({ kind: 'signal', pid: 2, signal: 'SIGCHLD', line }).length;
    }
    // All of them, and the birth.
    expect(given).toBe(24_999);
  });
});

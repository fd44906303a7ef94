import { describe, expect, test } from 'vitest';
import { CallAssembler } from './assemble.ts';
import type { LogEvent } from './records.ts';
import { scanLine } from './scanner.ts';

function assemble(lines: readonly string[]): { events: LogEvent[]; assembler: CallAssembler } {
  const assembler = new CallAssembler();
  const events = lines.flatMap((text, index) => {
    const scanned = scanLine(text);
    const pid = 'prefix' in scanned ? (scanned.prefix.pid ?? 0) : 0;
    return assembler.push(scanned, pid, index + 1, text) ?? [];
  });
  assembler.finish();
  return { events, assembler };
}

describe('CallAssembler', () => {
  test('joins halves across the lines of other threads', () => {
    const { events, assembler } = assemble([
      '1<a> 1.0 pread64(3</a>,  <unfinished ...>',
      '2 fsync(4</b>) = 0',
      '2 fsync(4</b> <unfinished ...>',
      '1<b> 1.1 <... pread64 resumed>""..., 4096, 8192) = 4096 <0.1>',
      '2 <... fsync resumed>) = 0',
    ]);
    expect(events.map((event) => event.kind)).toEqual(['begun', 'call', 'begun', 'call', 'call']);
    expect(events[3]).toMatchObject({
      pid: 1,
      line: 4,
      call: {
        name: 'pread64',
        args: ['3</a>', '""...', '4096', '8192'],
        startLine: 1,
        line: 4,
        time: '1.0',
        duration: '0.1',
        command: 'b',
      },
    });
    expect(events[4]).toMatchObject({ call: { args: ['4</b>'], startLine: 3 } });
    expect(assembler.abandoned).toEqual([]);
  });

  test('a second half without a first, or of another call, is rejected', () => {
    const { events, assembler } = assemble([
      '1 <... read resumed>"", 1) = 0',
      '1 fsync(3 <unfinished ...>',
      '1 <... read resumed>"", 1) = 0',
      '1 <... fsync resumed>) = 0',
    ]);
    expect(events.map((event) => event.kind)).toEqual(['rejected', 'begun', 'rejected', 'call']);
    expect(events[0]).toMatchObject({ line: 1, why: 'the first half of the call is missing' });
    expect(events[2]).toMatchObject({ why: 'the call under way is fsync' });
    expect(assembler.abandoned).toEqual([]);
  });

  test('counts calls that never end: killed, lost, or under way when the log ends', () => {
    const { assembler } = assemble([
      '1 fsync(3 <unfinished ...>',
      '1 +++ killed by SIGKILL +++',
      '2 fsync(4 <unfinished ...>',
      '2 close(4) = 0',
      '3 fsync(5 <unfinished ...>',
    ]);
    expect(assembler.abandoned).toEqual([
      { line: 1, text: 'fsync(3' },
      { line: 3, text: 'fsync(4' },
      { line: 5, text: 'fsync(5' },
    ]);
  });

  test('a second half that cannot be read ends the call', () => {
    const { events, assembler } = assemble(['1 read(3,  <unfinished ...>', '1 <... read resumed>"" 1 = 0']);
    expect(events[1]).toMatchObject({ kind: 'rejected', line: 2 });
    expect(assembler.abandoned).toHaveLength(1);
  });

  test('execve by another thread goes on under the pid of the leader', () => {
    const { events } = assemble([
      '9 execve("/bin/sh", [...], 0x1 <unfinished ...>',
      '5 +++ superseded by execve in pid 9 +++',
      '5 <... execve resumed>) = 0',
    ]);
    expect(events[2]).toMatchObject({
      kind: 'call',
      pid: 5,
      call: { name: 'execve', startLine: 1, line: 3 },
    });
  });
});

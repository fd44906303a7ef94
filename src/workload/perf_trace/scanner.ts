/**
 * One line of `perf trace -F all`, taken apart into what a line of strace is taken apart into.
 *
 *     2651353.132 (         ): fio/25679 fallocate(fd: 8</mnt/data/a>, mode: 3, offset: 8978432, len: 65536) ...
 *     2651353.132 ( 1.522 ms): fio/25679  ... [continued]: fallocate())                               = 0
 *     2651353.140 ( 0.000 ms): fio/25678 majfault [memmove+0x9] => /mnt/data/a@0x4000 (d.)
 *     ms since start, duration, command and thread
 *
 * Arguments come out by position and in strace's spelling (arguments.ts).
 */
import type { LinePrefix, ScannedLine } from '../strace/records.ts';
import { scanResult } from '../strace/scanner.ts';
import { byPosition, scanArguments } from './arguments.ts';

const CLOCK = / *(\d+\.\d+|\?) +\( *(?:(\d+\.\d+) ms)? *\): +/y;
/** `sh/9965 `, `9965 ` or nothing, in front of what can follow it. A command may hold any character. */
const THREAD = /(?:(.{0,16}?)\/)?(\d+) +(?=[a-z_]\w*\(|\.\.\. \[continued\]: |(?:min|maj)fault \[)/y;
const CALL = /([a-z_]\w*)\(/y;
const CONTINUED = /\.\.\. \[continued\]: ([a-z_]\w*)\(\)\) +(= .*)$/y;
const FAULT = /(min|maj)fault \[/y;
const TARGET = /^(?:(.*)@)?0x([0-9a-f]{1,16}) \(.{2}\)$/;
const LOST = /^LOST (\d+) events!/;

function match(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

function rejected(why: string): ScannedLine {
  return { kind: 'rejected', why };
}

/** Milliseconds as perf prints them, in seconds. */
function seconds(ms: string | undefined): string | undefined {
  return ms === undefined ? undefined : (Number(ms) / 1000).toFixed(6);
}

interface Head {
  readonly prefix: LinePrefix;
  readonly duration: string | undefined;
  /** perf did not see the call begin. */
  readonly beginUnseen: boolean;
  readonly at: number;
}

function scanHead(text: string): Head | undefined {
  const clock = match(CLOCK, text, 0);
  if (clock === null) return undefined;
  const thread = match(THREAD, text, clock[0].length);
  const pid = thread?.[2] === undefined ? undefined : Number(thread[2]);
  const prefix = { pid, command: thread?.[1], time: clock[1] };
  const at = clock[0].length + (thread?.[0].length ?? 0);
  return { prefix, duration: seconds(clock[2]), beginUnseen: clock[1] === '?', at };
}

function scanCall({ prefix, duration }: Head, name: string, text: string, from: number): ScannedLine {
  const { values, end } = scanArguments(text, from);
  if (end < 0) return rejected('the argument list never ends');
  const args = byPosition(name, values);
  const behind = text.slice(end + 1).trim();
  if (behind === '...') return { kind: 'unfinished', prefix, name, args: args.join(', ') };
  const result = behind.startsWith('= ') ? scanResult(behind.slice(2)) : undefined;
  if (result === undefined) return rejected('no result behind the argument list');
  return { kind: 'call', prefix, name, args, result, duration };
}

function scanContinued({ prefix, duration, beginUnseen }: Head, name: string, rest: string): ScannedLine {
  if (!beginUnseen) return { kind: 'resumed', prefix, name, rest: `) ${rest}` };
  const result = scanResult(rest.slice(2));
  if (result === undefined) return rejected('the result is no number');
  // The other return of a fork, in the child: no call of its own.
  if (/^(?:v?fork|clone3?)$/.test(name) && result.value === '0') return { kind: 'note', attached: undefined };
  return { kind: 'call', prefix, name, args: [], result, duration };
}

function scanFault({ prefix }: Head, text: string, major: boolean, at: number): ScannedLine {
  const arrow = text.indexOf('] => ', at);
  const target = arrow < 0 ? null : TARGET.exec(text.slice(arrow + 5));
  if (target?.[2] === undefined) return rejected('no address behind the fault');
  return { kind: 'fault', prefix, major, path: target[1], at: BigInt(`0x${target[2]}`) };
}

/** Takes one line apart. Never throws: a line that perf trace does not print comes back as `rejected`, with why. */
export function scanPerfLine(text: string): ScannedLine {
  if (text.trim() === '') return { kind: 'note', attached: undefined };
  const lost = LOST.exec(text)?.[1];
  if (lost !== undefined) return rejected(`perf lost ${lost} events here`);
  const head = scanHead(text);
  if (head === undefined) return rejected('no line of perf trace');
  const fault = match(FAULT, text, head.at);
  if (fault !== null) return scanFault(head, text, fault[1] === 'maj', head.at + fault[0].length);
  const continued = match(CONTINUED, text, head.at);
  if (continued?.[1] !== undefined) return scanContinued(head, continued[1], continued[2] ?? '');
  const name = match(CALL, text, head.at)?.[1];
  if (name === undefined) return rejected('neither a call nor a page fault');
  return scanCall(head, name, text, head.at + name.length + 1);
}

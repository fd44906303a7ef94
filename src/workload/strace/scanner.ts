/**
 * One line of a strace log, taken apart.
 *
 *     2891<sh> 1795343435.459779 [ 257] openat(AT_FDCWD</>, "a", O_RDWR) = 3</a> <0.000006>
 *     pid comm time              number name(arguments)                  = result duration
 *
 * Every part before the name is optional and depends on strace's flags; the call may be one half of a split
 * one. Nothing here knows what a call means.
 */
import { skipNote, splitList } from './split.ts';
import type { CallResult, ExitHow, LinePrefix, ScannedLine } from './records.ts';

const UNFINISHED = '<unfinished ...>';
const DETACHED = '<detached ...>';

/** PID_MAX_LIMIT of Linux: a larger leading number is a time stamp in whole seconds. */
const PID_MAX = 1 << 22;

const PID_IN_BRACKETS = /\[pid\s+(\d+)/y;
const NUMBER = /\d+(?![\d.:])/y;
/** `1795343434.753564`, `1795343434`, `10:30:34.795674`, `0.000035`. */
const TIME = /\d+(?::\d\d:\d\d)?(?:\.\d+)?(?= )/y;
/** Of `-r` beside another clock: `(+     0.000035)`. */
const RELATIVE = /\(\+\s*\d+\.\d+\)/y;
/** System call number of `-n`, instruction pointer of `-i`. */
const NUMBER_IN_BRACKETS = /\[\s*[0-9a-f?]+\]/y;
const NAME = /([a-z_?][\w?]*)\(/y;
const RESUMED = /<\.\.\. ([a-z_?][\w?]*) resumed>/y;
const SIGNAL = /--- (?:stopped by )?(\w+)/y;
const DURATION = /^\d+(?:\.\d+)?$/;
const VALUE = /^(\?|0x[0-9a-f]+|-?\d+)/;

function match(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

function skipSpaces(text: string, at: number): number {
  let i = at;
  while (text.charCodeAt(i) === 32 || text.charCodeAt(i) === 9) i++;
  return i;
}

interface Scanned<T> {
  readonly value: T;
  /** Index behind it. */
  readonly at: number;
}

interface PidText {
  readonly pid: number | undefined;
  readonly command: string | undefined;
}

/** Reads `[pid N<comm>]`, `N`, `N<comm>`, or nothing. */
function scanPid(text: string, start: number): Scanned<PidText> {
  const bracketed = match(PID_IN_BRACKETS, text, start);
  const plain = bracketed ?? match(NUMBER, text, start);
  const digits = bracketed?.[1] ?? plain?.[0];
  if (plain === null || digits === undefined || Number(digits) > PID_MAX) {
    return { value: { pid: undefined, command: undefined }, at: start };
  }
  let at = start + plain[0].length;
  let command: string | undefined;
  if (text[at] === '<') {
    const end = skipNote(text, at);
    command = text.slice(at + 1, end - 1);
    at = end;
  }
  if (bracketed !== null && text[at] === ']') at++;
  return { value: { pid: Number(digits), command }, at: skipSpaces(text, at) };
}

function scanPrefix(text: string): Scanned<LinePrefix> {
  const { value, at: behindPid } = scanPid(text, skipSpaces(text, 0));
  let time: string | undefined;
  let at = behindPid;
  for (;;) {
    const clock = match(TIME, text, at);
    const other = clock ?? match(RELATIVE, text, at) ?? match(NUMBER_IN_BRACKETS, text, at);
    if (other === null) return { value: { pid: value.pid, command: value.command, time }, at };
    if (clock !== null) time = clock[0];
    at = skipSpaces(text, at + other[0].length);
  }
}

function scanExit(text: string): ExitHow | undefined {
  const exited = /^\+\+\+ exited with (\d+) \+\+\+$/.exec(text);
  if (exited?.[1] !== undefined) return { by: 'exit', status: Number(exited[1]) };
  const killed = /^\+\+\+ killed by (\w+)(?: \(core dumped\))? \+\+\+$/.exec(text);
  if (killed?.[1] !== undefined) return { by: 'signal', signal: killed[1] };
  const replaced = /^\+\+\+ superseded by execve in pid (\d+)(?:<.*>)? \+\+\+$/.exec(text);
  if (replaced?.[1] !== undefined) return { by: 'execve', pid: Number(replaced[1]) };
  return undefined;
}

/** Decodes what stands behind `= `; undefined if no number does. */
export function scanResult(text: string): CallResult | undefined {
  const value = VALUE.exec(text)?.[1];
  if (value === undefined) return undefined;
  const rest = text.slice(value.length);
  if (value !== '-1' && value !== '?') return { value, rest };
  const errno = /^ (E[A-Z0-9]+)/.exec(rest)?.[1];
  if (errno !== undefined) return { value, errno, rest };
  if (value === '?') return { value, rest };
  const number = /^ \(errno (\d+)\)/.exec(rest)?.[1];
  return { value, errno: number === undefined ? 'EUNKNOWN' : `E${number}`, rest };
}

/** Where an unfinished call's own text ends, or -1; a string argument may hold the marker too. */
function unfinishedAt(text: string): number {
  if (text.includes(UNFINISHED)) return text.lastIndexOf(UNFINISHED);
  return text.endsWith(DETACHED) ? text.length - DETACHED.length : -1;
}

/** Splits the duration of `-T` off the result. */
function splitDuration(text: string): { result: string; duration: string | undefined } {
  const open = text.endsWith('>') ? text.lastIndexOf(' <') : -1;
  const digits = open < 0 ? '' : text.slice(open + 2, -1);
  if (!DURATION.test(digits)) return { result: text, duration: undefined };
  return { result: text.slice(0, open), duration: digits };
}

/** A payload that begins with `name(`: a whole call, or the first half of one. */
function scanCall(prefix: LinePrefix, name: string, payload: string, open: number): ScannedLine {
  let text = payload;
  const cut = unfinishedAt(text);
  if (cut >= 0) {
    const behind = text.slice(text.indexOf('>', cut) + 1);
    if (behind.trim() === '') {
      return { kind: 'unfinished', prefix, name, args: text.slice(open, cut).trimEnd() };
    }
    // `read(3,  <unfinished ...>) = ?`: the process died inside the call.
    if (/^\)\s*= \?/.test(behind)) text = text.slice(0, cut).trimEnd() + behind;
  }
  const { parts, end } = splitList(text, open);
  if (end < 0) return { kind: 'rejected', why: 'the argument list never ends' };
  const equals = skipSpaces(text, end + 1);
  if (!text.startsWith('= ', equals)) return { kind: 'rejected', why: 'no result behind the argument list' };
  const tail = splitDuration(text.slice(equals + 2).trimEnd());
  const result = scanResult(tail.result);
  if (result === undefined) return { kind: 'rejected', why: 'the result is no number' };
  return { kind: 'call', prefix, name, args: parts, result, duration: tail.duration };
}

/** Takes the two halves of a split call together again and scans the whole. */
export function scanJoined(prefix: LinePrefix, name: string, args: string, rest: string): ScannedLine {
  return scanCall(prefix, name, `${name}(${args}${rest}`, name.length + 1);
}

function scanNote(text: string): ScannedLine | undefined {
  if (text.startsWith('strace: ')) {
    const attached = /^strace: Process (\d+) attached/.exec(text)?.[1];
    return { kind: 'note', attached: attached === undefined ? undefined : Number(attached) };
  }
  // A frame of -k's stack traces, and the personality notes of mixed 32-bit programs.
  const silent = text.startsWith(' > ') || text.startsWith('[ Process PID=') || text.trim() === '';
  if (silent) return { kind: 'note', attached: undefined };
  return undefined;
}

/** Takes one line apart. Never throws: a line that is no strace output comes back as `rejected`, with why. */
export function scanLine(text: string): ScannedLine {
  const note = scanNote(text);
  if (note !== undefined) return note;
  const { value: prefix, at } = scanPrefix(text);
  const name = match(NAME, text, at)?.[1];
  if (name !== undefined) return scanCall(prefix, name, text, at + name.length + 1);
  const resumed = match(RESUMED, text, at);
  if (resumed?.[1] !== undefined) {
    return { kind: 'resumed', prefix, name: resumed[1], rest: text.slice(at + resumed[0].length) };
  }
  const signal = match(SIGNAL, text, at)?.[1];
  if (signal !== undefined && text.endsWith(' ---')) return { kind: 'signal', prefix, signal };
  const how = text.startsWith('+++', at) ? scanExit(text.slice(at).trimEnd()) : undefined;
  if (how !== undefined) return { kind: 'exit', prefix, how };
  return { kind: 'rejected', why: 'neither a call, a signal nor an exit' };
}

/**
 * `name: value, name: value` as `perf trace` prints arguments -> the same arguments by position, in strace's spelling.
 *
 * perf leaves out arguments that are 0, the prefixes of flag words, and all escapes: a path in `4</a, b>` is as it is on
 * disk. So a value ends where what follows can only be the next name or the end of the list.
 */
import { skipOpaque } from '../strace/split.ts';
import { parametersOf, type Parameter } from './parameters.ts';

const NAME = /([a-z_]\w*): /y;
/** What can follow a value. */
const BEHIND_VALUE = /, [a-z_]\w*: |\) {0,200}(?:= |\.\.\.$)/y;

export interface NamedArguments {
  readonly values: ReadonlyMap<string, string>;
  /** Index of the parenthesis that closes the list, or -1. */
  readonly end: number;
}

function follows(text: string, at: number): boolean {
  BEHIND_VALUE.lastIndex = at;
  return BEHIND_VALUE.test(text);
}

/** Index behind the character `close` that can end a value which begins at `at`; -1 if none can. */
function endOfRaw(text: string, at: number, close: '"' | '>'): number {
  for (let i = text.indexOf(close, at); i >= 0; i = text.indexOf(close, i + 1)) {
    if (follows(text, i + 1)) return i + 1;
  }
  return -1;
}

const DESCRIPTOR = /-?\d+</y;

/** Index behind the value that begins at `at`, or -1. */
function endOfValue(text: string, at: number): number {
  if (text[at] === '"') return endOfRaw(text, at + 1, '"');
  DESCRIPTOR.lastIndex = at;
  if (DESCRIPTOR.test(text)) return endOfRaw(text, at, '>');
  let depth = 0;
  for (let i = at; i < text.length; i++) {
    const behind = skipOpaque(text, i, text.charCodeAt(i));
    if (behind > i) {
      i = behind - 1;
      continue;
    }
    const char = text[i] as string;
    if (depth === 0 && (char === ',' || char === ')')) return i;
    if ('([{'.includes(char)) depth++;
    else if (')]}'.includes(char)) depth--;
  }
  return -1;
}

/** Reads the list that begins at `from`, behind its opening parenthesis. */
export function scanArguments(text: string, from: number): NamedArguments {
  const values = new Map<string, string>();
  let at = from;
  while (text[at] !== ')') {
    NAME.lastIndex = at;
    const name = NAME.exec(text)?.[1];
    if (name === undefined) return { values, end: -1 };
    const start = at + name.length + 2;
    const end = endOfValue(text, start);
    if (end < 0) return { values, end };
    values.set(name, text.slice(start, end));
    at = text.startsWith(', ', end) ? end + 2 : end;
    if (at === end && text[at] !== ')') return { values, end: -1 };
  }
  return { values, end: at };
}

/** Escapes what a note or a string of strace never holds as it is. */
function escaped(text: string): string {
  return text.replace(/["\\<>]/g, (char) => `\\${char.charCodeAt(0).toString(8).padStart(3, '0')}`);
}

function descriptor(value: string, call: string): string {
  if (value === 'CWD') return 'AT_FDCWD';
  const open = value.indexOf('<');
  if (open < 0) return value;
  const number = value.slice(0, open);
  // perf asks for the name when it prints: what it says of a closing descriptor is often that of its next use.
  if (call === 'close') return number;
  const path = value.slice(open + 1, -1);
  const deleted = path.endsWith(' (deleted)');
  return `${number}<${escaped(deleted ? path.slice(0, -' (deleted)'.length) : path)}>${deleted ? '(deleted)' : ''}`;
}

function words(value: string, prefix: string): string {
  const parts = value.split('|').map((word) => {
    return /^[A-Z]/.test(word) && !word.startsWith(prefix) ? prefix + word : word;
  });
  return parts.join('|');
}

function inStrace(value: string | undefined, { kind, prefix }: Parameter, call: string): string {
  if (value === undefined) return '0';
  if (kind === 'fd') return descriptor(value, call);
  if (kind === 'words') return words(value, prefix);
  if (kind === 'path' && value.startsWith('"')) return `"${escaped(value.slice(1, -1))}"`;
  return value;
}

/** The arguments by position; none for calls whose parameters are not known here. */
export function byPosition(call: string, values: ReadonlyMap<string, string>): string[] {
  const parameters = parametersOf(call) ?? [];
  const found = parameters.map((parameter) => inStrace(values.get(parameter.name), parameter, call));
  if (call === 'clone') return [`flags=${found[0] ?? '0'}`, ...found.slice(1)];
  return found;
}

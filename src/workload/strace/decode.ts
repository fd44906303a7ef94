/**
 * Typed values out of printed arguments. Each function throws Unusable for text it cannot read, so that no
 * half-understood call changes anything.
 */
import { MAX_LFS_FILESIZE } from '../offset.ts';
import { PathNotShown, Unusable } from './records.ts';
import { skipNote, skipString, splitStruct } from './split.ts';

/** An argument of a call; throws if strace printed fewer. */
export function argument(args: readonly string[], index: number): string {
  const text = args[index];
  if (text === undefined) throw new Unusable(`argument ${index + 1} is missing`);
  return text;
}

const SIMPLE_ESCAPES: Readonly<Record<string, number>> = { n: 10, t: 9, v: 11, f: 12, r: 13 };

/**
 * Undoes strace's escapes: `\n`, `\"`, octal `\303`, hexadecimal `\xc3` (`-x`). Escapes stand for bytes; the
 * result is read as UTF-8.
 */
export function unescape(text: string): string {
  if (!text.includes('\\')) return text;
  const bytes: number[] = [];
  for (let i = 0; i < text.length; i++) {
    const char = String.fromCodePoint(text.codePointAt(i) ?? 0);
    if (char !== '\\') {
      bytes.push(...Buffer.from(char, 'utf8'));
      i += char.length - 1;
      continue;
    }
    const octal = /^[0-7]{1,3}/.exec(text.slice(i + 1, i + 4))?.[0];
    const hex = /^x[0-9a-f]{2}/.exec(text.slice(i + 1, i + 4))?.[0];
    const next = text.charAt(i + 1);
    if (octal !== undefined) bytes.push(Number.parseInt(octal, 8) & 255);
    else if (hex !== undefined) bytes.push(Number.parseInt(hex.slice(1), 16));
    else bytes.push(SIMPLE_ESCAPES[next] ?? next.charCodeAt(0));
    i += octal?.length ?? hex?.length ?? 1;
  }
  return Buffer.from(bytes).toString('utf8');
}

/** A descriptor argument or result, with what `-y` says about it. */
export interface DescriptorText {
  /** -1 for none, -100 for AT_FDCWD. */
  readonly fd: number;
  /** Path, or `pipe:[1]` and the like. */
  readonly path?: string;
  /** The file had no name left. */
  readonly deleted: boolean;
}

export const AT_FDCWD = -100;
const DELETED_INSIDE = ' (deleted)';

/** Reads `3`, `3</path>`, `3</path>(deleted)`, `AT_FDCWD</cwd>`, and `-100</cwd>` with the word in a comment. */
export function decodeDescriptor(text: string): DescriptorText {
  const number = /^(-?\d+|AT_FDCWD)(?: \/\*[^*]*\*\/)?/.exec(text);
  if (number?.[1] === undefined) throw new Unusable(`no file descriptor: ${text}`);
  const fd = number[1] === 'AT_FDCWD' ? AT_FDCWD : Number(number[1]);
  return { fd, ...decodeNote(text.slice(number[0].length)) };
}

/** Reads the note behind a descriptor: `</path>(deleted)`. */
export function decodeNote(text: string): { path?: string; deleted: boolean } {
  if (!text.startsWith('<')) return { deleted: false };
  const end = skipNote(text, 0);
  const inside = text.slice(1, end - 1);
  // With -yy a device's numbers follow its path: `/dev/null<char 1:3>`.
  const device = inside.startsWith('/') ? inside.indexOf('<') : -1;
  const path = unescape(device < 0 ? inside : inside.slice(0, device));
  if (text.startsWith('(deleted)', end)) return { path, deleted: true };
  // Older versions leave the kernel's own marker inside the brackets.
  const marked = path.endsWith(DELETED_INSIDE);
  return { path: marked ? path.slice(0, -DELETED_INSIDE.length) : path, deleted: marked };
}

/** A quoted string argument, unescaped. Throws if strace printed only its address. */
export function decodeString(text: string): string {
  if (text.startsWith('0x')) throw new PathNotShown(`only the address of a string: ${text}`);
  if (!text.startsWith('"')) throw new Unusable(`no string: ${text}`);
  return unescape(text.slice(1, skipString(text, 0) - 1));
}

/** Takes comments out. One that never ends takes the rest with it: no expression, which would look for each end. */
function withoutComments(text: string): string {
  let open = text.indexOf('/*');
  if (open < 0) return text;
  let bare = '';
  let at = 0;
  for (; open >= 0; open = text.indexOf('/*', at)) {
    bare += text.slice(at, open);
    const close = text.indexOf('*/', open + 2);
    at = close < 0 ? text.length : close + 2;
  }
  return (bare + text.slice(at)).trim();
}

/** No kernel prints more than 64 bits; converting a million digits would take long. */
const INTEGER = /^-?(?:0x[0-9a-f]{1,64}|\d{1,64})$/;

/** A decimal or hexadecimal integer, or NULL; exact at any size. */
export function decodeInteger(text: string): bigint {
  const bare = withoutComments(text);
  if (bare === 'NULL') return 0n;
  if (!INTEGER.test(bare)) throw new Unusable(`no number: ${text}`);
  return bare.startsWith('-') ? -BigInt(bare.slice(1)) : BigInt(bare);
}

/** User space ends at 2^57, with five levels of page tables. */
const ADDRESS_END = 1n << 57n;

/** An address in user space, or a length in bytes of memory. */
export function decodeAddress(text: string): bigint {
  const value = decodeInteger(text);
  if (value < 0n || value > ADDRESS_END) throw new Unusable(`outside user space: ${text}`);
  return value;
}

/** Checks a position in a file. */
export function checkOffset(value: bigint): bigint {
  if (value < 0n) throw new Unusable(`negative file offset: ${value}`);
  if (value > MAX_LFS_FILESIZE) throw new Unusable(`file offset above 2^63 - 1: ${value}`);
  return value;
}

/** A position in a file, or a length of it, in bytes: 0 to 2^63 - 1. */
export function decodeOffset(text: string): bigint {
  return checkOffset(decodeInteger(text));
}

/** Flags as one number: words of the table, or numbers; words that the table does not hold count as 0. */
export function decodeFlags(text: string, table: Readonly<Record<string, number>>): number {
  let flags = 0;
  for (const word of withoutComments(text).split('|')) {
    const value = table[word] ?? (/^(?:0x[0-9a-f]{1,64}|\d{1,64})$/.test(word) ? numericFlag(word) : 0);
    flags = flags | value;
  }
  return flags;
}

/** Flag words print as hexadecimal, or as octal with a leading 0; bits above 2^31 have no meaning here. */
function numericFlag(word: string): number {
  const value = /^0[0-7]+$/.test(word) ? BigInt(`0o${word.slice(1)}`) : BigInt(word);
  return Number(value & 0x7fffffffn);
}

/** The word for an argument that is printed as a word, or as a number of a table. */
export function decodeWord(text: string, byNumber: Readonly<Record<number, string>>): string {
  const bare = withoutComments(text);
  return /^\d+$|^0x/.test(bare) ? (byNumber[Number(bare)] ?? bare) : bare;
}

/** The text of one field of a printed struct, or undefined if the struct or the field is not there. */
export function structField(text: string, name: string): string | undefined {
  const field = splitStruct(text)?.find((part) => part.startsWith(`${name}=`));
  return field?.slice(name.length + 1);
}

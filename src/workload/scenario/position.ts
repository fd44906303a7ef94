/**
 * Positions as a scenario file writes them: whole bytes, or a text with units such as `16p` (pages of 4 KiB),
 * `4K`, `2M`, `1G`, `1T`, and sums of those such as `2p+512`.
 */
import { MAX_LFS_FILESIZE, PAGE_SIZE, offsetFromBytes, type Offset } from '../offset.ts';

/** A value, or what is wrong with the text that should have given one. */
export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problem: string; readonly hint: string };

/** The text form; the JSON Schema publishes it too. */
export const POSITION_PATTERN = String.raw`^[0-9]+[pKMGT]?(\+[0-9]+[pKMGT]?)*$`;
/** Two positions with `..` between them. */
export const RANGE_PATTERN = String.raw`^[0-9]+[pKMGT]?(\+[0-9]+[pKMGT]?)*\.\.[0-9]+[pKMGT]?(\+[0-9]+[pKMGT]?)*$`;

/** The end of a process's addresses in pages: TASK_SIZE of x86-64 with four levels, 2^47 less a page. */
export const ADDRESS_END_PAGES = 2 ** 35 - 1;

const UNIT_BYTES: ReadonlyMap<string, bigint> = new Map([
  ['', 1n],
  ['p', BigInt(PAGE_SIZE)],
  ['K', 1n << 10n],
  ['M', 1n << 20n],
  ['G', 1n << 30n],
  ['T', 1n << 40n],
]);

const FORM = "write whole bytes, or a text such as '16p' (pages of 4 KiB), '4K', '2M', '1G', '2p+512'";

function refuse(problem: string, hint: string): Parsed<never> {
  return { ok: false, problem, hint };
}

/** The value as the user wrote it, for a message. */
export function shown(raw: unknown): string {
  if (typeof raw === 'string') return `'${raw}'`;
  if (raw === null) return 'empty';
  if (Array.isArray(raw)) return 'a list';
  return typeof raw === 'object' ? 'a mapping' : `${raw as bigint | number | boolean}`;
}

function bytesOf(raw: unknown): bigint | undefined {
  if (typeof raw === 'bigint') return raw;
  if (typeof raw !== 'string' || !new RegExp(POSITION_PATTERN).test(raw)) return undefined;
  let sum = 0n;
  for (const term of raw.split('+')) {
    const digits = /^[0-9]+/.exec(term)?.[0] ?? '';
    sum += BigInt(digits) * (UNIT_BYTES.get(term.slice(digits.length)) ?? 0n);
  }
  return sum;
}

/** A byte position or count from 0 to 2^63-1. */
export function parsePosition(raw: unknown): Parsed<Offset> {
  const bytes = bytesOf(raw);
  if (bytes === undefined) return refuse(`${shown(raw)} is not a position`, FORM);
  if (bytes < 0n) return refuse(`${shown(raw)} is below 0`, FORM);
  if (bytes > MAX_LFS_FILESIZE) {
    return refuse(`${shown(raw)} is above 2^63-1`, 'Linux accepts no larger file (MAX_LFS_FILESIZE)');
  }
  return { ok: true, value: offsetFromBytes(bytes) };
}

/** A position that is a whole number of pages, in pages. */
export function parsePages(raw: unknown): Parsed<number> {
  const position = parsePosition(raw);
  if (!position.ok) return position;
  if (position.value.byte === 0) return { ok: true, value: position.value.page };
  const meant = typeof raw === 'bigint' && raw < BigInt(PAGE_SIZE) ? `; page ${raw} is '${raw}p'` : '';
  return refuse(`${shown(raw)} is not a whole number of pages`, `a page is ${PAGE_SIZE} bytes${meant}`);
}

/** A virtual address or a length of address space, in pages. */
export function parseAddress(raw: unknown): Parsed<number> {
  const pages = parsePages(raw);
  if (!pages.ok || pages.value <= ADDRESS_END_PAGES) return pages;
  return refuse(`${shown(raw)} is above the end of user addresses`, 'addresses end at 2^47 - 4096');
}

/** `FROM..TO`, whole pages, `TO` exclusive and above `FROM`. */
export function parsePageRange(raw: unknown): Parsed<{ from: number; to: number }> {
  const form = "write FROM..TO in whole pages, TO exclusive, for example '0..16p'";
  if (typeof raw !== 'string' || !new RegExp(RANGE_PATTERN).test(raw)) {
    return refuse(`${shown(raw)} is not a range of pages`, form);
  }
  const [fromText, toText] = raw.split('..');
  const from = parsePages(fromText);
  const to = parsePages(toText);
  if (!from.ok) return from;
  if (!to.ok) return to;
  if (from.value >= to.value) return refuse(`the range '${raw}' is empty`, form);
  return { ok: true, value: { from: from.value, to: to.value } };
}

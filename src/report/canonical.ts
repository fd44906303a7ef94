/**
 * Canonical JSON and the citation id.
 *
 * The same result must give the same bytes on every machine and every supported Node release, so the canonical
 * form has sorted keys, no spaces, and no number whose text could differ: safe integers only.
 */
import { createHash } from 'node:crypto';
import type { ComparisonResult } from '../compare/result.ts';

/** A value that canonical JSON has no form for. `path` names it, as in `drivers.gup.retries`. */
export class CanonicalError extends Error {
  override readonly name = 'CanonicalError';
  readonly path: string;

  constructor(path: string, problem: string) {
    super(`${path === '' ? 'the value' : path}: ${problem}`);
    this.path = path;
  }
}

/**
 * Canonical JSON text: keys in order of their UTF-16 code units, no white space, strings as JSON.stringify
 * writes them. Throws {@link CanonicalError} for anything but safe integers, strings, booleans, null, arrays
 * and plain objects of these.
 */
export function canonicalJson(value: unknown): string {
  return write(value, '', new Set());
}

/** Prefix of every citation id; the digit is the version of the rules in this file. */
export const CITATION_PREFIX = 'gvh1-';

/** Fields that the citation id does not cover: itself, and the command, which names the user's own paths. */
const UNDIGESTED = new Set(['id', 'reproduce']);

/**
 * The id that a result is cited by: `gvh1-` and the first 12 hex digits of the sha256 of its canonical JSON
 * without `id` and `reproduce`. Throws {@link CanonicalError} as {@link canonicalJson} does.
 */
export function citationId(result: Omit<ComparisonResult, 'id' | 'reproduce'>): string {
  const digested = Object.fromEntries(Object.entries(result).filter(([key]) => !UNDIGESTED.has(key)));
  return CITATION_PREFIX + createHash('sha256').update(canonicalJson(digested)).digest('hex').slice(0, 12);
}

function write(value: unknown, path: string, above: Set<object>): string {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return JSON.stringify(value);
    case 'number':
      if (!Number.isSafeInteger(value)) throw new CanonicalError(path, `${value} is not a safe integer`);
      return JSON.stringify(value);
    case 'object':
      return value === null ? 'null' : writeObject(value, path, above);
    default:
      throw new CanonicalError(path, `${typeof value} has no canonical form`);
  }
}

function writeObject(value: object, path: string, above: Set<object>): string {
  if (above.has(value)) throw new CanonicalError(path, 'contains itself');
  above.add(value);
  const text = Array.isArray(value)
    ? `[${Array.from(value, (item: unknown, index) => write(item, `${path}[${index}]`, above)).join(',')}]`
    : `{${writeMembers(value, path, above).join(',')}}`;
  above.delete(value);
  return text;
}

function writeMembers(value: object, path: string, above: Set<object>): string[] {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) {
    throw new CanonicalError(path, 'is not a plain object');
  }
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return members.map(([key, member]: [string, unknown]) => {
    const memberPath = path === '' ? key : `${path}.${key}`;
    return `${JSON.stringify(key)}:${write(member, memberPath, above)}`;
  });
}

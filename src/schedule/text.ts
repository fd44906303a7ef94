/**
 * The one way in which free text stands in a token: letters, digits and `_` as they are, every other byte of its UTF-8
 * as `-` and two hex digits. Nothing of it needs quoting in a shell or a URL.
 */
const PLAIN = /^[A-Za-z0-9_]$/;

export function escapeText(text: string): string {
  return Array.from(text, (character) => (PLAIN.test(character) ? character : escapeBytes(character))).join(
    '',
  );
}

function escapeBytes(character: string): string {
  const bytes = [...new TextEncoder().encode(character)];
  return bytes.map((byte) => `-${byte.toString(16).padStart(2, '0')}`).join('');
}

/** Undefined when the text cannot have come from {@link escapeText}. */
export function unescapeText(token: string): string | undefined {
  if (!/^(?:[A-Za-z0-9_]|-[0-9a-f]{2})*$/.test(token)) return undefined;
  const bytes = token.replace(
    /-([0-9a-f]{2})|(.)/g,
    (_, hex: string | undefined, plain: string) => hex ?? plain.charCodeAt(0).toString(16),
  );
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(
      Uint8Array.from(bytes.match(/../g) ?? [], (byte) => parseInt(byte, 16)),
    );
  } catch {
    return undefined;
  }
}

/** A token that cannot be read: what is wrong and at which character of it, from 1. */
export class TokenError extends Error {
  override readonly name = 'TokenError';
  readonly at: number;

  constructor(problem: string, at: number) {
    super(`character ${at}: ${problem}`);
    this.at = at;
  }
}

/** Reads a token piece by piece, so that an error can say where it is. */
export class TokenReader {
  private readonly text: string;
  private position: number;
  private readonly end: number;

  /** Reads `text` from `start` to `end`, both counted from 0. */
  constructor(text: string, start = 0, end = text.length) {
    this.text = text;
    this.position = start;
    this.end = end;
  }

  get done(): boolean {
    return this.position > this.end;
  }

  /** What is left begins so. */
  startsWith(text: string): boolean {
    return this.text.startsWith(text, this.position);
  }

  fail(problem: string): never {
    throw new TokenError(problem, Math.min(this.position, this.end) + 1);
  }

  /** The text up to the next separator or the end, which is passed over. */
  word(separator: string, what: string): string {
    if (this.done) this.fail(`${what} is missing`);
    const found = this.text.indexOf(separator, this.position);
    const stop = found < 0 || found > this.end ? this.end : found;
    const word = this.text.slice(this.position, stop);
    this.position = stop + 1;
    return word;
  }

  /** A reader of the text up to the next separator or the end. */
  part(separator: string, what: string): TokenReader {
    const start = this.position;
    const word = this.word(separator, what);
    return new TokenReader(this.text, start, start + word.length);
  }

  /** An integer of at most 15 digits. */
  integer(separator: string, what: string): number {
    const start = this.position;
    const word = this.word(separator, what);
    if (!/^_?\d{1,15}$/.test(word))
      throw new TokenError(`${what} must be a number, not '${word}'`, start + 1);
    return word.startsWith('_') ? -Number(word.slice(1)) : Number(word);
  }

  /** Text as {@link escapeText} wrote it. */
  escaped(separator: string, what: string): string {
    const start = this.position;
    const word = this.word(separator, what);
    const text = unescapeText(word);
    if (text === undefined) throw new TokenError(`${what} must be escaped text, not '${word}'`, start + 1);
    return text;
  }

  /** Passes over a word that must stand there. */
  literal(separator: string, expected: string): void {
    const start = this.position;
    const word = this.word(separator, expected);
    if (word !== expected) throw new TokenError(`'${expected}' is missing, there is '${word}'`, start + 1);
  }

  /** Ends the reading: nothing may be left. */
  finish(): void {
    if (!this.done) this.fail(`'${this.text.slice(this.position, this.end)}' is too much`);
  }
}

/** An integer as {@link TokenReader.integer} reads it: `_1` is minus one. */
export function integerText(value: number): string {
  return value < 0 ? `_${-value}` : String(value);
}

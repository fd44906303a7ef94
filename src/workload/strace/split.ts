/**
 * Splitting strace's argument lists at their top-level commas.
 *
 * Arguments hold strings with any character, `{structs}`, `[lists => lists]`, comments, and descriptor notes
 * `3</path>`, so only a scanner that knows all of them finds the commas and the closing parenthesis.
 */

const QUOTE = 34;
const OPEN_PAREN = 40;
const CLOSE_PAREN = 41;
const STAR = 42;
const COMMA = 44;
const MINUS = 45;
const SLASH = 47;
const LESS = 60;
const EQUALS = 61;
const GREATER = 62;
const OPEN_BRACKET = 91;
const BACKSLASH = 92;
const CLOSE_BRACKET = 93;
const OPEN_BRACE = 123;
const CLOSE_BRACE = 125;

/** Index behind the string that opens at `at`; the text's length if it never closes. */
export function skipString(text: string, at: number): number {
  for (let i = at + 1; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === BACKSLASH) i++;
    else if (code === QUOTE) return i + 1;
  }
  return text.length;
}

/**
 * Index behind the descriptor note that opens at `at` with `<`; the text's length if it never closes.
 * `<` and `>` in file names are escaped, so a `>` ends the note, but for `3</dev/null<char 1:3>>` and for the
 * arrows of sockets, `<TCP:[a->b]>`.
 */
export function skipNote(text: string, at: number): number {
  const arrows = text.charCodeAt(at + 1) !== SLASH;
  let depth = 1;
  for (let i = at + 1; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === BACKSLASH) i++;
    else if (code === LESS) depth++;
    else if (code === GREATER && !(arrows && text.charCodeAt(i - 1) === MINUS)) {
      depth--;
      if (depth === 0) return i + 1;
    }
  }
  return text.length;
}

function skipComment(text: string, at: number): number {
  const end = text.indexOf('*/', at + 2);
  return end < 0 ? text.length : end + 2;
}

/** A `<` opens a note behind a descriptor: a number, AT_FDCWD, or a comment that names the number. */
function opensNote(text: string, at: number): boolean {
  const next = text.charCodeAt(at + 1);
  if (next === LESS || next === EQUALS || at === 0) return false;
  const before = text.charCodeAt(at - 1);
  const digit = before >= 48 && before <= 57;
  return (
    digit || text.startsWith('AT_FDCWD', at - 8) || (before === SLASH && text.charCodeAt(at - 2) === STAR)
  );
}

/** Index behind whatever opaque thing (string, comment, note) begins at `at`, or `at` itself if none does. */
export function skipOpaque(text: string, at: number, code: number): number {
  if (code === QUOTE) return skipString(text, at);
  if (code === SLASH && text.charCodeAt(at + 1) === STAR) return skipComment(text, at);
  if (code === LESS && opensNote(text, at)) return skipNote(text, at);
  return at;
}

export interface SplitResult {
  /** The parts between top-level commas, trimmed; none for an empty list. */
  readonly parts: string[];
  /** Index of the bracket that closes the list, or -1 if the text ended first. */
  readonly end: number;
}

/** 1 for the characters at which {@link splitList} has to look: quotes, brackets, commas, comments, notes. */
const SPECIAL = new Uint8Array(128);
for (const char of '"()[]{},/<') SPECIAL[char.charCodeAt(0)] = 1;

/** Splits `text` from index `from` at top-level commas, up to the bracket that closes the list. */
export function splitList(text: string, from: number, close: ')' | '}' | ']' = ')'): SplitResult {
  const closeCode = close.charCodeAt(0);
  const parts: string[] = [];
  let depth = 0;
  let start = from;
  let i = from;
  for (; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (SPECIAL[code] !== 1) continue;
    const behind = skipOpaque(text, i, code);
    if (behind > i) {
      i = behind - 1;
    } else if (code === OPEN_PAREN || code === OPEN_BRACKET || code === OPEN_BRACE) {
      depth++;
    } else if (code === CLOSE_PAREN || code === CLOSE_BRACKET || code === CLOSE_BRACE) {
      if (depth === 0 && code === closeCode) break;
      depth = Math.max(0, depth - 1);
    } else if (code === COMMA && depth === 0) {
      parts.push(text.slice(start, i).trim());
      start = i + 1;
    }
  }
  const last = text.slice(start, i).trim();
  if (last !== '' || parts.length > 0) parts.push(last);
  return { parts, end: i < text.length ? i : -1 };
}

/**
 * The fields of a printed struct, `{a=1, b={c=2}}`; of `{...} => {...}` those of the first, which the caller
 * passed in. Undefined if the text is no struct (an address, say).
 */
export function splitStruct(text: string): string[] | undefined {
  return text.startsWith('{') ? splitList(text, 1, '}').parts : undefined;
}

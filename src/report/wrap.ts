/** Breaking text into lines of a given width, counted in code points. */

/** Where a word that is too long may be broken: after a separator of identifiers and paths. */
const SEPARATORS = /(?<=[_/,.:=-])/;

/** Spaces at which a line may end: not the one between a number and its unit of time. */
const BREAKS = / +(?!(?:ns|us|ms|s)(?:\W|$))/;

/** Number of code points. */
export function widthOf(text: string): number {
  return Array.from(text).length;
}

/** Words longer than this are no names but paths, tokens and the like, which may be broken. */
const NAME_MAX = 24;

/** Width at which no name of the text is broken; of a longer word its parts count. */
export function longestName(text: string): number {
  return Math.max(
    0,
    ...text.split(BREAKS).map((word) => (widthOf(word) > NAME_MAX ? longestPart(word) : widthOf(word))),
  );
}

/** Width at which words are broken at no other place than after `_`, `/` and the like. */
export function longestPart(text: string): number {
  return Math.max(0, ...text.split(BREAKS).flatMap((word) => word.split(SEPARATORS).map(widthOf)));
}

/**
 * Lines no longer than `width` (at least 1), broken at spaces; a longer word is broken after `_`, `/` and the
 * like, and in the end anywhere. Never returns an empty list.
 */
export function wrapText(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(BREAKS).filter((part) => part !== '')) {
    if (line !== '' && widthOf(line) + 1 + widthOf(word) <= width) {
      line += ` ${word}`;
      continue;
    }
    if (line !== '') lines.push(line);
    const pieces = breakWord(word, width);
    lines.push(...pieces.slice(0, -1));
    line = pieces[pieces.length - 1] ?? '';
  }
  return line === '' && lines.length > 0 ? lines : [...lines, line];
}

function breakWord(word: string, width: number): string[] {
  if (widthOf(word) <= width) return [word];
  const pieces: string[] = [];
  let piece = '';
  for (const part of word.split(SEPARATORS).flatMap((segment) => chop(segment, width))) {
    if (piece !== '' && widthOf(piece) + widthOf(part) > width) {
      pieces.push(piece);
      piece = '';
    }
    piece += part;
  }
  return [...pieces, piece];
}

function chop(text: string, width: number): string[] {
  const points = Array.from(text);
  const parts: string[] = [];
  for (let at = 0; at < points.length; at += width) parts.push(points.slice(at, at + width).join(''));
  return parts;
}

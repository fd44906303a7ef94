/**
 * Names come from other people's files: a control character in one must not reach a terminal, nor a bidirectional
 * override turn a report's words around.
 */
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** The text with control characters as `\x1b` or `\u202e`; line feeds too. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, (character) => {
    const code = character.charCodeAt(0);
    return code < 0x100
      ? `\\x${code.toString(16).padStart(2, '0')}`
      : `\\u${code.toString(16).padStart(4, '0')}`;
  });
}

/** Lines of a cell: a line feed that the document put there starts a new one. */
export function printableLines(text: string): string[] {
  return text.split('\n').map(printable);
}

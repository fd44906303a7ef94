/**
 * The lines of a log that could not be used: all their numbers, and the text of the first ones.
 */

/** A line that could not be used. */
export interface RejectedLine {
  readonly line: number;
  readonly why: string;
  /** How the line begins; only of the first ones of a log. */
  readonly text?: string;
}

/** Lines whose text is kept: who reads more of them than these reads the log. */
const TEXTS_MAX = 1000;

/** Characters of a line that are kept. */
const TEXT_LENGTH_MAX = 200;

export class RejectedLines {
  readonly #lines: RejectedLine[] = [];

  add(line: number, text: string, why: string): void {
    this.#lines.push(this.#lines.length < TEXTS_MAX ? { line, why, text: beginning(text) } : { line, why });
  }

  /** In the order of their numbers. */
  all(): readonly RejectedLine[] {
    return this.#lines.sort((a, b) => a.line - b.line);
  }
}

/** A copy: a piece of a long string would keep all of it. */
function beginning(text: string): string {
  return text.length <= TEXT_LENGTH_MAX ? text : Buffer.from(text.slice(0, TEXT_LENGTH_MAX)).toString();
}

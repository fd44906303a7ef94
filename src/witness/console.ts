/**
 * The guest's results as they come over the serial line: numbered lines with a checksum. What is not such a
 * line is noise; what is missing or damaged is found here, so that nothing is assembled from half a report.
 */

export interface ConsoleLines {
  /** Texts of the good lines, in order. */
  readonly lines: readonly string[];
  /** What is wrong, in words; empty when every line arrived whole. */
  readonly damage: readonly string[];
}

const LINE = /^@((\d+) (.*)) ([0-9a-f]{4})$/;

/** CRC-16/CCITT with the initial value 0xffff, as the probe program computes it. */
export function crc16(text: string): number {
  let crc = 0xffff;
  for (const byte of Buffer.from(text, 'latin1')) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1) & 0xffff;
  }
  return crc;
}

/** Collects pieces of output into lines, checking numbers and checksums. */
export class ConsoleReader {
  readonly #lines: string[] = [];
  readonly #damage: string[] = [];
  readonly #onLine: (line: string) => void;
  #rest = '';
  #next = 0;

  /** `onLine` is called with the text of each good line as it comes. */
  constructor(onLine: (line: string) => void = () => undefined) {
    this.#onLine = onLine;
  }

  /** Takes output as it comes, cut anywhere. */
  push(text: string): void {
    const pieces = (this.#rest + text).split('\n');
    this.#rest = pieces.pop() ?? '';
    for (const piece of pieces) this.#take(piece.replace(/\r$/, ''));
  }

  /** Everything so far. A last line without its end is damage. */
  result(): ConsoleLines {
    const cut = this.#rest === '' ? [] : [`the output ends inside a line: ${this.#rest.slice(0, 60)}`];
    return { lines: [...this.#lines], damage: [...this.#damage, ...cut] };
  }

  #take(raw: string): void {
    if (raw === '') return;
    const match = LINE.exec(raw);
    const [, signed, number, text, checksum] = match ?? [];
    if (signed === undefined || text === undefined || crc16(signed) !== Number.parseInt(checksum ?? '', 16)) {
      this.#damage.push(`not a whole line: ${raw.slice(0, 60)}`);
      return;
    }
    const at = Number(number);
    if (at !== this.#next) this.#damage.push(`line ${this.#next} was expected, line ${at} came`);
    this.#next = at + 1;
    this.#lines.push(text);
    this.#onLine(text);
  }
}

/**
 * One object for equal offsets, where that is easy: a log has hundreds of thousands, and most of them again and again.
 */
import { offsetFromBytes } from '../offset.ts';
import type { Offset } from '../offset.ts';

/** Offsets remembered: the last one of each place, which its page number chooses. */
const PLACES = 4096;

export class SharedOffsets {
  readonly #bytes: bigint[] = new Array<bigint>(PLACES).fill(-1n);
  readonly #offsets: Offset[] = [];

  /** As {@link offsetFromBytes}. */
  of(bytes: bigint): Offset {
    const place = Number(bytes >> 12n) % PLACES;
    if (this.#bytes[place] !== bytes) {
      this.#offsets[place] = offsetFromBytes(bytes);
      this.#bytes[place] = bytes;
    }
    return this.#offsets[place] as Offset;
  }
}

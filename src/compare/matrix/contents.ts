/**
 * What a page holds, in the words of the published cells: `f3` page 3 as the file was made, `d4` what the device wrote for
 * page 4, `w4` what the operation wrote for page 4, `0` zeros; `d11:1000,0:3096` the first 1000 bytes one thing, the rest
 * another.
 *
 * The model's contents are numbers that tell whether two pages hold the same bytes, not which (kernel/fs/mix_content.ts). So what
 * an operation can have made of the known contents is worked out, and looked up.
 */
import { mix_content } from '../../kernel/fs/mix_content.ts';

const PAGE_BYTES = 4096;

interface Piece {
  readonly name: string;
  readonly bytes: number;
}

/** Bytes of a page that an operation zeroes. */
export interface ZeroedBytes {
  readonly from: number;
  readonly to: number;
}

/** How often the same bytes of a page may be zeroed. */
const ZEROINGS_MAX = 2;

export class Contents {
  private readonly known = new Map<number, readonly Piece[]>([[0, [{ name: '0', bytes: PAGE_BYTES }]]]);

  /** `value` is what a writer leaves in whole pages. */
  learn(value: number, name: string): void {
    this.known.set(value, [{ name, bytes: PAGE_BYTES }]);
  }

  /** Every content learnt so far may lose these bytes as well. */
  learnZeroed(edges: readonly ZeroedBytes[]): void {
    for (let times = 0; times < ZEROINGS_MAX; times++) {
      for (const [value, pieces] of [...this.known]) {
        for (const edge of edges) {
          const zeroed = mix_content(value, 0, edge.from, edge.to);
          if (!this.known.has(zeroed)) this.known.set(zeroed, withZeros(pieces, edge));
        }
      }
    }
  }

  /** The first `bytes` bytes of a page. Throws for a content that nobody can have written. */
  describe(value: number, bytes = PAGE_BYTES): string {
    const pieces = this.known.get(value);
    if (pieces === undefined)
      throw new Error(`a page holds ${value}, which nothing in the cell can have written`);
    return inWords(between(pieces, 0, bytes));
  }
}

function withZeros(pieces: readonly Piece[], { from, to }: ZeroedBytes): Piece[] {
  const zeros = { name: '0', bytes: to - from };
  return merged([...between(pieces, 0, from), zeros, ...between(pieces, to, PAGE_BYTES)]);
}

/** What lies in bytes [from, to) of the page. */
function between(pieces: readonly Piece[], from: number, to: number): Piece[] {
  let start = 0;
  return pieces.flatMap(({ name, bytes }) => {
    const [first, last] = [Math.max(start, from), Math.min(start + bytes, to)];
    start += bytes;
    return last > first ? [{ name, bytes: last - first }] : [];
  });
}

function merged(pieces: readonly Piece[]): Piece[] {
  const found: Piece[] = [];
  for (const piece of pieces) {
    const before = found.at(-1);
    if (before?.name === piece.name)
      found[found.length - 1] = { ...before, bytes: before.bytes + piece.bytes };
    else found.push(piece);
  }
  return found;
}

function inWords(pieces: readonly Piece[]): string {
  return pieces.map(({ name, bytes }) => (bytes < PAGE_BYTES ? `${name}:${bytes}` : name)).join(',');
}

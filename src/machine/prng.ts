/**
 * The project's one source of pseudo-random numbers: xoroshiro128+ from pure-rand, seeded by an integer.
 *
 * The sequence is part of the determinism contract: the same seed gives the same numbers on every machine and release.
 */
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

const RANGE = 2 ** 32;

export class Prng {
  private readonly generator: { next(): number };

  /** `seed`: any 32-bit integer; further bits are ignored. */
  constructor(seed: number) {
    this.generator = xoroshiro128plus(seed | 0);
  }

  /** The next 32 bits as an integer from 0. */
  next(): number {
    return this.generator.next() >>> 0;
  }

  /** An integer from 0 to `limit` - 1, each equally likely. Throws RangeError unless 1 <= limit <= 2^32. */
  below(limit: number): number {
    if (!Number.isInteger(limit) || limit < 1 || limit > RANGE)
      throw new RangeError(`no number below ${limit}`);
    // Numbers above the last whole multiple of `limit` would favour the small ones: they are drawn again.
    const fair = RANGE - (RANGE % limit);
    for (;;) {
      const drawn = this.next();
      if (drawn < fair) return drawn % limit;
    }
  }
}

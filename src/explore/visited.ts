/**
 * The states a search has been in, by 64-bit fingerprint: open addressing in typed arrays, no object per state.
 *
 * Two different states with one fingerprint are taken for the same, and what only the second leads to is not seen. The
 * chance that any two of n states collide is printed with every result.
 */

/** Slots are doubled when more than this share of them is taken. */
const LOAD_MAX = 0.6;

export class VisitedSet {
  /** Per slot: the two halves of the fingerprint, and the number of the state + 1; 0 is an empty slot. */
  private high: Int32Array;
  private low: Int32Array;
  private number: Int32Array;
  private count = 0;

  /** Makes room for about `expected` states; it grows as it must. */
  constructor(expected = 1 << 12) {
    let slots = 1 << 12;
    while (slots * LOAD_MAX < expected) slots *= 2;
    this.high = new Int32Array(slots);
    this.low = new Int32Array(slots);
    this.number = new Int32Array(slots);
  }

  /** How many states there are; the next new one gets this number. */
  get size(): number {
    return this.count;
  }

  get bytes(): number {
    return this.high.byteLength * 3;
  }

  /** The number of the state with this fingerprint, which it is given now if it has none: 0, 1, 2 and so on. */
  add(high: number, low: number): number {
    const slot = this.slotOf(high, low);
    const known = this.number[slot] as number;
    if (known > 0) return known - 1;
    this.high[slot] = high;
    this.low[slot] = low;
    this.number[slot] = ++this.count;
    if (this.count > this.number.length * LOAD_MAX) this.grow();
    return this.count - 1;
  }

  /** The fingerprints in the order of the numbers of their states: high and low halves alternate. */
  fingerprints(): Int32Array {
    const found = new Int32Array(2 * this.count);
    this.number.forEach((number, slot) => {
      if (number === 0) return;
      found[2 * number - 2] = this.high[slot] as number;
      found[2 * number - 1] = this.low[slot] as number;
    });
    return found;
  }

  /** The set of these fingerprints, numbered in their order. */
  static of(fingerprints: Int32Array): VisitedSet {
    const set = new VisitedSet(fingerprints.length / 2);
    for (let at = 0; at < fingerprints.length; at += 2)
      set.add(fingerprints[at] as number, fingerprints[at + 1] as number);
    return set;
  }

  private slotOf(high: number, low: number): number {
    const mask = this.number.length - 1;
    // Both halves are well mixed already: one of them is the place, which a step of 1 then moves on.
    let slot = (high ^ (low << 7)) & mask;
    while (this.number[slot] !== 0 && (this.high[slot] !== high || this.low[slot] !== low))
      slot = (slot + 1) & mask;
    return slot;
  }

  private grow(): void {
    const { high, low, number } = this;
    const slots = number.length * 2;
    this.high = new Int32Array(slots);
    this.low = new Int32Array(slots);
    this.number = new Int32Array(slots);
    for (let old = 0; old < number.length; old++) {
      if (number[old] === 0) continue;
      const slot = this.slotOf(high[old] as number, low[old] as number);
      this.high[slot] = high[old] as number;
      this.low[slot] = low[old] as number;
      this.number[slot] = number[old] as number;
    }
  }
}

/** At most this likely is it that any two of `states` states have one fingerprint of 64 bits (birthday bound). */
export function collisionProbability(states: number): number {
  return Math.min(1, (states * (states - 1)) / 2 / 2 ** 64);
}

/**
 * The states a search has been in, by 64-bit fingerprint: open addressing in typed arrays, no object per state.
 *
 * Two different states with one fingerprint are taken for the same, and what only the second leads to is not seen. The
 * chance that any two of n states collide is printed with every result.
 */

/** Slots are doubled when more than this share of them is taken. */
const LOAD_MAX = 0.6;

/** Integers of a slot: the two halves of the fingerprint, and the number of the state + 1, which is 0 in an empty slot. */
const SLOT = 3;

export class VisitedSet {
  /** What belongs to one slot lies side by side: one look costs one line of the cache. */
  private slots: Int32Array;
  private mask: number;
  private count = 0;

  /** Makes room for about `expected` states; it grows as it must. */
  constructor(expected = 1 << 12) {
    let slots = 1 << 12;
    while (slots * LOAD_MAX < expected) slots *= 2;
    this.slots = new Int32Array(SLOT * slots);
    this.mask = slots - 1;
  }

  /** How many states there are; the next new one gets this number. */
  get size(): number {
    return this.count;
  }

  get bytes(): number {
    return this.slots.byteLength;
  }

  /** The number of the state with this fingerprint, which it is given now if it has none: 0, 1, 2 and so on. */
  add(high: number, low: number): number {
    const at = this.find(high, low);
    const known = this.slots[at + 2] as number;
    if (known > 0) return known - 1;
    this.put(at, high, low, ++this.count);
    if (this.count > (this.mask + 1) * LOAD_MAX) this.grow();
    return this.count - 1;
  }

  /** The fingerprints in the order of the numbers of their states: high and low halves alternate. */
  fingerprints(): Int32Array {
    const found = new Int32Array(2 * this.count);
    for (let at = 0; at < this.slots.length; at += SLOT) {
      const number = this.slots[at + 2] as number;
      if (number === 0) continue;
      found[2 * number - 2] = this.slots[at] as number;
      found[2 * number - 1] = this.slots[at + 1] as number;
    }
    return found;
  }

  /** The set of these fingerprints, numbered in their order. */
  static of(fingerprints: Int32Array): VisitedSet {
    const set = new VisitedSet(fingerprints.length / 2);
    for (let at = 0; at < fingerprints.length; at += 2)
      set.add(fingerprints[at] as number, fingerprints[at + 1] as number);
    return set;
  }

  /** Where the fingerprint stands, or the empty slot where it would. */
  private find(high: number, low: number): number {
    const { slots, mask } = this;
    // Both halves are well mixed already: together they are the place, from which it goes on slot by slot.
    let slot = (high ^ (low << 7)) & mask;
    for (;;) {
      const at = SLOT * slot;
      if (slots[at + 2] === 0 || (slots[at] === high && slots[at + 1] === low)) return at;
      slot = (slot + 1) & mask;
    }
  }

  private put(at: number, high: number, low: number, number: number): void {
    this.slots[at] = high;
    this.slots[at + 1] = low;
    this.slots[at + 2] = number;
  }

  private grow(): void {
    const old = this.slots;
    this.slots = new Int32Array(old.length * 2);
    this.mask = 2 * this.mask + 1;
    for (let at = 0; at < old.length; at += SLOT) {
      const [high, low, number] = [old[at] as number, old[at + 1] as number, old[at + 2] as number];
      if (number > 0) this.put(this.find(high, low), high, low, number);
    }
  }
}

/** At most this likely is it that any two of `states` states have one fingerprint of 64 bits (birthday bound). */
export function collisionProbability(states: number): number {
  return Math.min(1, (states * (states - 1)) / 2 / 2 ** 64);
}

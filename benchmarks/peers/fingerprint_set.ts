/** A set of 64-bit fingerprints, each as two 32-bit numbers: open addressing in one typed array, linear probing. */
export class FingerprintSet {
  private lanes = new Int32Array(2 * 1024);
  private count = 0;
  /** An empty slot holds zeros, so that the fingerprint of zeros is kept apart. */
  private hasZero = false;

  get size(): number {
    return this.count + (this.hasZero ? 1 : 0);
  }

  /** True when it was not there yet. */
  add(high: number, low: number): boolean {
    const a = high | 0;
    const b = low | 0;
    if (a === 0 && b === 0) {
      const isNew = !this.hasZero;
      this.hasZero = true;
      return isNew;
    }
    // At most half full, so that a search is short.
    if (this.count * 4 >= this.lanes.length) this.grow();
    const slot = this.slotOf(a, b);
    if (this.lanes[slot] !== 0 || this.lanes[slot + 1] !== 0) return false;
    this.lanes[slot] = a;
    this.lanes[slot + 1] = b;
    this.count++;
    return true;
  }

  /** Where the fingerprint is, or the empty slot where it would go. */
  private slotOf(a: number, b: number): number {
    const { lanes } = this;
    const mask = lanes.length - 2;
    let slot = (a << 1) & mask;
    while ((lanes[slot] !== 0 || lanes[slot + 1] !== 0) && (lanes[slot] !== a || lanes[slot + 1] !== b)) {
      slot = (slot + 2) & mask;
    }
    return slot;
  }

  private grow(): void {
    const old = this.lanes;
    this.lanes = new Int32Array(old.length * 2);
    for (let from = 0; from < old.length; from += 2) {
      const a = old[from] as number;
      const b = old[from + 1] as number;
      if (a === 0 && b === 0) continue;
      const slot = this.slotOf(a, b);
      this.lanes[slot] = a;
      this.lanes[slot + 1] = b;
    }
  }
}

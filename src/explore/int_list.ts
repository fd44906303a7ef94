/**
 * Lists of 32-bit integers and of bytes that grow, in typed arrays.
 */

export class IntList {
  private values: Int32Array;
  private used: number;

  constructor(values: Int32Array = new Int32Array(0)) {
    this.values = values;
    this.used = values.length;
  }

  get length(): number {
    return this.used;
  }

  get bytes(): number {
    return this.values.byteLength;
  }

  at(index: number): number {
    return this.values[index] as number;
  }

  set(index: number, value: number): void {
    this.values[index] = value;
  }

  push(value: number): void {
    if (this.used === this.values.length) {
      const larger = new Int32Array(Math.max(1024, this.values.length * 2));
      larger.set(this.values);
      this.values = larger;
    }
    this.values[this.used++] = value;
  }

  /** Takes the last one away and gives it. */
  pop(): number {
    return this.values[--this.used] as number;
  }

  /** What is in the list; a view, valid until the next push. */
  view(): Int32Array {
    return this.values.subarray(0, this.used);
  }
}

export class ByteList {
  private values: Uint8Array;
  private used: number;

  constructor(values: Uint8Array = new Uint8Array(0)) {
    this.values = values;
    this.used = values.length;
  }

  get length(): number {
    return this.used;
  }

  get bytes(): number {
    return this.values.byteLength;
  }

  push(value: number): void {
    if (this.used === this.values.length) {
      const larger = new Uint8Array(Math.max(1024, this.values.length * 2));
      larger.set(this.values);
      this.values = larger;
    }
    this.values[this.used++] = value;
  }

  view(): Uint8Array {
    return this.values.subarray(0, this.used);
  }
}

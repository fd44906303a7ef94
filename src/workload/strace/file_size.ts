/**
 * What a log tells about a file's size: at the start, and now.
 *
 * A log does not say what was on disk before it. The first stat or lseek(SEEK_END) does, if the log changed
 * nothing by then; failing that, what was read is a lower bound. All sizes are exact bytes.
 */

/** How a file object came to be seen. `perhaps`: open(O_CREAT) of a path that the log had not mentioned. */
export type Created = 'yes' | 'no' | 'perhaps';

export class FileSize {
  /** i_size before the log's first operation on the file. */
  initial = 0n;
  /** i_size now, as far as the log tells. */
  current = 0n;
  /** False while `current` is only a lower bound. */
  known: boolean;
  /** The file was there before the log. */
  existed: boolean;
  /** Nothing that comes later can tell more about `initial`. */
  #settled: boolean;

  constructor(created: Created) {
    this.existed = created === 'no';
    this.known = created !== 'no';
    this.#settled = created === 'yes';
  }

  /** The kernel said the file has `size` bytes. */
  saw(size: bigint): void {
    if (!this.#settled && size > this.current) {
      this.initial = size;
      this.existed = true;
    }
    this.#settled = true;
    this.known = true;
    this.current = size;
  }

  /** Data up to `end` was read, so the file is that long at least. */
  wasRead(end: bigint): void {
    if (end <= this.current) return;
    if (!this.#settled) {
      this.initial = end;
      this.existed = true;
    }
    this.current = end;
  }

  /** Written, or extended by fallocate, up to `end`. */
  reached(end: bigint): void {
    if (end > this.current) this.current = end;
  }

  /** Truncated, or opened with O_TRUNC. */
  set(size: bigint): void {
    this.#settled = true;
    this.known = true;
    this.current = size;
  }

  /** A range was collapsed (negative) or inserted. */
  shift(delta: bigint): void {
    this.#settled = true;
    const shifted = this.current + delta;
    this.current = shifted > 0n ? shifted : 0n;
  }
}

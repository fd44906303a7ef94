/**
 * Byte positions that stay exact up to 2^63.
 *
 * Offsets above 2^53 occur in real logs, so a position is never one JavaScript number: it is a count of
 * whole 4 KiB pages (at most 2^51, exact in a double) and the bytes beyond them.
 */

/** Bytes in a page: the model's only page size (PAGE_SIZE of x86-64). */
export const PAGE_SIZE = 4096;

/** A byte position or a byte count: `page * 4096 + byte`, with `0 <= byte < 4096`. */
export interface Offset {
  readonly page: number;
  readonly byte: number;
}

/** The largest file size Linux accepts on a 64-bit machine: MAX_LFS_FILESIZE, 2^63 - 1. */
export const MAX_LFS_FILESIZE = (1n << 63n) - 1n;

export const ZERO: Offset = { page: 0, byte: 0 };

/** From bytes. Throws RangeError below 0 and above 2^63 - 1: callers at a boundary check first. */
export function offsetFromBytes(bytes: bigint | number): Offset {
  const exact = BigInt(bytes);
  if (exact < 0n || exact > MAX_LFS_FILESIZE) {
    throw new RangeError(`offset ${exact} is outside 0..2^63-1`);
  }
  return { page: Number(exact >> 12n), byte: Number(exact & 4095n) };
}

export function offsetToBytes(offset: Offset): bigint {
  return (BigInt(offset.page) << 12n) + BigInt(offset.byte);
}

export function pageOffset(page: number): Offset {
  return { page, byte: 0 };
}

/** Negative, zero or positive, as for Array.prototype.sort. */
export function compareOffsets(a: Offset, b: Offset): number {
  return a.page - b.page || a.byte - b.byte;
}

/** The first page boundary at or above the offset, in pages. */
export function pageCeil(offset: Offset): number {
  return offset.byte === 0 ? offset.page : offset.page + 1;
}

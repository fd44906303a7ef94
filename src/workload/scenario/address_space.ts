/** Which addresses of a process are mapped: disjoint page ranges in order. */

export interface PageRange {
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
}

/** Ranges are disjoint and ascending; neighbours may touch. */
export type AddressSpace = readonly PageRange[];

export function overlaps(space: AddressSpace, range: PageRange): boolean {
  return space.some((mapped) => mapped.from < range.to && range.from < mapped.to);
}

/** True when every page of the range is mapped. */
export function covers(space: AddressSpace, range: PageRange): boolean {
  let next = range.from;
  for (const mapped of space) {
    if (mapped.from > next) break;
    if (mapped.to > next) next = mapped.to;
  }
  return next >= range.to;
}

export function without(space: AddressSpace, range: PageRange): AddressSpace {
  return space.flatMap((mapped) => {
    const before = { from: mapped.from, to: Math.min(mapped.to, range.from) };
    const after = { from: Math.max(mapped.from, range.to), to: mapped.to };
    return [before, after].filter(({ from, to }) => from < to);
  });
}

/** The space with a range that it does not overlap. */
export function withRange(space: AddressSpace, range: PageRange): AddressSpace {
  return [...space, range].sort((a, b) => a.from - b.from);
}

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { covers, overlaps, withRange, without, type AddressSpace, type PageRange } from './address_space.ts';

const range = fc
  .tuple(fc.nat(15), fc.integer({ min: 1, max: 6 }))
  .map(([from, length]) => ({ from, to: from + length }));

function pagesOf({ from, to }: PageRange): number[] {
  return Array.from({ length: to - from }, (_, index) => from + index);
}

test('mapping and unmapping agree with a set of pages', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.boolean(), range), { maxLength: 12 }), range, (steps, asked) => {
      let space: AddressSpace = [];
      const pages = new Set<number>();
      for (const [map, step] of steps) {
        space = map ? withRange(without(space, step), step) : without(space, step);
        for (const page of pagesOf(step)) {
          if (map) pages.add(page);
          else pages.delete(page);
        }
      }
      expect(space.flatMap(pagesOf)).toEqual([...pages].sort((a, b) => a - b));
      expect(overlaps(space, asked)).toBe(pagesOf(asked).some((page) => pages.has(page)));
      expect(covers(space, asked)).toBe(pagesOf(asked).every((page) => pages.has(page)));
    }),
  );
});

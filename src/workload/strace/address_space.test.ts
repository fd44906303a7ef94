import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AddressSpace, endPage } from './address_space.ts';
import type { Mapping } from './address_space.ts';
import { FileObject } from './file_object.ts';

const FILE = new FileObject('/mnt/data/a', true, 'yes');

function mapping(mm: AddressSpace, from: number, to: number, line = 1, file = FILE): Mapping {
  return {
    mm,
    from,
    to,
    file,
    path: file.path,
    pgoff: from,
    shared: true,
    writable: true,
    dontFork: false,
    line,
  };
}

function ranges(mappings: readonly Mapping[]): [number, number][] {
  return mappings.map(({ from, to }) => [from, to]);
}

describe('AddressSpace', () => {
  test('removes the middle of a mapping and keeps what its ends show', () => {
    const mm = new AddressSpace(0, new Map());
    mm.add(mapping(mm, 10, 20));
    const taken = mm.remove(13, 15, 99);
    expect(ranges(taken)).toEqual([[13, 15]]);
    const left = mm.within(0, 100);
    expect(ranges(left)).toEqual([
      [10, 13],
      [15, 20],
    ]);
    expect(left.map((part) => [part.pgoff, endPage(part)])).toEqual([
      [10, 13],
      [15, 20],
    ]);
  });

  test('spares what is younger than the call', () => {
    const mm = new AddressSpace(0, new Map());
    mm.add(mapping(mm, 10, 20, 5));
    expect(mm.remove(0, 100, 5)).toEqual([]);
    expect(ranges(mm.remove(0, 100, 6))).toEqual([[10, 20]]);
  });

  test('counts live mappings by file and by path, in all address spaces', () => {
    const paths = new Map<string, number>();
    const file = new FileObject('/mnt/data/b', true, 'yes');
    const parent = new AddressSpace(0, paths);
    const child = new AddressSpace(1, paths);
    parent.add(mapping(parent, 10, 20, 1, file));
    parent.copyTo(child);
    expect([file.mappings.size, paths.get(file.path)]).toEqual([2, 2]);
    expect(child.within(0, 100)[0]).toMatchObject({ mm: child, file });
    parent.remove(12, 14, 9);
    expect([file.mappings.size, paths.get(file.path)]).toEqual([3, 3]);
    parent.removeAll();
    child.removeAll();
    expect([file.mappings.size, paths.get(file.path)]).toEqual([0, 0]);
    expect(parent.dataFiles()).toEqual([]);
  });

  test('refused mappings never lie on top of each other', () => {
    const mm = new AddressSpace(0, new Map());
    const first = mm.addressForFailed(7);
    expect(mm.addressForFailed(1)).toBe(first + 7);
  });

  test('agrees with a map from page to file page, whatever is mapped and unmapped', () => {
    const step = fc.record({ add: fc.boolean(), from: fc.nat(60), pages: fc.integer({ min: 1, max: 30 }) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const mm = new AddressSpace(0, new Map());
        const pages = new Map<number, number>();
        for (const { add, from, pages: count } of steps) {
          mm.remove(from, from + count, Number.POSITIVE_INFINITY);
          if (add) mm.add({ ...mapping(mm, from, from + count), pgoff: 1000 });
          for (let i = 0; i < count; i++) {
            if (add) pages.set(from + i, 1000 + i);
            else pages.delete(from + i);
          }
        }
        const shown = new Map<number, number>();
        for (const part of mm.within(0, 1000)) {
          for (let page = part.from; page < part.to; page++) shown.set(page, part.pgoff + page - part.from);
        }
        expect([...shown].sort(([a], [b]) => a - b)).toEqual([...pages].sort(([a], [b]) => a - b));
      }),
    );
  });
});

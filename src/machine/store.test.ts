import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DenseStore } from './dense_store.ts';
import { RunsStore } from './runs_store.ts';
import { CapacityError, changeRuns, copyRow, type PageMap, type Store, visitRuns } from './store.ts';

const PAGES = 24;

function pageMap(store: Store, step: number): PageMap {
  const map = store.pageMap({ name: 'map', rows: 2, pages: PAGES, step });
  store.seal();
  return map;
}

const write = fc.record({
  row: fc.nat(1),
  from: fc.nat(PAGES - 1),
  length: fc.integer({ min: 1, max: PAGES }),
  value: fc.nat(40),
});

/** Everything a caller can ask of a map. */
function answers(map: PageMap): unknown {
  return [0, 1].map((row) =>
    Array.from({ length: PAGES }, (_, page) => [
      map.get(row, page),
      map.runEnd(row, page, PAGES),
      map.nextNonZero(row, page, PAGES),
    ]),
  );
}

describe('page maps', () => {
  test.each([0, 1, 8])('dense and runs answer alike, step %i', (step) => {
    fc.assert(
      fc.property(fc.array(write, { maxLength: 30 }), (writes) => {
        const dense = pageMap(new DenseStore({ fingerprints: true }), step);
        const runs = pageMap(new RunsStore(), step);
        for (const { row, from, length, value } of writes) {
          const to = Math.min(PAGES, from + length);
          dense.setRange(row, from, to, value);
          runs.setRange(row, from, to, value);
          expect(answers(dense)).toEqual(answers(runs));
        }
      }),
    );
  });

  test('a value of at least step advances from page to page', () => {
    const map = pageMap(new RunsStore(), 8);
    map.setRange(0, 2, 6, 17);
    expect([2, 3, 4, 5].map((page) => map.get(0, page))).toEqual([17, 25, 33, 41]);
    expect(map.runEnd(0, 2, 100)).toBe(6);
    map.setRange(0, 6, 8, 49);
    expect(map.runEnd(0, 2, 100)).toBe(8);
  });

  test('the runs store holds page numbers up to 2^51', () => {
    const map = pageMap(new RunsStore(), 0);
    map.setRange(0, 2 ** 51 - 2, 2 ** 51, 1);
    expect(map.nextNonZero(0, 0, 2 ** 51)).toBe(2 ** 51 - 2);
  });

  test('visitRuns, changeRuns and copyRow see each run once', () => {
    const map = pageMap(new RunsStore(), 0);
    map.setRange(0, 1, 4, 5);
    map.setRange(0, 8, 9, 6);
    const seen: number[][] = [];
    visitRuns(map, 0, 2, 20, (...run) => seen.push(run));
    expect(seen).toEqual([
      [2, 4, 5],
      [8, 9, 6],
    ]);
    changeRuns(map, 0, 0, 10, (value) => value + 1);
    expect([0, 1, 8, 9].map((page) => map.get(0, page))).toEqual([1, 6, 7, 1]);
    copyRow(map, 0, map, 1, 10);
    expect(map.get(1, 8)).toBe(7);
  });
});

describe('the dense store', () => {
  test('exceeding a capacity is an error, clearing beyond it is not', () => {
    const store = new DenseStore({ fingerprints: false });
    const table = store.table({ name: 'table', width: 2, rows: 2 });
    const map = pageMap(store, 0);
    expect(() => {
      table.set(2, 0, 1);
    }).toThrow(CapacityError);
    expect(() => {
      map.setRange(0, PAGES - 1, PAGES + 1, 1);
    }).toThrow(CapacityError);
    expect(() => {
      table.set(0, 0, 2 ** 31);
    }).toThrow(CapacityError);
    map.setRange(0, 0, 2 ** 40, 0);
    expect(table.get(5, 0)).toBe(0);
  });

  test('undo and snapshots bring state and fingerprint back; equal states have equal fingerprints', () => {
    fc.assert(
      fc.property(fc.array(write, { maxLength: 20 }), fc.array(write, { maxLength: 20 }), (before, after) => {
        const store = new DenseStore({ fingerprints: true });
        const map = pageMap(store, 0);
        const apply = (writes: typeof before): void => {
          for (const { row, from, length, value } of writes)
            map.setRange(row, from, Math.min(PAGES, from + length), value);
        };
        apply(before);
        const state = answers(map);
        const fingerprint = store.fingerprint();
        const snapshot = store.snapshot();
        const mark = store.mark();
        apply(after);
        store.undo(mark);
        expect(answers(map)).toEqual(state);
        expect(store.fingerprint()).toEqual(fingerprint);
        apply(after);
        store.restore(snapshot);
        expect(answers(map)).toEqual(state);
        expect(store.fingerprint()).toEqual(fingerprint);
        // The same state reached in another way.
        map.setRange(0, 0, PAGES, 0);
        map.setRange(1, 0, PAGES, 0);
        expect(store.fingerprint()).toEqual([0, 0]);
      }),
    );
  });
});

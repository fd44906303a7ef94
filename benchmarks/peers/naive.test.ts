import { describe, expect, test } from 'vitest';
import { FingerprintSet } from './fingerprint_set.ts';
import { begin, createProtocol } from './labelled_steps.ts';
import { searchPlainObjects } from './naive.ts';
import { searchLabelledSteps } from './search.ts';

describe('the same protocol twice', () => {
  const naive = searchPlainObjects();

  test('labelled steps and plain objects reach the same number of states in the same number of steps', () => {
    const k = createProtocol({ fingerprints: true, unusedCells: 0 });
    expect(searchLabelledSteps(k, 'undo')).toEqual(naive);
    expect(naive.states).toBeGreaterThan(10_000);
  });

  test('snapshots find what undo finds, whatever else is in the state', () => {
    const k = createProtocol({ fingerprints: true, unusedCells: 100 });
    expect(searchLabelledSteps(k, 'snapshot')).toEqual(naive);
  });

  test('no block is freed while a pin or the device uses it', () => {
    expect(naive.damaged).toBe(0);
  });

  test('a search leaves the state as it was', () => {
    const k = createProtocol({ fingerprints: true, unusedCells: 0 });
    const before = k.store.fingerprint();
    searchLabelledSteps(k, 'undo');
    expect(k.store.fingerprint()).toEqual(before);
    begin(k);
    expect(k.store.fingerprint()).toEqual(before);
  });
});

describe('set of fingerprints', () => {
  test('holds each once, zeros too, however many there are', () => {
    const set = new FingerprintSet();
    const pairs = Array.from({ length: 5000 }, (_, index): [number, number] => [
      index % 70,
      Math.floor(index / 70),
    ]);
    expect(pairs.filter(([high, low]) => set.add(high, low))).toHaveLength(5000);
    expect(pairs.filter(([high, low]) => set.add(high, low))).toHaveLength(0);
    expect(set.size).toBe(5000);
  });

  test('takes the same bits for the same number, signed or not', () => {
    const set = new FingerprintSet();
    expect(set.add(-1, -2)).toBe(true);
    expect(set.add(0xffffffff, 0xfffffffe)).toBe(false);
  });
});

/**
 * The counts of the search against those of a search that shares nothing with it but the model: breadth first, each state a copy,
 * known by all of its numbers. A collision of fingerprints, an undo that forgets something or a state outside the store would tell.
 */
import { describe, expect, test } from 'vitest';
import { modelOf } from './fixtures/scopes.ts';
import { Graph } from './graph.ts';
import type { Scope } from './scope.ts';
import { Search } from './search.ts';
import type { SessionModel } from './session_model.ts';
import { VisitedSet } from './visited.ts';

function tasksIn(bits: number): number[] {
  return Array.from({ length: 31 }, (_, task) => task).filter((task) => ((bits >> task) & 1) === 1);
}

/** All numbers of the state. The snapshot is opaque to everybody else. */
function numbersOf(model: SessionModel): string {
  const { vector } = model.store.snapshot() as unknown as { vector: Int32Array };
  return Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength).toString('latin1');
}

function searchNaively(model: SessionModel): { states: number; transitions: number } {
  const { store } = model;
  const seen = new Set([numbersOf(model)]);
  let transitions = 0;
  let level = [store.snapshot()];
  while (level.length > 0) {
    const next: typeof level = [];
    for (const snapshot of level) {
      store.restore(snapshot);
      for (const task of tasksIn(model.enabled())) {
        store.restore(snapshot);
        model.step(task);
        transitions++;
        const key = numbersOf(model);
        if (seen.has(key)) continue;
        seen.add(key);
        next.push(store.snapshot());
      }
    }
    level = next;
  }
  return { states: seen.size, transitions };
}

function search(model: SessionModel): { states: number; transitions: number } {
  const found = new Search(model, new Graph(), { stopped: () => false, statesMax: 100_000 });
  expect(found.run()).toBe('exhausted');
  return { states: found.state.visited.size, transitions: found.state.transitions };
}

const SCOPES: readonly (readonly [string, Partial<Scope>, number, number])[] = [
  ['truncate and a mirror', {}, 1811, 3334],
  ['truncate and a long pin', { mirrors: 0, longPins: 1 }, 411, 763],
  ['truncate and a short pin', { mirrors: 0, shortPins: 1 }, 913, 1717],
  ['punch of a whole file and a mirror on XFS', { fsOps: ['punch'], memory: 'xfs_dax' }, 2712, 5328],
];

describe('states and transitions are what a search by copies finds', () => {
  test.each(SCOPES)('%s', (_, scope, states, transitions) => {
    const model = modelOf(scope);
    const before = numbersOf(model);
    const found = search(model);
    expect(numbersOf(model)).toBe(before);
    expect(found).toEqual(searchNaively(modelOf(scope)));
    expect(found).toEqual({ states, transitions });
  });
});

describe('the visited set', () => {
  test('gives each fingerprint one number, zeros too, however many there are', () => {
    const set = new VisitedSet();
    const pairs = Array.from({ length: 9000 }, (_, index) => [index % 90, Math.floor(index / 90)] as const);
    expect(pairs.map(([high, low]) => set.add(high, low))).toEqual(pairs.map((_, index) => index));
    expect(pairs.map(([high, low]) => set.add(high, low))).toEqual(pairs.map((_, index) => index));
    const again = VisitedSet.of(set.fingerprints());
    expect(pairs.map(([high, low]) => again.add(high, low))).toEqual(pairs.map((_, index) => index));
    expect(again.size).toBe(9000);
  });
});

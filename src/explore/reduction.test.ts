import { describe, expect, test } from 'vitest';
import { exploreScope, modelOf } from './fixtures/scopes.ts';
import { FootprintStore, FORGOTTEN } from './footprints.ts';
import { searchReduced } from './reduction.ts';
import type { ExploreResult } from './result.ts';
import type { Scope } from './scope.ts';

const verdicts = ({ verdicts: all }: ExploreResult): string[] =>
  all.map(({ property, got, grade }) => `${property} ${got} ${grade}`);

const SCOPES: readonly (readonly [string, Partial<Scope>, string | undefined, number])[] = [
  ['truncate and a mirror', {}, undefined, 577],
  ['truncate and a long pin', { mirrors: 0, longPins: 1 }, undefined, 190],
  ['truncate and a short pin', { mirrors: 0, shortPins: 1 }, undefined, 371],
  ['fsync and a mirror on XFS', { fsOps: ['fsync'], memory: 'xfs_dax' }, undefined, 462],
  ['a mirror that keeps references', {}, 'mirror_keeps_reference', 512],
  ['a mirror that does not check its sequence', {}, 'no_retry_check', 795],
  ['a mirror that never begins anew', {}, 'retry_without_begin', 577],
  ['a pin that wakes nobody', { mirrors: 0, shortPins: 1 }, 'lost_wake_up', 384],
];

describe('a search with merged steps says the same of', () => {
  test.each(SCOPES)('%s', (_, scope, mutant, states) => {
    const asked = mutant === undefined ? {} : { mutant };
    const full = exploreScope(scope, { ...asked, reduction: false });
    const reduced = exploreScope(scope, { ...asked, reduction: true });
    expect(verdicts(reduced)).toEqual(verdicts(full));
    expect(reduced.states).toBeLessThan(full.states);
    expect(reduced.states).toBe(states);
  });
});

describe('a reduction', () => {
  test('needs a model that records', () => {
    const limits = { statesMax: 10, stopped: () => false };
    expect(() => searchReduced(modelOf({}), limits, () => undefined)).toThrow('records footprints');
  });
});

/** Two tasks, a lock each has in its one slot, and a table of two cells. */
function recorded() {
  const store = new FootprintStore();
  const held = store.table({ name: 'held', width: 2, rows: 2 });
  const cells = store.table({ name: 'cells', width: 2, rows: 1 });
  store.seal();
  store.observe({ firstCell: (task) => 2 * task, cells: 2 });
  const step = (task: number, position: number, act: () => void): void => {
    store.begin(task, position);
    act();
    store.end(false);
  };
  /** As Locks.grant() writes it: lock 0, for write or for read. */
  const hold = (task: number, write: boolean): void => {
    held.set(task, 1, 2 + (write ? 1 : 0));
    held.set(task, 0, 1);
  };
  return { store, cells, step, hold };
}

describe('footprints', () => {
  test('a cell of its own makes no difference to others, one that another writes does', () => {
    const { store, cells, step } = recorded();
    step(0, 1, () => cells.set(0, 0, 1));
    step(0, 2, () => void cells.get(0, 1));
    expect(store.movers()[0]).toEqual(new Set([1, 2]));
    step(1, 3, () => cells.set(0, 1, 1));
    expect(store.changed).toBe(true);
    expect(store.movers()).toEqual([new Set([1]), new Set()]);
    expect(store.changed).toBe(false);
  });

  test('a step that puts a task to sleep is never merged', () => {
    const { store } = recorded();
    store.begin(0, 1);
    store.end(true);
    expect(store.movers()[0]).toEqual(new Set());
  });

  test.each([
    ['both for write', true, true, [[1], [2]]],
    ['one of them for read', true, false, [[1], [2]]],
    ['both for read', false, false, [[], []]],
  ])('what is done under a lock, %s', (_, first, second, movers) => {
    const { store, cells, step, hold } = recorded();
    hold(0, first);
    step(0, 1, () => cells.set(0, 0, 1));
    hold(1, second);
    step(1, 2, () => cells.set(0, 0, 2));
    expect(store.movers()).toEqual(movers.map((positions) => new Set(positions)));
  });

  test('one use without the lock is enough against it', () => {
    const { store, cells, step, hold } = recorded();
    hold(0, true);
    step(0, 1, () => cells.set(0, 0, 1));
    step(1, 2, () => void cells.get(0, 0));
    expect(store.movers()).toEqual([new Set(), new Set()]);
  });

  test('cells that are written and never read are known, table by table; ignored ones stay 0', () => {
    const store = new FootprintStore();
    const [read, unread] = ['read', 'unread'].map((name) => store.table({ name, width: 2, rows: 1 }));
    store.seal();
    store.observe({ firstCell: () => 100, cells: 0 });
    store.begin(0, 1);
    for (const table of [read, unread]) for (const column of [0, 1]) table?.set(0, column, 7);
    read?.get(0, 0);
    store.end(false);
    expect(store.unread()).toEqual([2, 3]);
    store.ignore([2, 3]);
    unread?.set(0, 1, 8);
    expect(unread?.get(0, 1)).toBe(0);
    expect([store.isUnread(2), store.isUnread(3)]).toEqual([true, false]);
  });

  test.each([
    ['overwritten first', true, false],
    ['read', false, true],
  ])('a forgotten content that is %s', (_, overwritten, noted) => {
    const store = new FootprintStore();
    const contents = store.table({ name: 'contents', width: 1, rows: 1 });
    store.seal();
    const stacks = { firstCell: 1, tasks: 0, cellsEach: 0, visitFrames: () => undefined };
    store.observe({ firstCell: () => 100, cells: 0 }, { ...stacks, contents: { firstCell: 0, cells: 1 } });
    store.quietly(() => contents.set(0, 0, FORGOTTEN));
    if (overwritten) contents.set(0, 0, 1);
    contents.get(0, 0);
    expect(store.forgottenRead).toBe(noted);
  });
});

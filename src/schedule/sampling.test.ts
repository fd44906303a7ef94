/** What the strategies that draw promise, on tasks that only count. */
import { describe, expect, test } from 'vitest';
import { pctBound } from './pct.ts';
import { STRATEGIES, type StrategyKind, strategyNamed } from './strategies.ts';
import type { View } from './strategy.ts';

/** Tasks that take so many steps each, and can step from the start, or as soon as `starts` says; the order in which they did. */
function walk(
  kind: StrategyKind,
  seed: number,
  lengths: readonly number[],
  run = 0,
  starts: readonly number[] = [],
): number[] {
  const left = [...lengths];
  const strategy = kind.make({ seed, run, steps: lengths });
  const order: number[] = [];
  let current = -1;
  for (;;) {
    const enabled = left.flatMap((steps, task) =>
      steps > 0 && order.length >= (starts[task] ?? 0) ? [task] : [],
    );
    if (enabled.length === 0) return order;
    const view: View = { current, enabled, positionOf: () => 'place', opOf: () => 0 };
    current = strategy.pick(view);
    if (!enabled.includes(current)) throw new Error(`task ${current} cannot step`);
    left[current] = (left[current] ?? 0) - 1;
    order.push(current);
  }
}

function named(name: string): StrategyKind {
  const kind = strategyNamed(name);
  if (kind === undefined) throw new Error(`there is no strategy ${name}`);
  return kind;
}

/** In how many of `runs` walks of a strategy something is so. */
function share(name: string, lengths: readonly number[], is: (order: number[]) => boolean): number {
  const runs = 2_000;
  let found = 0;
  for (let seed = 1; seed <= runs; seed++) if (is(walk(named(name), seed * 7919, lengths))) found++;
  return found / runs;
}

/** How often another task goes on although the one before could. */
function preemptions(order: readonly number[], lengths: readonly number[]): number {
  const left = [...lengths];
  return order.filter((task, at) => {
    const before = order[at - 1];
    const cut = before !== undefined && before !== task && (left[before] ?? 0) > 0;
    left[task] = (left[task] ?? 0) - 1;
    return cut;
  }).length;
}

describe('every strategy', () => {
  test.each(STRATEGIES)('$name follows its seed', (kind) => {
    const walks = [1, 2, 3, 4, 5, 6].map((seed) => walk(kind, seed, [4, 5, 6]).join(''));
    expect(walks).toEqual([1, 2, 3, 4, 5, 6].map((seed) => walk(kind, seed, [4, 5, 6]).join('')));
    expect(new Set(walks).size).toBeGreaterThan(2);
  });

  test('a portfolio is its members in turn', () => {
    const members = ['preemptions', 'random', 'pct2', 'pct3', 'urw'];
    const walks = members.map((_, run) => walk(named('portfolio'), 5, [3, 4], run));
    expect(walks).toEqual(members.map((member) => walk(named(member), 5, [3, 4])));
  });
});

describe('PCT', () => {
  test('preempts d - 1 times at most', () => {
    for (const depth of [2, 3, 4]) {
      const most = share(`pct${depth}`, [5, 5, 5], (order) => preemptions(order, [5, 5, 5]) > depth - 1);
      expect(most).toBe(0);
    }
    expect(share('pct3', [5, 5, 5], (order) => preemptions(order, [5, 5, 5]) === 2)).toBeGreaterThan(0.1);
  });

  test('keeps its bound for a bug of depth 2: the short task after the first step of the long one', () => {
    const lengths = [1, 30];
    const inside = (order: number[]): boolean => order.indexOf(0) === 1;
    const { probability } = pctBound(2, 2, 31);
    expect(probability).toBeCloseTo(1 / 62);
    expect(share('pct2', lengths, inside)).toBeGreaterThanOrEqual(probability * 0.6);
    expect(share('run_to_completion', lengths, inside)).toBe(0);
  });

  test('keeps its bound for a bug of depth 3: two tasks that have to take turns', () => {
    const turns = (order: number[]): boolean => ['0101', '1010'].includes(order.join(''));
    const { probability } = pctBound(3, 2, 4);
    expect(share('pct3', [2, 2], turns)).toBeGreaterThanOrEqual(2 * probability);
    expect(share('pct2', [2, 2], turns)).toBe(0);
  });

  test('a task that comes when another has dropped is above it, however often that one dropped', () => {
    const seeds = Array.from({ length: 1_000 }, (_, at) => at + 1);
    const first = seeds.filter((seed) => walk(named('pct4'), seed, [9, 1], 0, [0, 8])[8] === 1);
    // Three drops in nine steps: nearly always one has been before the newcomer comes.
    expect(first.length / seeds.length).toBeGreaterThan(0.8);
  });

  test.each([
    [1, 3, 60, 1 / 3],
    [2, 4, 150, 1 / 600],
    [3, 4, 150, 1 / 90_000],
  ])('depth %i, %i tasks, %i steps', (depth, tasks, steps, probability) => {
    const bound = pctBound(depth, tasks, steps);
    expect(bound.probability).toBeCloseTo(probability, 10);
    // (1 - p)^runs is what is left of doubt.
    expect((1 - probability) ** bound.runs_for_99_percent).toBeLessThanOrEqual(0.01);
    expect((1 - probability) ** (bound.runs_for_99_percent - 1)).toBeGreaterThan(0.01);
  });
});

describe('URW', () => {
  test('makes every interleaving equally likely when the numbers of steps are exact', () => {
    const lengths = [1, 4];
    for (let place = 0; place <= 4; place++) {
      const found = share('urw', lengths, (order) => order.indexOf(0) === place);
      expect(found).toBeGreaterThan(0.17);
      expect(found).toBeLessThan(0.23);
    }
    expect(share('random', lengths, (order) => order.indexOf(0) === 0)).toBeGreaterThan(0.45);
  });
});

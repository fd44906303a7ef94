import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { GapStrategy } from './gaps.ts';
import { RandomStrategy } from './random.ts';
import { Recorder } from './recorder.ts';
import { ReplayStrategy } from './replay.ts';
import type { Strategy, View } from './strategy.ts';

/** Tasks that each walk through a few places, asleep at some of them until another has moved. */
class Walk implements View {
  current = -1;
  readonly enabled: number[] = [];
  readonly path: string[] = [];
  private readonly places: number[];

  constructor(tasks: number, length: number) {
    this.places = Array.from({ length: tasks }, () => length);
  }

  run(strategy: Strategy): string {
    while (this.look()) {
      const task = strategy.pick(this);
      expect(this.enabled).toContain(task);
      this.places[task] = (this.places[task] as number) - 1;
      this.path.push(`${task}`);
      this.current = task;
    }
    return this.path.join('');
  }

  positionOf(task: number): string {
    return `place ${(this.places[task] as number) % 3}`;
  }

  opOf(task: number): number {
    return Math.floor((this.places[task] as number) / 3);
  }

  /** False when nothing can step any more. */
  private look(): boolean {
    const awake = this.places.flatMap((left, task) => (left > 0 && !this.asleep(task) ? [task] : []));
    const all = this.places.flatMap((left, task) => (left > 0 ? [task] : []));
    this.enabled.splice(0, Infinity, ...(awake.length > 0 ? awake : all));
    return this.enabled.length > 0;
  }

  /** A task falls asleep at every fourth place, until another has moved. */
  private asleep(task: number): boolean {
    return (this.places[task] as number) % 4 === 3 && task === this.current;
  }
}

describe('strategies', () => {
  test('without gaps each task runs to its end or its sleep, in the base order', () => {
    const walk = (gaps: { gap: number; target: number }[]): string =>
      new Walk(3, 3).run(new GapStrategy([2, 0, 1], gaps));
    expect(walk([])).toBe('222000111');
    expect(walk([{ gap: 1, target: 0 }])).toBe('200022111');
    expect(walk([{ gap: 1, target: 1 }])).toBe('211122000');
  });

  test('random follows its seed', () => {
    const walk = (seed: number): string => new Walk(4, 9).run(new RandomStrategy(seed));
    expect(walk(1)).toBe(walk(1));
    expect(new Set([1, 2, 3, 4, 5].map(walk)).size).toBeGreaterThan(3);
  });

  test('what is recorded is replayed step by step', () => {
    fc.assert(
      fc.property(
        fc.nat(),
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 12 }),
        (seed, tasks, length) => {
          const order = Array.from({ length: tasks }, (_, task) => task);
          const recorder = new Recorder(new RandomStrategy(seed), order);
          const done = new Walk(tasks, length).run(recorder);
          expect(new Walk(tasks, length).run(new ReplayStrategy(recorder.schedule()))).toBe(done);
        },
      ),
    );
  });

  test('a preemption that does not fit is passed over', () => {
    const preemptions = [
      { task: 0, op: 99, label: 'nowhere', occurrence: 1, to: 1 },
      { task: 0, op: 0, label: 'place 2', occurrence: 1, to: 77 },
    ];
    const plain = new Walk(2, 3).run(new ReplayStrategy({ base: [0, 1], preemptions: [] }));
    expect(new Walk(2, 3).run(new ReplayStrategy({ base: [0, 1], preemptions }))).toBe(plain);
  });
});

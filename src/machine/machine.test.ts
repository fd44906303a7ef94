import { describe, expect, test } from 'vitest';
import { compile } from './code.ts';
import { DenseStore } from './dense_store.ts';
import { Machine } from './machine.ts';
import { type AnyPath, type Patch, pathsFor } from './program.ts';
import { TASK_INTERRUPTIBLE, TASK_RUNNING, TASK_UNINTERRUPTIBLE, TASK_USER } from './task.ts';

/** A model of nothing: a log of what ran, and one condition. */
interface Toy {
  readonly log: string[];
  open: boolean;
  readonly m: Machine<Toy, string>;
}

const path = pathsFor<Toy>();
const GATE = { kind: 1, a: 7, b: 0 };

function toy(roots: readonly AnyPath<Toy>[], patches: readonly Patch<Toy>[] = []): Toy {
  const store = new DenseStore({ fingerprints: true });
  const m = new Machine<Toy, string>({
    store,
    code: compile(roots, patches),
    costs: { step: 10, lock: 5, context_switch: 100, work: 1000 },
    tasks: 4,
    locks: 2,
    stackCells: 32,
    onReturn: () => undefined,
    onSleep: () => undefined,
    onWake: () => undefined,
    onEvent: () => undefined,
  });
  store.seal();
  const context: Toy = { log: [], open: false, m };
  m.bind(context);
  for (let task = 0; task < 4; task++) m.addTask();
  return context;
}

const note = (k: Toy, what: string): void => {
  k.log.push(`${k.m.current}:${what}`);
};

const writer = path('writer', [], ({ label, down_write, up, ret }) => [
  down_write('lock', () => 0),
  label('inside', 'K2', (k) => {
    note(k, 'w');
  }),
  up('unlock', () => 0),
  ret(),
]);

const reader = path('reader', [], ({ label, down_read, up, ret }) => [
  down_read('lock', () => 0),
  label('inside', 'K2', (k) => {
    note(k, 'r');
  }),
  up('unlock', () => 0),
  ret(),
]);

const leaf = path('leaf', ['x'], ({ label, ret }) => [
  label('body', 'K1', (k, f) => {
    note(k, `leaf ${f.x}`);
  }),
  ret((_k, f) => f.x * 2),
]);

const caller = path('caller', ['n', 'sum'], ({ act, mark, branch, jump, call, ret }) => [
  mark('next'),
  branch('all done', (_k, f) => f.n === 0, 'done'),
  call(leaf, (_k, f, callee) => {
    callee.x = f.n;
  }),
  act('add', (k, f) => {
    f.sum += k.m.ret;
    f.n -= 1;
  }),
  jump('next'),
  mark('done'),
  ret((_k, f) => f.sum),
]);

const sleeper = path('sleeper', [], ({ label, act, mark, branch, jump, sleep, ret }) => [
  mark('again'),
  label('look', 'K10'),
  branch('open', (k) => k.open, 'through'),
  branch('signal', (k) => k.m.signal_pending(k.m.current), 'interrupted'),
  sleep('wait', 'TASK_INTERRUPTIBLE', () => GATE, true),
  jump('again'),
  mark('through'),
  act('through', (k) => {
    note(k, 'through');
  }),
  ret(),
  mark('interrupted'),
  ret(() => -4),
]);

describe('steps', () => {
  test('a step runs from one point at which others can act to the next', () => {
    const k = toy([caller]);
    k.m.enter(0, caller, (f) => {
      f.n = 2;
    });
    k.m.step(0);
    expect(k.log).toEqual([]);
    expect(k.m.position(0).name).toBe('body');
    k.m.step(0);
    expect(k.log).toEqual(['0:leaf 2']);
    expect(k.m.frames(0).map((frame) => frame.path)).toEqual(['caller', 'leaf']);
    k.m.step(0);
    expect(k.m.state(0)).toBe(TASK_USER);
    expect(k.m.ret).toBe(6);
  });

  test('a frame is gone when its path has returned: the state is as before', () => {
    const k = toy([caller]);
    const before = k.m.snapshot();
    k.m.enter(0, caller, (f) => {
      f.n = 1;
    });
    while (k.m.runnable(0)) k.m.step(0);
    expect(k.m.frames(0)).toEqual([]);
    k.m.restore(before);
    expect(k.m.clock.of(0)).toBe(0);
  });

  test('a patch replaces an entry, and says so when there is none', () => {
    const patch: Patch<Toy> = { path: 'leaf', at: 'body', entries: [] };
    const k = toy([caller], [patch]);
    k.m.enter(0, caller, (f) => {
      f.n = 3;
    });
    k.m.step(0);
    expect([k.m.state(0), k.m.ret, k.log.length]).toEqual([TASK_USER, 12, 0]);
    expect(() => toy([leaf], [{ ...patch, at: 'nothing' }])).toThrow('leaf has no entry nothing');
    expect(() => toy([leaf], [{ ...patch, path: 'nowhere' }])).toThrow('no path nowhere');
  });
});

describe('locks', () => {
  const enterAll = (k: Toy, paths: readonly (typeof writer)[]): void => {
    paths.forEach((entry, task) => {
      k.m.enter(task, entry, () => undefined);
    });
  };

  test('hand-off is first come first served: a queued writer holds back later readers', () => {
    const k = toy([writer, reader]);
    enterAll(k, [reader, writer, reader]);
    for (const task of [0, 1, 2]) k.m.step(task);
    expect([0, 1, 2].map((task) => k.m.state(task))).toEqual([
      TASK_RUNNING,
      TASK_UNINTERRUPTIBLE,
      TASK_UNINTERRUPTIBLE,
    ]);
    k.m.step(0);
    expect(k.m.state(1)).toBe(TASK_RUNNING);
    expect(k.m.state(2)).toBe(TASK_UNINTERRUPTIBLE);
    expect(k.m.locks.heldBy(1)).toEqual([{ lock: 0, write: true }]);
    k.m.step(1);
    k.m.step(1);
    expect(k.m.state(2)).toBe(TASK_RUNNING);
    k.m.step(2);
    k.m.step(2);
    expect(k.log).toEqual(['0:r', '1:w', '2:r']);
  });

  test('readers share, and the woken go on no earlier than their waker', () => {
    const k = toy([writer, reader]);
    enterAll(k, [writer, reader, reader]);
    for (const task of [0, 1, 2]) k.m.step(task);
    k.m.clock.advance(0, 5000);
    k.m.step(0);
    expect([1, 2].map((task) => k.m.locks.holds(task, 0))).toEqual(['read', 'read']);
    expect(k.m.clock.of(1)).toBe(5000 + 10 + 100);
  });

  test('releasing what is not held is an error', () => {
    const k = toy([writer]);
    expect(() => {
      k.m.locks.release(0, 0);
    }).toThrow('does not hold');
  });
});

describe('sleeping', () => {
  test('exclusive sleepers are woken one at a time, in order', () => {
    const k = toy([sleeper]);
    for (const task of [2, 0, 1]) {
      k.m.enter(task, sleeper, () => undefined);
      k.m.step(task);
      k.m.step(task);
    }
    k.open = true;
    k.m.queues.wakeNext(GATE.kind, GATE.a, GATE.b);
    expect([0, 1, 2].map((task) => k.m.state(task))).toEqual([
      TASK_INTERRUPTIBLE,
      TASK_INTERRUPTIBLE,
      TASK_RUNNING,
    ]);
    k.m.queues.wakeAll(GATE.kind, GATE.a, GATE.b);
    for (const task of [0, 1, 2]) while (k.m.runnable(task)) k.m.step(task);
    expect(k.log.toSorted()).toEqual(['0:through', '1:through', '2:through']);
  });

  test('a signal ends an interruptible sleep and is no longer pending in user space', () => {
    const k = toy([sleeper]);
    k.m.enter(0, sleeper, () => undefined);
    k.m.step(0);
    k.m.step(0);
    expect(k.m.asleep(0)).toBe(true);
    k.m.signal(0);
    while (k.m.runnable(0)) k.m.step(0);
    expect(k.m.ret).toBe(-4);
    expect(k.m.signal_pending(0)).toBe(false);
    k.m.signal(0);
    expect(k.m.signal_pending(0)).toBe(false);
  });
});

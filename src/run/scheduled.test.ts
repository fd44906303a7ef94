import { describe, expect, test } from 'vitest';
import { BUILTIN_2026 } from '../costs/index.ts';
import { driverNamed } from '../drivers/drivers.ts';
import { GapStrategy, Recorder, type View } from '../schedule/index.ts';
import type { Operation } from '../workload/operation.ts';
import type { Workload } from '../workload/workload.ts';
import { runScheduled } from './scheduled.ts';
import { Session } from './session.ts';
import { smallSetup } from './setup.ts';

const costs = Object.fromEntries(Object.entries(BUILTIN_2026.entries).map(([name, { ns }]) => [name, ns]));

function session(...programs: Operation[][]): Session {
  const driver = driverNamed('hmm_mirror');
  if (driver === undefined) throw new Error('no driver');
  const workload: Workload = {
    name: 't',
    title: 't',
    source: 'generated',
    files: [
      {
        name: 'f',
        size: { page: 4, byte: 0 },
        extents: [{ from: 0, to: 4, state: 'written' }],
        exists: true,
      },
    ],
    tasks: programs.map((_, task) => ({ name: `t${task}`, mm: task })),
    regions: ['r0'],
    ops: programs.flatMap((program, task) => program.map((op) => ({ task, op }))),
    expect: [],
    expectEnd: [],
    notModelled: new Map(),
  };
  return new Session(smallSetup({ memory: 'ext4_dax', kernel: 'linux-6.1', driver, costs }), workload);
}

const fsync: Operation = { kind: 'fsync', file: 0 };
const mapped: Operation[] = [
  { kind: 'mmap', file: 0, from: 4, to: 8, pgoff: 0, shared: true, writable: true },
  { kind: 'attach', region: 0, from: 4, to: 8, perTransfer: false, survivesExit: false, writable: true },
  { kind: 'dma_write', region: 0, from: 4, to: 8, fence: false },
];
const ended = (one: Session): boolean[] => one.outcomes.map((outcome) => (outcome?.endTime ?? -1) >= 0);

describe('a free schedule', () => {
  test('every operation ends, devices and the journal included', () => {
    const one = session(mapped, [{ kind: 'truncate', file: 0, size: { page: 0, byte: 0 } }, fsync]);
    const transfers: number[] = [];
    one.onEvents = (events) => {
      for (const { event } of events) if (event.type === 'dma_end') transfers.push(event.ret);
    };
    const { steps } = runScheduled(one, new GapStrategy([0, 1, 2, 3, 4], []));
    expect(ended(one)).toEqual([true, true, true, true, true]);
    expect(transfers).toEqual([-14]);
    expect(steps).toBeGreaterThan(20);
  });

  test('a frozen user space begins nothing more, and what has begun ends', () => {
    const all = runScheduled(session([fsync, fsync, fsync]), new GapStrategy([0], []));
    const one = session([fsync, fsync, fsync]);
    const { steps } = runScheduled(one, new GapStrategy([0], []), { freezeAt: 1 });
    expect(ended(one)).toEqual([true]);
    expect(steps).toBeLessThan(all.steps);
    const none = session([fsync]);
    runScheduled(none, new GapStrategy([0], []), { freezeAt: 0 });
    expect(none.outcomes).toEqual([]);
  });

  test('positions and operations are told to the strategy', () => {
    const seen: string[] = [];
    const inner = new GapStrategy([0, 1, 2, 3], []);
    const look = {
      pick(view: View): number {
        const task = inner.pick(view);
        seen.push(`${task} ${view.opOf(task)} ${view.positionOf(task)}`);
        return task;
      },
    };
    runScheduled(session(mapped), look);
    expect(seen[0]).toBe('0 0 user');
    expect(seen).toContain('0 1 user');
    expect(seen).toContain('1 2 device_engine.device_access');
  });

  test('a task that cannot step is not picked', () => {
    expect(() => runScheduled(session([fsync]), { pick: () => 77 })).toThrow(
      'picked task 77, which cannot step',
    );
  });

  test('what was recorded says who went first', () => {
    const recorder = new Recorder(new GapStrategy([1, 0, 2, 3], []), [0, 1, 2, 3, 4, 5]);
    runScheduled(session([fsync], [fsync]), recorder);
    expect(recorder.schedule().base[0]).toBe(1);
  });
});

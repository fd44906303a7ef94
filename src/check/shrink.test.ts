import { describe, expect, test } from 'vitest';
import { drawRuns } from './draw_runs.ts';
import { smallerWorkloads } from './smaller.ts';
import { type ExplainedRun, shrinkRun } from './shrink.ts';

const anchor = (op: number, task = 0) => ({ task, op, label: 'user', occurrence: 1, to: 1 });

function example(): ExplainedRun {
  const [drawn] = [...drawRuns(4, 40)].filter(({ workload }) => workload.ops.length >= 8);
  if (drawn === undefined) throw new Error('no long run');
  const preemptions = drawn.workload.ops.map(({ task }, op) => anchor(op, task));
  return {
    workload: drawn.workload,
    freezeAt: 50,
    schedule: { kind: 'replay', schedule: { base: [0, 1], preemptions } },
  };
}

describe('shrinking', () => {
  test('keeps what the failure needs and drops the rest', () => {
    const run = example();
    const wanted = run.workload.ops.find(({ op }) => op.kind === 'attach');
    const short = shrinkRun(run, ({ workload }) => workload.ops.some(({ op }) => op.kind === 'attach'));
    expect(short.workload.ops.map(({ op }) => op.kind)).toEqual(['attach']);
    expect(short.workload.ops[0]?.task).toBe(wanted?.task);
    expect(short.schedule.schedule.preemptions).toEqual([]);
    expect(short.freezeAt).toBeNull();
  });

  test('preemptions keep to their operations', () => {
    const run = example();
    const last = run.workload.ops.length - 1;
    const task = run.workload.ops[last]?.task ?? 0;
    const short = shrinkRun(run, (candidate) =>
      candidate.schedule.schedule.preemptions.some(
        ({ op }) => candidate.workload.ops[op] === run.workload.ops[last],
      ),
    );
    expect(short.workload.ops).toEqual([run.workload.ops[last]]);
    expect(short.schedule.schedule.preemptions).toEqual([anchor(0, task)]);
  });

  test('nothing smaller fails: the run itself', () => {
    const run = example();
    expect(shrinkRun(run, () => false)).toBe(run);
  });

  test('a file that is removed stays opened before', () => {
    const [run] = [...drawRuns(1, 400)].filter(({ workload }) =>
      workload.ops.some(({ op }) => op.kind === 'unlink'),
    );
    if (run === undefined) throw new Error('no unlink was drawn');
    for (const { ops } of smallerWorkloads(run.workload)) {
      const removed = ops.find(({ op }) => op.kind === 'unlink')?.op;
      if (removed === undefined || !('file' in removed)) continue;
      const used = ops.findIndex(
        ({ op }) => 'file' in op && op.file === removed.file && op.kind !== 'unlink',
      );
      if (used >= 0) expect(ops[used]?.op.kind).toMatch(/^open/);
    }
  });
});

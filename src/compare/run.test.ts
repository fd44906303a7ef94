import { expect, test } from 'vitest';
import { DEFAULT_DEVICE_PLAN } from '../workload/device_plan.ts';
import {
  attachedWorkload,
  CONDITIONS,
  DETACH,
  drivers,
  FIRST,
  inputOf,
  PUNCH,
} from './fixtures/conditions.ts';
import { run } from './run.ts';
import type { RunResult } from './run_result.ts';

const workload = attachedWorkload([
  ['other', PUNCH],
  ['app', DETACH],
]);

function runUnder(name: string, schedule?: Parameters<typeof run>[3]): RunResult {
  const [tested] = drivers(name);
  if (tested === undefined) throw new Error(`no driver ${name}`);
  return run(inputOf(workload), tested, CONDITIONS, schedule);
}

test('in order: results, certificates and events of each operation', () => {
  const result = runUnder('gup');
  expect(result.ops.map(({ task, kind, ret, errno, blocked }) => [task, kind, ret, errno, blocked])).toEqual([
    ['app', 'mmap', 0, null, false],
    ['app', 'attach', 0, null, false],
    ['other', 'punch', 0, null, true],
    ['app', 'detach', 0, null, false],
  ]);
  expect(result.ops[FIRST]?.certificate).toMatchObject({ class: 'reference', ended_by: 'user', line: 12 });
  expect(result.schedule).toBe('in-order');
  expect(result.blocks_freed_under_reference).toBe(0);
  const freed = result.events.find(({ event }) => event === 'blocks_freed');
  expect(freed).toMatchObject({
    task: 'other',
    text: expect.stringContaining('file data, page 4, pages 2') as string,
  });
  expect(result.events.every(({ ns }) => Number.isSafeInteger(ns))).toBe(true);
});

test('by a schedule: the other task first, which then waits for nothing', () => {
  const result = runUnder('gup', { base: [1, 0, 2, 3, 4, 5, 6], preemptions: [] });
  expect(result.schedule).toBe('gvs1~1.0.2.3.4.5.6');
  expect(result.ops[FIRST]).toMatchObject({ ret: 0, blocked: false, certificate: null });
  expect(result.ops.map(({ ret }) => ret)).toEqual([0, 0, 0, 0]);
});

test('a schedule and a device plan contradict each other', () => {
  const [gup] = drivers('gup');
  if (gup === undefined) throw new Error('no gup');
  const planned = { ...workload, plan: DEFAULT_DEVICE_PLAN };
  expect(() => run(inputOf(planned), gup, CONDITIONS, { base: [], preemptions: [] })).toThrow(/contradict/);
});

/** The other formats of an explanation, each read back. */
import { describe, expect, test } from 'vitest';
import { encodeOperation } from '../check/operation_code.ts';
import { decodeRun, encodeRun } from '../check/run_token.ts';
import { Runner } from '../check/run_one.ts';
import type { ExplainedRun } from '../check/shrink.ts';
import { CHECK_INVARIANTS } from '../invariants/index.ts';
import { decodeSchedule } from '../schedule/index.ts';
import { parseScenario, SCENARIO_JSON_SCHEMA } from '../workload/scenario/index.ts';
import type { WorkloadOp } from '../workload/workload.ts';
import { explained, failureIn } from './fixtures/explained.ts';
import { FOUND } from './fixtures/found.ts';
import { itfTrace, type ItfValue } from './itf.ts';
import { perfettoTrace } from './perfetto.ts';
import { withPlainNames } from './renumber.ts';
import { render } from './render.ts';
import { scenarioFile } from './scenario_file.ts';
import { traceRun } from './trace.ts';

const MUTANTS = Object.keys(FOUND);

describe.each(MUTANTS)('%s as a scenario', (mutant) => {
  const told = explained(mutant);
  const { replay, ...workload } = parseScenario(scenarioFile(told), 'story.yaml');

  test('is the same run on the same conditions', () => {
    if (replay === undefined) throw new Error('the scenario does not say how it is run');
    const { memory, kernel, driver, mutant: planted = null, schedule, freezeAt = null } = replay;
    const run = {
      workload,
      freezeAt,
      schedule: { kind: 'replay' as const, schedule: decodeSchedule(schedule) },
    };
    expect(encodeRun({ memory, kernel, driver, mutant: planted }, run)).toBe(told.explanation.token);
  });

  test('breaks what it expects to hold', () => {
    expect(workload.expectEnd).toEqual([
      { drivers: [told.explanation.driver], holds: [told.explanation.property] },
    ]);
    const { violations } = new Runner(told.failure.setup, CHECK_INVARIANTS).run({
      ...told.run,
      workload,
    }).monitor;
    expect([...violations.keys()]).toContain(told.explanation.property);
  });
});

/** Kinds of operations that the other runs do not have: a token through a scenario file and back. */
test('every argument of an operation comes back from a scenario file', () => {
  const token =
    'gvr1~xfs_dax.linux-2d6-2e1.gup.no_layout_wait~f.1.5.9.0.2.w.3.4.u~f.0.0.0~f.1.4.0.0.4.w~t.0.3~t.0.3~t.1' +
    '~o.0.open.1~o.0.open_trunc.2~o.0.close.1~o.1.alloc.0.1.5.3.0.1~o.1.zero.0.0.0.1.7.0~o.1.punch.0.1.9.2.3' +
    '~o.0.reflink.0.0.0.1.0.2.2.0~o.0.memory_failure.0.1~o.0.mmap.0.0.4.1.0.1.0~o.0.mprotect.0.2.1.0' +
    '~o.0.mremap.0.2.8.10.1~o.0.madvise_free.8.9~o.0.fork.2~o.1.signal.0~o.0.attach.0.2.4.1.1.0' +
    '~o.0.dma_read.0.2.3.1~o.0.signal_fence.0~o.0.detach.0~o.0.freeze~o.0.thaw~o.0.clear_refs~o.0.exit~z.7' +
    '~gvs1~0.1.2.3.4.5.6~0.1.do_truncate-2ex.2.1';
  const failure = explained('no_layout_wait');
  const { run } = decodedWithNames(token);
  const named = { ...failure, run, explanation: { ...failure.explanation, memory: 'xfs_dax' } };
  const parsed = parseScenario(scenarioFile(named), 's.yaml');
  const coded = ({ task, op }: WorkloadOp): string => `${task} ${encodeOperation(op)}`;
  expect(parsed.ops.map(coded)).toEqual(run.workload.ops.map(coded));
  expect(parsed.files).toEqual(run.workload.files);
  expect(parsed.tasks).toEqual(run.workload.tasks);
  expect(parsed.replay?.freezeAt).toBe(7);
});

function decodedWithNames(token: string): { readonly run: ExplainedRun } {
  const { run } = decodeRun(token);
  return { run: { ...run, workload: withPlainNames(run.workload) } };
}

describe('as an ITF trace', () => {
  const told = explained('no_retry_check');
  const trace = itfTrace(told);

  test('one state before the first step and after each, every variable in each, as the format has it', () => {
    const last = told.trace.breakStep ?? -1;
    expect(trace.states.length).toBe(last + 2);
    expect(trace['#meta']['format']).toBe('ITF');
    for (const [index, state] of trace.states.entries()) {
      expect(state['#meta']).toEqual({ index });
      expect(Object.keys(state)).toEqual(['#meta', ...trace.vars]);
      for (const name of trace.vars) expectItf(state[name] as ItfValue);
    }
  });

  test('the device entry is there in the last state and the CPU entry is not, which is the break', () => {
    const at = (index: number, name: string): ItfValue => trace.states.at(index)?.[name] as ItfValue;
    const entry = [[{ '#tup': ['region0', 0] }, 'pfn 1 ro']];
    expect([at(-1, 'device_pte'), at(-1, 'cpu_pte'), at(-1, 'broken')]).toEqual([
      { '#map': entry },
      { '#map': [] },
      true,
    ]);
    expect([at(-2, 'device_pte'), at(-2, 'broken')]).toEqual([{ '#map': [] }, false]);
  });
});

/** Numbers, strings, booleans, and maps, sets and tuples of them. */
function expectItf(value: ItfValue): void {
  if (typeof value !== 'object') return;
  const [[kind, items] = ['', []], ...more] = Object.entries(value) as [string, readonly ItfValue[]][];
  expect(more).toEqual([]);
  expect(['#map', '#set', '#tup']).toContain(kind);
  for (const item of kind === '#map' ? items.flat() : items) expectItf(item);
}

describe('as a Perfetto trace', () => {
  const { traceEvents } = perfettoTrace(explained('no_pte_recheck'));

  test('slices nest and close in each row, and time does not go back', () => {
    const open = new Map<number, string[]>();
    let now = 0;
    for (const { ph, tid, name, ts = 0 } of traceEvents) {
      if (ph === 'M') continue;
      expect(ts).toBeGreaterThanOrEqual(ph === 'i' ? 0 : now);
      if (ph === 'B') open.set(tid, [...(open.get(tid) ?? []), name]);
      if (ph === 'E') expect(open.get(tid)?.pop()).toBe(name);
      if (ph !== 'i') now = ts;
    }
    expect([...open.values()].flat()).toEqual([]);
  });

  test('has the functions, the marks and a name for each row', () => {
    const names = traceEvents.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['pin_user_pages_fast', 'ext4_break_layouts']));
    expect(names.filter((name) => /^(wrong|break): /.test(name))).toHaveLength(2);
    const rows = new Set(traceEvents.filter(({ ph }) => ph !== 'M').map(({ tid }) => tid));
    const named = traceEvents.filter(({ name }) => name === 'thread_name').map(({ tid }) => tid);
    expect(named).toEqual(expect.arrayContaining([...rows]));
  });
});

test('as JSON it is the explanation, as Markdown it has the same lines', () => {
  const told = explained('no_pte_recheck');
  expect(JSON.parse(render(told, 'json'))).toEqual(told.explanation);
  const lines = new Set(render(told, 'md').split('\n'));
  const missing = render(told, 'text')
    .split('\n')
    .slice(1)
    .filter((line) => !lines.has(line) && !line.endsWith(':'));
  expect(missing).toEqual([]);
});

test('a trace counts each function once, as deep as it is called', () => {
  const { failure, run } = explained('no_pte_recheck');
  const { steps, session } = traceRun(failure.setup, run, failure.property);
  const { m } = session.system;
  expect(m.count).toBeGreaterThan(2);
  for (const { entries, state, task } of steps) {
    const last = entries.at(-1);
    if (last === undefined) throw new Error('a step without entries');
    const inside = last.stack.map(({ path }) => path);
    expect(new Set(last.stack.map(({ id }) => id)).size).toBe(inside.length);
    if (state === 'user') expect(inside.length).toBe(1);
    expect(task).toBeLessThan(m.count);
  }
});

test('the schema of scenarios has the new parts', () => {
  expect(JSON.stringify(SCENARIO_JSON_SCHEMA)).toContain('"freeze_at"');
  expect(failureIn(FOUND['no_layout_wait'] ?? '').property.id).toBe('I1');
});

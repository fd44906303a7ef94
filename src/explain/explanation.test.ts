/** What an explanation promises besides its words. */
import { describe, expect, test } from 'vitest';
import { decodeRun } from '../check/run_token.ts';
import { CHECK_INVARIANTS } from '../invariants/index.ts';
import { Trial } from './failure.ts';
import { explained, failureIn } from './fixtures/explained.ts';
import { FOUND } from './fixtures/found.ts';
import { explain } from './explanation.ts';
import { harmOf } from './headline.ts';
import { render } from './render.ts';
import { shorten } from './shorten.ts';

const MUTANTS = Object.keys(FOUND);

describe.each(MUTANTS)('%s', (mutant) => {
  const { explanation, marks, trace, failure } = explained(mutant);

  test('the token it ends with breaks the same property, in no more calls and preemptions', () => {
    const again = failureIn(explanation.token, explanation.property);
    expect(again.property.id).toBe(failure.property.id);
    expect(again.run).toEqual(decodeRun(explanation.token).run);
    const [calls, short] = explanation.shortened.operations;
    expect(short).toBeLessThanOrEqual(calls);
    expect(short).toBe(again.run.workload.ops.length);
    expect(again.run.schedule.schedule.preemptions.length).toBe(explanation.shortened.preemptions[1]);
  });

  test('the planted place and the break are marked', () => {
    const kinds = marks.map(({ kind }) => kind);
    expect(kinds.some((kind) => kind === 'missing' || kind === 'unchecked' || kind === 'wrong')).toBe(true);
    expect(kinds).toContain('break');
    if (trace.breakStep !== null) expect(kinds.at(-1)).toBe('break');
    const last = trace.breakStep ?? trace.steps.length - 1;
    expect(marks.every(({ step }) => step <= last)).toBe(true);
    expect(explanation.story.rows.map(({ kind }) => kind)).toEqual(expect.arrayContaining(kinds));
  });

  test('without the fault, or without one of its calls, it does not fail', () => {
    const verdicts = new Map(explanation.what_matters.map(({ change, verdict }) => [change, verdict]));
    expect(verdicts.get(`without the planted fault ${mutant}`)).toBe('holds');
    const calls = [...verdicts].filter(([change]) => change.startsWith('without the call '));
    expect(calls.length).toBeGreaterThan(1);
    expect(new Set(calls.map(([, verdict]) => verdict))).toEqual(new Set(['holds']));
  });

  test('numbers are plain: from 0, without gaps', () => {
    const { ops, tasks, files } = decodeRun(explanation.token).run.workload;
    const met = (of: (op: (typeof ops)[number]['op']) => number | undefined): number[] =>
      [...new Set(ops.flatMap(({ op }) => of(op) ?? []))].sort((a, b) => a - b);
    const plain = (count: number): number[] => Array.from({ length: count }, (_, index) => index);
    expect(met((op) => ('file' in op ? op.file : undefined))).toEqual(plain(files.length));
    const regions = met((op) => ('region' in op ? op.region : undefined));
    expect(regions).toEqual(plain(regions.length));
    const acting = ops.flatMap(({ task, op }) => (op.kind === 'fork' ? [task, op.child] : [task]));
    expect([...new Set(acting)].sort((a, b) => a - b)).toEqual(plain(tasks.length));
  });
});

test('every property that check knows is told with what is lost', () => {
  const told = CHECK_INVARIANTS.filter(({ id }) => harmOf(id) !== null);
  expect(told).toEqual(CHECK_INVARIANTS);
});

test('the same run gives the same bytes in every format', () => {
  const again = explain(failureIn(FOUND['no_retry_check'] ?? ''));
  for (const format of ['text', 'md', 'itf', 'perfetto', 'scenario', 'json'] as const)
    expect(render(again, format)).toBe(render(explained('no_retry_check'), format));
});

test('a run that is given no time is told as it is, and says so', () => {
  const failure = failureIn(FOUND['no_retry_check'] ?? '');
  const { run, exhausted } = shorten(failure, 0);
  expect(exhausted).toBe(false);
  expect(run).toEqual(failure.run);
  expect(new Trial(failure.setup, failure.property).fails(run)).toBe(true);
});

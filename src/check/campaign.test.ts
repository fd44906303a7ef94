import { describe, expect, test } from 'vitest';
import { INVARIANTS } from '../invariants/index.ts';
import { mutantNamed } from '../mutants/index.ts';
import { strategyNamed } from '../schedule/index.ts';
import { OPERATION_KINDS } from '../workload/operation.ts';
import { check, type CheckRequest } from './campaign.ts';
import { drawRuns } from './draw_runs.ts';
import { costs, driver, KERNEL, MEMORY } from './fixtures/conditions.ts';
import { FILES_STAY_MAPPED, type Profile } from './profile.ts';
import { Runner } from './run_one.ts';
import { decodeRun } from './run_token.ts';
import { setup } from './fixtures/conditions.ts';

const request = (changes: Partial<CheckRequest> = {}): CheckRequest => ({
  invariants: INVARIANTS,
  drivers: [driver('gup')],
  memory: MEMORY,
  kernel: KERNEL,
  costs,
  runs: 60,
  seed: 5,
  modelRevision: 7,
  ...changes,
});

describe('check', () => {
  test('an expected break is as expected, with a token that shows it again', () => {
    const result = check(request());
    expect(result).toMatchObject({
      schema: 'gup-vs-hmm/check/1',
      model_revision: 7,
      complete: true,
      seed: 5,
      mutant: null,
      runs: 60,
      discarded: 0,
    });
    const verdict = result.verdicts.find(({ property }) => property === 'truncate_never_blocked');
    expect(verdict).toMatchObject({
      driver: 'gup',
      expected: 'breaks',
      got: 'broken',
      as_expected: true,
      grade: 'sampled',
      facts: ['K31', 'K216'],
    });
    const violation = result.violations.find(({ property }) => property === 'truncate_never_blocked');
    const { run, ...conditions } = decodeRun(violation?.token ?? '');
    expect(conditions).toEqual({ memory: MEMORY, kernel: KERNEL, driver: 'gup', mutant: null });
    const again = new Runner(setup('gup'), INVARIANTS)
      .run(run)
      .monitor.violations.get('truncate_never_blocked');
    expect(again?.first).toBe(violation?.text);
    expect(violation?.expected).toBe(true);
    expect(result.runs_to_first).toBeNull();
  });

  test('the same request gives the same result, and another seed another', () => {
    expect(check(request())).toEqual(check(request()));
    expect(check(request({ seed: 6 })).violations).not.toEqual(check(request()).violations);
  });

  test('a planted fault is an unexpected break', () => {
    const mutant = mutantNamed('mirror_keeps_reference');
    if (mutant === undefined) throw new Error('no mutant');
    const result = check(request({ drivers: [driver('hmm_mirror')], mutant, runs: 100 }));
    expect(result).toMatchObject({ mutant: 'mirror_keeps_reference', floors: [] });
    const verdict = result.verdicts.find(({ property }) => property === 'truncate_never_blocked');
    expect(verdict).toMatchObject({ expected: 'holds', got: 'broken', as_expected: false });
    expect(decodeRun(result.violations[0]?.token ?? '').mutant).toBe('mirror_keeps_reference');
    expect(result.violations[0]?.expected).toBe(false);
    expect(result.runs_to_first).toBeGreaterThan(0);
    expect(result.runs_to_first).toBeLessThanOrEqual(100);
  });

  test('a strategy schedules the same workloads, and PCT says what it promises', () => {
    const under = (name: string): ReturnType<typeof check> => {
      const strategy = strategyNamed(name);
      if (strategy === undefined) throw new Error(`there is no strategy ${name}`);
      return check(request({ strategy, runs: 40, invariants: INVARIANTS.slice(0, 2) }));
    };
    const result = under('pct2');
    expect(result).toEqual(under('pct2'));
    const { tasks = 0, steps = 0, probability } = result.strategy?.bound ?? {};
    expect(result.strategy).toMatchObject({ name: 'pct2', bound: { depth: 2 } });
    expect(steps).toBeGreaterThan(tasks);
    expect(probability).toBeCloseTo(1 / (tasks * steps), 12);
    expect(under('random').strategy).toEqual({ name: 'random', paper: null, bound: null });
    expect(check(request({ runs: 5 }))).not.toHaveProperty('strategy');
  });

  test('stops when it is told to, and says so', () => {
    const seen: number[] = [];
    const signal = { aborted: false };
    const onProgress = ({ done }: { done: number }): void => {
      seen.push(done);
      signal.aborted = done >= 250;
    };
    const result = check(
      request({ drivers: [driver('none')], invariants: [], runs: 1_000, signal, onProgress }),
    );
    expect(result).toMatchObject({ complete: false, runs: 250, violations: [], runs_to_first: null });
    expect(seen).toEqual([0, 250]);
  });
});

describe('drawn runs', () => {
  test('leave out what the profile excludes', () => {
    const kinds = (profile?: Profile): Set<string> =>
      new Set(
        [...drawRuns(1, 1_000, profile)].flatMap(({ workload }) => workload.ops.map(({ op }) => op.kind)),
      );
    const [drawn, left] = [kinds(), kinds(FILES_STAY_MAPPED)];
    expect(drawn).toContain('munmap');
    expect(FILES_STAY_MAPPED.excluded.filter((kind) => left.has(kind))).toEqual([]);
    expect(OPERATION_KINDS.filter((kind) => !drawn.has(kind))).toEqual(['rename']);
  });
});

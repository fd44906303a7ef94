/**
 * chance -> a workload, a schedule and a freeze point: fast-check arbitraries for whole runs.
 */
import fc from 'fast-check';
import {
  GapStrategy,
  type Gap,
  RandomStrategy,
  ReplayStrategy,
  type RunHints,
  type Schedule,
  type Strategy,
  type StrategyKind,
} from '../schedule/index.ts';
import type { OperationKind } from '../workload/operation.ts';
import type { Workload } from '../workload/workload.ts';
import { drawWorkload } from './draw_workload.ts';
import { smallerWorkloads } from './smaller.ts';
import { USER_TASKS_MAX } from './world.ts';

/** How a schedule is given: encodings of the same thing, or a strategy of a name. */
export type ScheduleChoice =
  | { readonly kind: 'gaps'; readonly base: readonly number[]; readonly gaps: readonly Gap[] }
  | { readonly kind: 'random'; readonly seed: number }
  | { readonly kind: 'replay'; readonly schedule: Schedule }
  | { readonly kind: 'strategy'; readonly strategy: StrategyKind; readonly hints: RunHints };

/** Everything one run depends on besides the setup. */
export interface GeneratedRun {
  readonly workload: Workload;
  readonly schedule: ScheduleChoice;
  /** Steps after which user space begins nothing more; null: never. */
  readonly freezeAt: number | null;
}

/** User tasks, two engines, the journal thread and the agent: no generated run has more tasks. */
export const TASKS_MAX = USER_TASKS_MAX + 4;

/** Most runs have fewer steps. */
const FREEZE_MAX = 200;

export function strategyOf(choice: ScheduleChoice): Strategy {
  switch (choice.kind) {
    case 'gaps':
      return new GapStrategy(choice.base, choice.gaps);
    case 'random':
      return new RandomStrategy(choice.seed);
    case 'replay':
      return new ReplayStrategy(choice.schedule);
    case 'strategy':
      return choice.strategy.make(choice.hints);
  }
}

class WorkloadArbitrary extends fc.Arbitrary<Workload> {
  private readonly excluded: ReadonlySet<OperationKind>;

  constructor(excluded: ReadonlySet<OperationKind>) {
    super();
    this.excluded = excluded;
  }

  override generate(random: fc.Random): fc.Value<Workload> {
    const chance = { below: (limit: number): number => random.nextInt(0, limit - 1) };
    return new fc.Value(drawWorkload(chance, this.excluded), undefined);
  }

  override canShrinkWithoutContext(value: unknown): value is Workload {
    return typeof value === 'object' && value !== null && 'ops' in value;
  }

  override shrink(value: Workload): fc.Stream<fc.Value<Workload>> {
    return fc.stream(smallerWorkloads(value)).map((smaller) => new fc.Value(smaller, undefined));
  }
}

/** Workloads that leave out the kinds in `excluded`. Shrinks by leaving operations out. */
export function workloads(excluded: readonly OperationKind[] = []): fc.Arbitrary<Workload> {
  return new WorkloadArbitrary(new Set(excluded));
}

/** Sparse schedules, which find deep faults, and dense ones, which find shallow ones sooner. */
export function schedules(): fc.Arbitrary<ScheduleChoice> {
  const tasks = Array.from({ length: TASKS_MAX }, (_, task) => task);
  const gap = fc.record({ gap: fc.nat({ max: 30 }), target: fc.nat({ max: TASKS_MAX - 1 }) });
  return fc.oneof(
    fc.record({
      kind: fc.constant('gaps' as const),
      base: fc.shuffledSubarray(tasks, { minLength: TASKS_MAX }),
      gaps: fc.array(gap, { maxLength: 12, size: 'max' }),
    }),
    fc.record({ kind: fc.constant('random' as const), seed: fc.nat() }),
  );
}

/**
 * One run in four is frozen somewhere on its way. Unbiased: fast-check's preference for small values would depend on the
 * number of the run.
 */
export function generatedRuns(excluded: readonly OperationKind[] = []): fc.Arbitrary<GeneratedRun> {
  const frozen = { weight: 1, arbitrary: fc.nat({ max: FREEZE_MAX }) };
  const freezeAt = fc.oneof({ weight: 3, arbitrary: fc.constant(null) }, frozen);
  return fc.noBias(fc.record({ workload: workloads(excluded), schedule: schedules(), freezeAt }));
}

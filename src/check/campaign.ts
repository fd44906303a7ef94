/**
 * properties x drivers x random runs -> verdicts, violations with the shortest run that shows them, and how much was met.
 *
 * One run is held against every property at once. Run n depends on the seed and n only, so that a longer campaign begins
 * with the runs of a shorter one.
 */
import type { Driver } from '../drivers/driver.ts';
import type { Invariant } from '../invariants/index.ts';
import type { Mutant } from '../mutants/index.ts';
import type { PctBound, StrategyKind } from '../schedule/index.ts';
import { CHUNK, drawRuns } from './draw_runs.ts';
import type { GeneratedRun } from './generated_run.ts';
import { expectedUnder, onSystem, type Profile, profileFor } from './profile.ts';
import type { CheckResult, CheckStrategy, CheckViolation } from './result.ts';
import { Runner } from './run_one.ts';
import { encodeRun } from './run_token.ts';
import { Scheduler } from './scheduled_runs.ts';
import { setupOfRun } from './setup_of_run.ts';
import { explainRun, shrinkRun } from './shrink.ts';
import { type Broken, Tally } from './tally.ts';

export interface CheckRequest {
  readonly invariants: readonly Invariant[];
  readonly drivers: readonly Driver[];
  readonly memory: string;
  readonly kernel: string;
  /** Nanoseconds by cost class. */
  readonly costs: Readonly<Record<string, number>>;
  /** Runs under each driver. */
  readonly runs: number;
  /** 32-bit integer. */
  readonly seed: number;
  /** Planted in every driver's runs. */
  readonly mutant?: Mutant;
  /** How the runs are scheduled; absent: as the generator draws it. */
  readonly strategy?: StrategyKind;
  readonly modelRevision: number;
  /** Called now and then; once `signal.aborted` is true the campaign ends with what it has. */
  readonly onProgress?: (progress: {
    readonly what: string;
    readonly done: number;
    readonly total: number;
  }) => void;
  readonly signal?: { readonly aborted: boolean };
}

/** Throws RangeError for names of memory or kernels that do not exist. */
export function check(request: CheckRequest): CheckResult {
  const { drivers, invariants, mutant, seed } = request;
  const profile = onSystem(profileFor(mutant), request.memory, request.kernel);
  const parts = drivers.map((driver) => campaign(request, driver, profile));
  const firsts = parts.flatMap(({ driver, tally }) =>
    [...tally.first].flatMap(([id, { number }]) => (isExpected(profile, driver, id) ? [] : [number])),
  );
  return {
    schema: 'gup-vs-hmm/check/1',
    model_revision: request.modelRevision,
    complete: parts.every(({ tally }) => tally.runs === request.runs),
    seed,
    mutant: mutant?.name ?? null,
    ...(request.strategy === undefined ? {} : { strategy: strategyResult(request.strategy, parts) }),
    runs: parts.reduce((sum, { tally }) => sum + tally.runs, 0),
    discarded: 0,
    verdicts: parts.flatMap(({ driver, tally }) =>
      invariants.map((one) => tally.verdict(driver, one, profile)),
    ),
    violations: parts
      .flatMap(({ violations }) => violations)
      .sort((a, b) => Number(a.expected) - Number(b.expected)),
    // A planted fault or a few properties can change what is met: floors are for the whole of it.
    floors: mutant === undefined ? parts.flatMap(({ driver, tally }) => tally.floors(driver, profile)) : [],
    runs_to_first: firsts.length === 0 ? null : Math.min(...firsts),
  };
}

/** The bound is that of the largest run of any driver. */
function strategyResult({ name, paper }: StrategyKind, parts: readonly Part[]): CheckStrategy {
  const bounds = parts.flatMap(({ bound }) => bound ?? []);
  const [bound = null] = bounds.sort((a, b) => a.probability - b.probability);
  return { name, paper, bound };
}

interface Part {
  readonly driver: Driver;
  readonly tally: Tally;
  readonly violations: readonly CheckViolation[];
  readonly bound: PctBound | null;
}

function campaign(request: CheckRequest, driver: Driver, profile: Profile): Part {
  const runner = runnerFor(request, driver);
  const tally = new Tally();
  const total = request.runs * request.drivers.length;
  const before = request.runs * request.drivers.indexOf(driver);
  const scheduler =
    request.strategy === undefined ? null : new Scheduler(runner, request.strategy, request.seed);
  for (const drawn of drawRuns(request.seed, request.runs, profile)) {
    const run = scheduler?.schedule(drawn) ?? drawn;
    if (tally.runs % CHUNK === 0) {
      request.onProgress?.({ what: `runs (${driver.name})`, done: before + tally.runs, total });
      if (request.signal?.aborted === true) break;
    }
    tally.add(run, runner.run(run));
  }
  const violations = [...tally.first].map(([id, broken]) => ({
    ...violation(request, runner, id, broken),
    expected: isExpected(profile, driver, id),
  }));
  return { driver, tally, violations, bound: scheduler?.bound ?? null };
}

/** True when the driver breaks the invariant by construction (D7). */
function isExpected(profile: Profile, driver: Driver, id: string): boolean {
  return expectedUnder(profile, driver, id).expected === 'breaks';
}

/** The runner of a campaign under one driver. */
function runnerFor(request: CheckRequest, driver: Driver): Runner {
  const { memory, kernel, costs, mutant = null, invariants } = request;
  return new Runner(setupOfRun({ memory, kernel, driver, mutant, costs }), invariants);
}

function violation(
  request: CheckRequest,
  runner: Runner,
  property: string,
  broken: Broken,
): Omit<CheckViolation, 'expected'> {
  const { memory, kernel, mutant } = request;
  const driver = runner.setup.driver.name;
  const breaks = (run: GeneratedRun): boolean => runner.run(run).monitor.violations.has(property);
  const shortest = shrinkRun(explainRun(runner, broken.run), breaks);
  const text = runner.run(shortest).monitor.violations.get(property)?.first ?? broken.text;
  return {
    property,
    driver,
    token: encodeRun({ memory, kernel, driver, mutant: mutant?.name ?? null }, shortest),
    text,
  };
}

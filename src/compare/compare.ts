/**
 * One workload under several drivers, as matched pairs: the same operations in the same order, everything that was
 * seen of them side by side.
 */
import type { Driver } from '../drivers/driver.ts';
import { DRIVERS } from '../drivers/drivers.ts';
import { describeDevicePlan } from '../workload/device_plan.ts';
import { InputError } from '../workload/input_error.ts';
import type { Workload } from '../workload/workload.ts';
import { certificates } from './certificates.ts';
import type { OnBlock } from './on_block.ts';
import { type ReplayConditions, type ReplayInput, withPlan } from './conditions.ts';
import { unmetExpectations } from './expectations.ts';
import { fileDigests } from './file_digest.ts';
import { logDivergences } from './log_divergence.ts';
import { MODEL_REVISION } from './model_revision.ts';
import { firstDivergence, type Observation, observationOf, type Observed } from './observation.ts';
import { operationStats, refusals } from './operation_stats.ts';
import { queuedOperations, waitsByOperation } from './operation_waits.ts';
import { replay } from './replay.ts';
import { withQueued } from './stood_still.ts';
import type { ComparisonResult, DriverResult } from './result.ts';
import { verdicts } from './verdicts.ts';

export interface ComparisonOptions extends ReplayConditions {
  readonly drivers: readonly Driver[];
  readonly onBlock: OnBlock;
  /** The command line that asks for exactly this. */
  readonly reproduce: string;
}

/** A comparison without the id that its content is cited by. */
export type Findings = Omit<ComparisonResult, 'id'>;

/** What a comparison says of one driver: plain data, so that it can come from another thread. */
export interface DriverFindings {
  readonly name: string;
  /** False when the user stopped it. */
  readonly complete: boolean;
  readonly result: DriverResult;
  readonly certificates: ComparisonResult['certificates'];
  readonly verdicts: ComparisonResult['verdicts'];
  readonly stoodStill: ComparisonResult['stood_still'];
  readonly logDivergences: ComparisonResult['log_divergences'];
  readonly unmet: readonly string[];
  /** By operation of the workload; undefined where the replay did not get to. */
  readonly observations: readonly (Observation | undefined)[];
}

/**
 * Replays the workload under each driver in turn and says what differed.
 *
 * Throws InputError for options that do not fit the workload, two drivers of one name, and a user's driver that
 * fails.
 */
export function compare(input: ReplayInput, options: ComparisonOptions): Findings {
  const found = inFixedOrder(options.drivers).flatMap((tested) =>
    options.signal.aborted ? [] : [findingsUnder(input, tested, options)],
  );
  return sideBySide(input, found, options);
}

/** Replays the workload under one driver. Throws as {@link compare} does. */
export function findingsUnder(
  input: ReplayInput,
  tested: Driver,
  options: Omit<ComparisonOptions, 'drivers'>,
): DriverFindings {
  const workload = withPlan(input.workload, options.hold);
  const done = replay(workload, tested, options, { onBlock: options.onBlock, probe: true });
  const observed: Observed = { replay: done, waits: waitsByOperation(done) };
  const result = driverResult(observed);
  return {
    name: tested.name,
    complete: done.complete,
    result,
    certificates: certificates(done, observed.waits),
    verdicts: verdicts(done, result.ops),
    stoodStill: withQueued(done.stoodStill, queuedOperations(observed)),
    logDivergences: logDivergences(done),
    unmet: unmetExpectations(observed, options.memory),
    observations: workload.ops.map((_, op) => observationOf(observed, op)),
  };
}

/** Puts what was found under each driver, in the order of {@link inFixedOrder}, into one result. */
export function sideBySide(
  input: ReplayInput,
  found: readonly DriverFindings[],
  options: ComparisonOptions,
): Findings {
  const workload = withPlan(input.workload, options.hold);
  const byProperty = found.map(({ verdicts: each }) => each);
  return {
    schema: 'gup-vs-hmm/compare/1',
    model_revision: MODEL_REVISION,
    complete: found.length === options.drivers.length && found.every(({ complete }) => complete),
    input: describeInput(input),
    kernel: options.kernel,
    memory: options.memory,
    on_block: options.onBlock,
    cost_table: options.costTable.name,
    seed: options.seed,
    plan: describePlan(workload),
    drivers: Object.fromEntries(found.map(({ name, result }) => [name, result])),
    certificates: found.flatMap((each) => each.certificates),
    stood_still: found.flatMap(({ stoodStill }) => stoodStill),
    first_divergence: found.length < 2 ? null : firstDivergence(workload, found),
    verdicts: (byProperty[0] ?? []).flatMap((_, index) =>
      byProperty.flatMap((each) => each.slice(index, index + 1)),
    ),
    log_divergences: found.flatMap((each) => each.logDivergences),
    not_modelled: Object.fromEntries(workload.notModelled),
    unmet: found.flatMap(({ unmet }) => unmet),
    reproduce: options.reproduce,
  };
}

function driverResult({ replay: done, waits }: Observed): DriverResult {
  const { session, metrics } = done;
  const ops = operationStats(done, waits);
  const now = session.system.m.clock.latest();
  return {
    ops,
    notifier: Object.fromEntries(metrics.notifier),
    device_faults: metrics.deviceFaults,
    retries: metrics.retries,
    transfers: metrics.transfers,
    transfers_failed: metrics.transfersFailed,
    pages_held_max: metrics.pagesHeldMax,
    page_ns_held: metrics.pageNanoseconds(now).toString(),
    blocks_freed_under_reference: metrics.blocksFreedUnderReference,
    refusals: refusals(ops),
    files: fileDigests(session),
    simulated_ns: now,
  };
}

/**
 * The order of reports: a citation id does not depend on the order in which the user named the drivers. Throws
 * InputError for two drivers of one name.
 */
export function inFixedOrder(drivers: readonly Driver[]): Driver[] {
  const names = drivers.map(({ name }) => name);
  const twice = drivers.find(({ name }, index) => names.indexOf(name) !== index);
  if (twice !== undefined) {
    throw new InputError({
      file: twice.file ?? twice.name,
      problem: `two of the drivers are called '${twice.name}'`,
      hint: 'results are kept by name: give yours another one',
    });
  }
  const known = DRIVERS.map(({ name }) => name);
  const rank = (name: string): number => (known.includes(name) ? known.indexOf(name) : known.length);
  return [...drivers].sort((a, b) => rank(a.name) - rank(b.name) || (a.name < b.name ? -1 : 1));
}

function describeInput({ workload, sha256 }: ReplayInput): ComparisonResult['input'] {
  const { name, title, source, ops, tasks, files } = workload;
  return { name, title, sha256, source, operations: ops.length, tasks: tasks.length, files: files.length };
}

function describePlan({ plan }: Workload): ComparisonResult['plan'] {
  if (plan === undefined) return { hold: 'as its own operations say', text: [] };
  return { hold: plan.hold, text: describeDevicePlan(plan) };
}

/** The backend that simulates: names -> workload and drivers -> comparison or run, with the id it is cited by. */
import { createHash } from 'node:crypto';
import { check } from '../check/campaign.ts';
import { PATIENCE } from '../check/run_one.ts';
import { profileFor } from '../check/profile.ts';
import { setupOfRun } from '../check/setup_of_run.ts';
import { worst } from '../check/worst/worst.ts';
import { CheckpointError } from '../explore/checkpoint.ts';
import { explore } from '../explore/explore.ts';
import {
  compare,
  type Findings,
  type ReplayInput,
  IN_ORDER,
  inFixedOrder,
  matrix,
  MODEL_REVISION,
  run,
  sideBySide,
} from '../compare/index.ts';
import { evidence, type ObservationInput } from '../compare/fidelity/index.ts';
import { CapacityError } from '../machine/index.ts';
import { citationId } from '../report/index.ts';
import { decodeSchedule, type Schedule, TokenError } from '../schedule/index.ts';
import { mutantNamed } from '../mutants/index.ts';
import {
  committedObservation,
  OBSERVATION_KINDS,
  observedKernels,
  witnessPlanted,
} from '../witness/index.ts';
import { countLog } from '../workload/strace/import.ts';
import { statsDocument } from '../workload/strace/stats.ts';
import type { Backend, CompareOptions, LoadedInput, RunOptions, RunResult, TokenOptions } from './backend.ts';
import { checkRequest, costsOf, exploreRequest, worstRequest } from './check_request.ts';
import { DEFAULTS } from './defaults.ts';
import { explainInput } from './explain_input.ts';
import { PROGRAM } from './failure.ts';
import { findingsInThreads } from './driver_thread.ts';
import { costTableOf } from './known_names.ts';
import { listOf } from './lists.ts';
import { loadDriver } from './load_driver.ts';
import { loadInput, readOptions, rejectedProblems } from './load_input.ts';
import { type OpenedRun, openReplay, openToken } from './token.ts';
import { UsageError } from './usage_error.ts';

export const simulator: Backend = {
  modelRevision: MODEL_REVISION,
  list: listOf,
  loadInput,
  async compare(input, options) {
    const findings = await findingsOf(input, options);
    return { ...findings, id: citationId(findings) };
  },
  run: runInput,
  runToken,
  explain: explainInput,
  async check(options) {
    return { ...check(await checkRequest(options)), seed: options.seed };
  },
  explore(options) {
    try {
      return explore(exploreRequest(options));
    } catch (error) {
      if (error instanceof CheckpointError) throw new UsageError(`--checkpoint: ${error.message}`);
      throw error;
    }
  },
  async worst(options) {
    return { ...worst(await worstRequest(options)), seed: options.seed };
  },
  async matrix(options) {
    const drivers = await Promise.all(options.drivers.map(loadDriver));
    const { mutant: name, ...others } = options;
    const mutant = name === undefined ? undefined : mutantNamed(name);
    return matrix({
      ...{ ...others, drivers, costTable: costTableOf(DEFAULTS.cost), seed: DEFAULTS.seed },
      ...(mutant === undefined ? {} : { mutant }),
    });
  },
  evidence({ kernels, signal, onProgress }) {
    const named = kernels.length < observedKernels().length ? ` --kernel ${kernels.join(',')}` : '';
    return evidence(kernels.map(observationInput), `${PROGRAM} evidence${named}`, { signal, onProgress });
  },
  async witness(what, options) {
    const kind = OBSERVATION_KINDS.find(({ name }) => name === what);
    if (kind === undefined) throw new UsageError(`--what: there is no kind of observation ${what}`);
    return kind.observe(options);
  },
  witnessPlanted,
  async importStats(path, options, attention) {
    const { stats, rejected } = await countLog(path, readOptions(path, options, attention));
    const document = {
      schema: 'gup-vs-hmm/import/1',
      model_revision: MODEL_REVISION,
      ...statsDocument(stats),
      max_offset: stats.maxOffset,
    };
    return { stats: document, rejected: rejectedProblems(path, rejected) };
  },
};

/** A committed observation with its kernel's name in the project. */
function observationInput(name: string): ObservationInput {
  const { kernel, probe_sha256, memories, kernel_alarms, cells } = committedObservation(name);
  return { kernel: { name, ...kernel, probe_sha256, memories, kernel_alarms }, cells };
}

async function runInput(input: LoadedInput, options: RunOptions): Promise<RunResult> {
  const tested = await loadDriver(options.driver);
  const { workload } = input;
  const { replay } = workload;
  if (replay === undefined) return run(input, tested, options, scheduleOf(options.schedule));
  const opened = openReplay({ ...workload, replay }, tested, options);
  const { schedule } = opened.run.schedule;
  return runOpened(input, opened, options, scheduleOf(options.schedule) ?? schedule);
}

/** Throws UsageError for what is no token, or for one that asks for more than the small system of generated runs has. */
async function runToken(token: string, options: TokenOptions): Promise<RunResult> {
  const opened = await openToken(token, options.driver);
  const sha256 = createHash('sha256').update(token).digest('hex');
  const { workload, schedule } = opened.run;
  return runOpened({ workload, sha256 }, opened, options, schedule.schedule);
}

function runOpened(
  input: ReplayInput,
  { run: { freezeAt }, system, tested }: OpenedRun,
  options: TokenOptions,
  schedule: Schedule,
): RunResult {
  const { kernel, memory, mutant } = system;
  const setup = setupOfRun({ ...system, costs: costsOf(options.costTable) });
  const generated = { setup, freezeAt, patience: PATIENCE, holds: profileFor(mutant).holds };
  try {
    return run(input, tested, { ...options, kernel, memory }, schedule, generated);
  } catch (error) {
    if (error instanceof CapacityError) throw new UsageError(`${input.workload.name}: ${error.message}`);
    throw error;
  }
}

/** Shorter workloads are done before a thread has started. */
const THREADED_OPERATIONS_MIN = 1000;

async function findingsOf(input: LoadedInput, options: CompareOptions): Promise<Findings> {
  const loaded = await Promise.all(
    options.drivers.map(async (name) => ({ name, tested: await loadDriver(name) })),
  );
  const drivers = inFixedOrder(loaded.map(({ tested }) => tested));
  if (drivers.length < 2 || input.workload.ops.length < THREADED_OPERATIONS_MIN)
    return compare(input, { ...options, drivers });
  const { signal, onProgress, ...conditions } = options;
  const names = drivers.map((driver) => loaded.find(({ tested }) => tested === driver)?.name as string);
  const found = await findingsInThreads(input, names, conditions, { signal, onProgress });
  return sideBySide(input, found, { ...options, drivers });
}

/** The schedule a token stands for; undefined: the workload's own order. Throws UsageError for what is no token. */
function scheduleOf(token: string | undefined): Schedule | undefined {
  if (token === undefined || token === IN_ORDER) return undefined;
  try {
    return decodeSchedule(token);
  } catch (error) {
    if (error instanceof TokenError) throw new UsageError(`--schedule: ${error.message}`);
    throw error;
  }
}

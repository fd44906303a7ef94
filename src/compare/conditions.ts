/**
 * What a workload is replayed under, and the setup and device plan that follow from it.
 */
import type { CostTable } from '../costs/index.ts';
import type { Driver } from '../drivers/driver.ts';
import { type Mutant, plant } from '../mutants/index.ts';
import { replaySetup } from '../run/setup.ts';
import type { Setup } from '../run/session.ts';
import { DEFAULT_DEVICE_PLAN, type DevicePlan, type Hold } from '../workload/device_plan.ts';
import { InputError } from '../workload/input_error.ts';
import type { Workload } from '../workload/workload.ts';

/** A workload and the sha256 of the text it was read from, in hex. */
export interface ReplayInput {
  readonly workload: Workload;
  readonly sha256: string;
}

export interface ReplayConditions {
  /** One of MEMORY_KINDS, and the name of a release. */
  readonly memory: string;
  readonly kernel: string;
  readonly costTable: CostTable;
  /** A planted fault; absent: none. */
  readonly mutant?: Mutant;
  /** Noted in the result; a replay in the workload's order leaves nothing to chance. */
  readonly seed: number;
  /** Overrides the hold of the device plan. */
  readonly hold?: Hold;
  /** Once it is true the replay ends early, with `complete: false`. */
  readonly signal: { readonly aborted: boolean };
  readonly onProgress: (progress: {
    readonly what: string;
    readonly done: number;
    readonly total: number;
  }) => void;
}

/** Larger ranges are replayed run by run: a step for each of their pages would take minutes. */
const PAGES_IN_STEPS_MAX = 4096;

/**
 * The workload with the device plan it is replayed with.
 *
 * Throws InputError for a hold beside device operations of the workload's own, which say themselves how long
 * a region is held.
 */
export function withPlan(workload: Workload, hold: Hold | undefined): Workload {
  const plan = planOf(workload, hold);
  return plan === undefined ? workload : { ...workload, plan };
}

function planOf(workload: Workload, hold: Hold | undefined): DevicePlan | undefined {
  const own = workload.plan ?? (workload.source === 'log' ? DEFAULT_DEVICE_PLAN : undefined);
  if (hold === undefined) return own;
  if (workload.ops.some(({ op }) => op.kind === 'attach')) {
    throw new InputError({
      file: workload.name,
      problem: `--hold ${hold} has no device plan to change: the scenario attaches and detaches by itself`,
      hint: "drop --hold, or give the scenario a 'plan' in the place of its device operations",
    });
  }
  return { ...(own ?? DEFAULT_DEVICE_PLAN), hold };
}

/** What the sessions of one workload under one driver are built from. */
export function setupFor(conditions: ReplayConditions, driver: Driver, workload: Workload): Setup {
  const { memory, kernel, costTable, mutant } = conditions;
  const costs = Object.fromEntries(Object.entries(costTable.entries).map(([name, { ns }]) => [name, ns]));
  const devices = Math.max(1, workload.regions.length);
  return plant(replaySetup({ memory, kernel, driver, costs }, devices, grainFor(workload)), mutant);
}

/** In a scenario every page is a step, so that nothing hides inside one; logs are too long for that. */
function grainFor(workload: Workload): Setup['grain'] {
  if (workload.source === 'log') return 'run';
  const large = workload.ops.some(
    ({ op }) => 'to' in op && 'from' in op && op.to - op.from > PAGES_IN_STEPS_MAX,
  );
  return large || workload.files.some(({ size }) => size.page > PAGES_IN_STEPS_MAX) ? 'run' : 'page';
}

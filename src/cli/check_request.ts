/** What `check` was asked for -> a campaign: names become properties, drivers and a planted fault. */
import type { CheckRequest } from '../check/campaign.ts';
import type { ExploreRequest } from '../explore/explore.ts';
import type { WorstRequest } from '../check/worst/worst.ts';
import { MODEL_REVISION } from '../compare/index.ts';
import { BUILTIN_2026, type CostTable } from '../costs/index.ts';
import { DRIVERS } from '../drivers/drivers.ts';
import type { Driver } from '../drivers/driver.ts';
import { driverOf } from '../explore/program.ts';
import { CHECK_INVARIANTS, INVARIANTS } from '../invariants/index.ts';
import { type Mutant, mutantNamed } from '../mutants/index.ts';
import { strategyNamed } from '../schedule/index.ts';
import type { CheckOptions, ExploreOptions, WorstOptions } from './backend.ts';
import { checkpointsIn } from './checkpoint_file.ts';
import { loadDriver } from './load_driver.ts';
import { UsageError } from './usage_error.ts';

/** Nanoseconds by cost class. */
export function costsOf(table: CostTable): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(table.entries).map(([name, { ns }]) => [name, ns]));
}

const COSTS = costsOf(BUILTIN_2026);

/** Throws UsageError for a planted fault that is another driver's, InputError for a user's driver. */
export async function checkRequest(options: CheckOptions): Promise<CheckRequest> {
  const { memory, kernel, runs, seed, onProgress, signal, properties } = options;
  const mutant = options.mutant === undefined ? undefined : mutantNamed(options.mutant);
  const strategy = options.strategy === undefined ? undefined : strategyNamed(options.strategy);
  return {
    ...{ memory, kernel, runs, onProgress, signal },
    invariants: CHECK_INVARIANTS.filter(({ id }) => properties.length === 0 || properties.includes(id)),
    drivers: await driversFor(options.driver, mutant),
    costs: COSTS,
    seed,
    modelRevision: MODEL_REVISION,
    ...(strategy === undefined ? {} : { strategy }),
    ...(mutant === undefined ? {} : { mutant }),
  };
}

/** A fault is looked for under the driver it is planted in, or that is needed to see it. */
async function driversFor(name: string | undefined, mutant: Mutant | undefined): Promise<readonly Driver[]> {
  if (name !== undefined && mutant !== undefined && name !== mutant.driver) {
    throw new UsageError(
      `--mutant: ${mutant.name} shows under driver ${mutant.driver} only, not under ${name}`,
    );
  }
  const wanted = name ?? mutant?.driver;
  return wanted === undefined ? DRIVERS : [await loadDriver(wanted)];
}

/** What `explore` was asked for -> a search. Throws UsageError for a fault of a driver that is not in the scope. */
export function exploreRequest(options: ExploreOptions): ExploreRequest {
  const { scope, statesMax, reduction, onProgress, signal } = options;
  const mutant = options.mutant === undefined ? undefined : mutantNamed(options.mutant);
  const { name } = driverOf(scope);
  if (mutant !== undefined && !name.split('+').includes(mutant.driver)) {
    throw new UsageError(
      `--mutant: ${mutant.name} shows under driver ${mutant.driver}, the scope has ${name}`,
    );
  }
  return {
    ...{
      scope,
      statesMax,
      reduction,
      onProgress,
      signal,
      invariants: INVARIANTS,
      costs: COSTS,
      modelRevision: MODEL_REVISION,
    },
    ...(mutant === undefined ? {} : { mutant }),
    ...(options.checkpoint === undefined ? {} : { checkpoints: checkpointsIn(options.checkpoint) }),
  };
}

/** What `worst` was asked for -> a search. Throws UsageError for a fault of a driver that is not asked for, InputError for a user's. */
export async function worstRequest(options: WorstOptions): Promise<WorstRequest> {
  const { tables, memory, kernel, runs, seed, onProgress, signal } = options;
  const mutant = options.mutant === undefined ? undefined : mutantNamed(options.mutant);
  const drivers = await Promise.all(options.drivers.map(loadDriver));
  if (mutant !== undefined && !options.drivers.includes(mutant.driver)) {
    throw new UsageError(
      `--mutant: ${mutant.name} shows under driver ${mutant.driver}, which is not among --drivers`,
    );
  }
  return {
    ...{ tables, memory, kernel, runs, onProgress, signal, costs: COSTS, modelRevision: MODEL_REVISION },
    drivers,
    seed,
    ...(mutant === undefined ? {} : { mutant }),
  };
}

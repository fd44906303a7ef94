/** What `check` was asked for -> a campaign: names become properties, drivers and a planted fault. */
import type { CheckRequest } from '../check/campaign.ts';
import type { WorstRequest } from '../check/worst/worst.ts';
import { MODEL_REVISION } from '../compare/index.ts';
import { BUILTIN_2026 } from '../costs/index.ts';
import { DRIVERS } from '../drivers/drivers.ts';
import type { Driver } from '../drivers/driver.ts';
import { CHECK_INVARIANTS } from '../invariants/index.ts';
import { type Mutant, mutantNamed } from '../mutants/index.ts';
import { strategyNamed } from '../schedule/index.ts';
import type { CheckOptions, WorstOptions } from './backend.ts';
import { loadDriver } from './load_driver.ts';
import { UsageError } from './usage_error.ts';

const COSTS = Object.fromEntries(Object.entries(BUILTIN_2026.entries).map(([name, { ns }]) => [name, ns]));

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
    // The generators take 32 bits.
    seed: seed | 0,
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
  return wanted === undefined ? DRIVERS : [(await loadDriver(wanted)).driver];
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
    drivers: drivers.map(({ driver }) => driver),
    seed: seed | 0,
    ...(mutant === undefined ? {} : { mutant }),
  };
}

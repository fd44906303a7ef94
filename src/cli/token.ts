/** The token of a run -> the run, and the driver and planted fault that it names. */
import { decodeRun } from '../check/run_token.ts';
import type { RunSystem } from '../check/setup_of_run.ts';
import type { ExplainedRun } from '../check/shrink.ts';
import type { Driver } from '../drivers/driver.ts';
import { RELEASES } from '../kernel/release/releases.ts';
import { MUTANTS, mutantNamed } from '../mutants/index.ts';
import { DRIVERS } from '../drivers/drivers.ts';
import { MEMORY_KINDS } from '../run/setup.ts';
import { decodeSchedule, TokenError } from '../schedule/index.ts';
import type { ScenarioReplay, Workload } from '../workload/workload.ts';
import { requireName } from './known_names.ts';
import { loadDriver } from './load_driver.ts';
import { UsageError } from './usage_error.ts';

export interface OpenedRun {
  readonly run: ExplainedRun;
  readonly tested: Driver;
  /** All but what a step costs. */
  readonly system: Omit<RunSystem, 'costs'>;
}

/**
 * Reads a token, and finds what it names. `driver`: a name or file to put in the place of the token's.
 *
 * Throws UsageError for a token that is damaged or from elsewhere, InputError for a driver file that cannot be used.
 */
export async function openToken(token: string, driver?: string): Promise<OpenedRun> {
  const { run, ...named } = decoded(token);
  requireName('token', named.memory, namesOf(MEMORY_KINDS));
  requireName('token', named.kernel, namesOf(RELEASES));
  if (named.mutant !== null) requireName('token', named.mutant, namesOf(MUTANTS));
  if (driver === undefined && !namesOf(DRIVERS).includes(named.driver)) {
    throw new UsageError(
      `token: driver '${named.driver}' is not one of ours; if it is your own, add --driver FILE`,
    );
  }
  const tested = await loadDriver(driver ?? named.driver);
  const mutant = mutantFor(tested, named.mutant);
  const { memory, kernel } = named;
  return { run, tested, system: { memory, kernel, driver: tested, mutant } };
}

/**
 * The run that a scenario describes exactly, under `tested` and on `conditions`, which may be others than it says.
 *
 * Throws UsageError for what it names and does not exist.
 */
export function openReplay(
  workload: Workload & { readonly replay: ScenarioReplay },
  tested: Driver,
  { memory, kernel }: { readonly memory: string; readonly kernel: string },
): OpenedRun {
  const { mutant: name = null, schedule: token, freezeAt = null } = workload.replay;
  if (name !== null) requireName(`${workload.name}: mutant`, name, namesOf(MUTANTS));
  requireName(`${workload.name}: kernel`, kernel, namesOf(RELEASES));
  requireName(`${workload.name}: memory`, memory, namesOf(MEMORY_KINDS));
  const mutant = mutantFor(tested, name);
  const schedule = understood(() => decodeSchedule(token), `${workload.name}: schedule`);
  return {
    run: { workload, freezeAt, schedule: { kind: 'replay', schedule } },
    tested,
    system: { memory, kernel, driver: tested, mutant },
  };
}

const namesOf = (list: readonly { readonly name: string }[]): string[] => list.map(({ name }) => name);

/** Throws UsageError for a fault of one driver under another. */
function mutantFor(driver: Driver, name: string | null): RunSystem['mutant'] {
  const mutant = name === null ? undefined : mutantNamed(name);
  if (mutant === undefined) return null;
  if (mutant.driver === driver.name) return mutant;
  throw new UsageError(
    `--driver: the fault ${mutant.name} is planted under ${mutant.driver}, not under ${driver.name}`,
  );
}

function decoded(token: string): ReturnType<typeof decodeRun> {
  return understood(() => decodeRun(token), 'token');
}

/** Throws UsageError for a token that cannot be read. */
function understood<T>(read: () => T, what: string): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof TokenError)) throw error;
    throw new UsageError(
      `${what}: ${error.message}; copy it as a whole from the output of check, worst or explain`,
    );
  }
}

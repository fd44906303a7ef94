/**
 * What a generated run is made on, from the names in its token: the one place that says so, for campaigns, replays and
 * explanations.
 */
import type { Driver } from '../drivers/driver.ts';
import type { Mutant } from '../mutants/index.ts';
import type { Setup } from '../run/session.ts';
import { smallSetup } from '../run/setup.ts';
import { ALL_OPERATIONS, FILES_STAY_MAPPED, type Profile, underProfile } from './profile.ts';

export interface RunSystem {
  readonly memory: string;
  readonly kernel: string;
  readonly driver: Driver;
  readonly mutant: Mutant | null;
  /** Nanoseconds by cost class. */
  readonly costs: Readonly<Record<string, number>>;
}

/** The workloads that a planted fault is looked for in, and the rules that then go with them. */
export function profileOf(mutant: Mutant | null): Profile {
  return mutant?.filesStayMapped === true ? FILES_STAY_MAPPED : ALL_OPERATIONS;
}

/** Throws RangeError for names of memory or kernels that do not exist. */
export function setupOfRun({ memory, kernel, driver, mutant, costs }: RunSystem): Setup {
  const setup = smallSetup({ memory, kernel, driver, costs }, { patches: mutant?.patches ?? [] });
  return underProfile(profileOf(mutant), setup);
}

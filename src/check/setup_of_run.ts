/**
 * What a generated run is made on, from the names in its token: the one place that says so, for campaigns, replays and
 * explanations.
 */
import type { Driver } from '../drivers/driver.ts';
import { type Mutant, plant } from '../mutants/index.ts';
import type { Setup } from '../run/session.ts';
import { smallSetup } from '../run/setup.ts';
import { profileFor, underProfile } from './profile.ts';

export interface RunSystem {
  readonly memory: string;
  readonly kernel: string;
  readonly driver: Driver;
  readonly mutant: Mutant | null;
  /** Nanoseconds by cost class. */
  readonly costs: Readonly<Record<string, number>>;
}

/** Throws RangeError for names of memory or kernels that do not exist. */
export function setupOfRun({ memory, kernel, driver, mutant, costs }: RunSystem): Setup {
  return plant(underProfile(profileFor(mutant), smallSetup({ memory, kernel, driver, costs })), mutant);
}

/** A setup and a planted fault -> the setup with the fault in it. */
import type { Driver } from '../drivers/driver.ts';
import type { System } from '../drivers/system.ts';
import type { Release } from '../kernel/release/rules.ts';
import type { Patch } from '../machine/program.ts';
import type { Mutant } from './mutant.ts';

/** What of a setup a fault changes. */
interface Plantable {
  readonly driver: Driver;
  readonly release: Release;
  readonly patches: readonly Patch<System>[];
}

/** `setup` with the fault of `mutant`; the same setup when there is none. */
export function plant<S extends Plantable>(setup: S, mutant: Mutant | null | undefined): S {
  if (mutant === null || mutant === undefined) return setup;
  const { release } = setup;
  return {
    ...setup,
    release: { ...release, rules: { ...release.rules, ...mutant.rules } },
    driver: mutant.changeDriver?.(setup.driver) ?? setup.driver,
    patches: [...setup.patches, ...mutant.patches],
  };
}

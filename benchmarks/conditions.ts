/** What the benchmarks of the model have in common: memory, kernel, costs, drivers. */
import {
  COST_TABLES,
  type CostTable,
  type Driver,
  driverNamed,
  type Setup,
  smallSetup,
} from '../src/index.ts';

export const MEMORY = 'ext4_dax';
export const KERNEL = 'linux-6.1';

/** A driver that pins and one that mirrors. */
export const DRIVERS_COMPARED: readonly Driver[] = ['gup', 'hmm_mirror'].map(requireDriver);

function requireDriver(name: string): Driver {
  const driver = driverNamed(name);
  if (driver === undefined) throw new Error(`there is no driver ${name}`);
  return driver;
}

export function costTable(): CostTable {
  const [table] = COST_TABLES.values();
  if (table === undefined) throw new Error('there is no cost table');
  return table;
}

/** A small system, each page a step, so that both stores take the same steps. */
export function smallSystem(driver: Driver, store: Setup['store']): Setup {
  const costs = Object.fromEntries(Object.entries(costTable().entries).map(([name, { ns }]) => [name, ns]));
  return smallSetup({ memory: MEMORY, kernel: KERNEL, driver, costs }, { store });
}

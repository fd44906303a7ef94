/** How many generated runs a second `check` makes: fast-check, generation, schedule, observers and invariants included. */
import fc from 'fast-check';
import { type Driver, generatedRuns, INVARIANTS, Runner } from '../src/index.ts';
import { DRIVERS_COMPARED, smallSystem } from './conditions.ts';
import type { Case } from './measure.ts';

/** Runs of one call, always the same ones. */
const RUNS = 100;
const SEED = 1;

export function generatedRunCases(): Case[] {
  return DRIVERS_COMPARED.map(runsCase);
}

function runsCase(driver: Driver, index: number): Case {
  const runner = new Runner(smallSystem(driver, 'dense'), INVARIANTS);
  const name = `check ${driver.name}`;
  const baseline = index === 0 ? {} : { baseline: `check ${DRIVERS_COMPARED[0]?.name ?? ''}` };
  return {
    units: [
      { name, operation: 'a generated run', ...baseline },
      { name: `${name}, steps`, operation: 'an atomic step of it', baseline: `step dense ${driver.name}` },
    ],
    run() {
      let runs = 0;
      let steps = 0;
      const property = fc.property(generatedRuns(), (generated) => {
        steps += runner.run(generated).steps;
        runs++;
      });
      fc.assert(property, { numRuns: RUNS, seed: SEED });
      return [runs, steps];
    },
  };
}

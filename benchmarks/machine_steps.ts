/** How many atomic steps a second the machine takes through the kernel model, on each store and with each driver. */
import { type Driver, runSequential, Session, type Setup } from '../src/index.ts';
import { DRIVERS_COMPARED, smallSystem } from './conditions.ts';
import { fixedWorkload } from './fixed_workload.ts';
import type { Case } from './measure.ts';

/** Runs of the workload in one call. */
const RUNS = 5;

class CountingSession extends Session {
  steps = 0;

  override step(task: number): void {
    this.steps++;
    super.step(task);
  }
}

export function machineSteps(): Case[] {
  return (['dense', 'runs'] as const).flatMap((store) =>
    DRIVERS_COMPARED.map((driver) => stepsCase(store, driver)),
  );
}

function stepsCase(store: Setup['store'], driver: Driver): Case {
  const session = new CountingSession(smallSystem(driver, store), fixedWorkload());
  const start = session.snapshot();
  const name = `step ${store} ${driver.name}`;
  const operation = 'an atomic step';
  return {
    units: [{ name, operation, ...(store === 'dense' ? {} : { baseline: `step dense ${driver.name}` }) }],
    run() {
      session.steps = 0;
      for (let run = 0; run < RUNS; run++) {
        session.restore(start);
        runSequential(session, { onBlock: 'release' });
      }
      return [session.steps];
    },
  };
}

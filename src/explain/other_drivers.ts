/** The same operations and schedule without the planted fault, and under each of the other drivers. */
import { Runner } from '../check/run_one.ts';
import { setupOfRun } from '../check/setup_of_run.ts';
import type { ExplainedRun } from '../check/shrink.ts';
import type { Driver } from '../drivers/driver.ts';
import { DRIVERS } from '../drivers/drivers.ts';
import { CHECK_INVARIANTS } from '../invariants/index.ts';
import { TASK_INTERRUPTIBLE } from '../machine/task.ts';
import type { Mutant } from '../mutants/index.ts';
import { Session } from '../run/session.ts';
import { type Failure, isExpected } from './failure.ts';
import { callText, resultText } from './words.ts';

export interface StuckCall {
  readonly call: string;
  /** A signal would end it: it sleeps in TASK_INTERRUPTIBLE. */
  readonly signal: boolean;
}

export interface UnderDriver {
  readonly driver: string;
  /** The planted fault is there as well: it is not in a part that this driver lacks. */
  readonly planted: boolean;
  /** Properties that broke, and whether that is expected of the driver. */
  readonly broken: readonly {
    readonly property: string;
    readonly title: string;
    readonly expected: boolean;
  }[];
  /** Calls that had not returned when nothing could step any more. */
  readonly stuck: readonly StuckCall[];
  /** Calls that failed, with their error. */
  readonly failed: readonly string[];
}

/** First the driver itself as it should be, if a fault is planted. */
export function underOtherDrivers(failure: Failure, run: ExplainedRun): UnderDriver[] {
  const { driver: own, mutant } = failure.system;
  const sound = mutant === null ? [] : [underDriver(withoutFault(failure), run, own)];
  const others = DRIVERS.filter(({ name }) => name !== own.name);
  return [...sound, ...others.map((driver) => underDriver(failure, run, driver))];
}

const withoutFault = (failure: Failure): Failure => ({
  ...failure,
  system: { ...failure.system, mutant: null },
});

function underDriver({ system }: Failure, run: ExplainedRun, driver: Driver): UnderDriver {
  const mutant =
    system.mutant !== null && hasPaths(system.mutant, driver, run, system) ? system.mutant : null;
  const under = { ...system, driver, mutant };
  const { session, monitor } = new Runner(setupOfRun(under), CHECK_INVARIANTS).run(run);
  const { workload } = run;
  return {
    driver: driver.name,
    planted: mutant !== null,
    broken: CHECK_INVARIANTS.filter(({ id }) => monitor.violations.has(id)).map(({ id, title }) => ({
      property: id,
      title,
      expected: isExpected(under, id),
    })),
    stuck: workload.ops.flatMap(({ op, task }, index) => {
      const stuck = session.outcomes[index]?.endTime === -1;
      const signal = session.system.m.state(task) === TASK_INTERRUPTIBLE;
      return stuck ? [{ call: callText(workload, op), signal }] : [];
    }),
    failed: workload.ops.flatMap(({ op }, index) => {
      const outcome = session.outcomes[index];
      const failed = outcome !== undefined && outcome.endTime >= 0 && outcome.ret < 0;
      return failed ? [`${callText(workload, op)} = ${resultText(outcome.ret)}`] : [];
    }),
  };
}

/** True when every path that the fault changes is in the program with this driver. */
function hasPaths(
  mutant: Mutant,
  driver: Driver,
  { workload }: ExplainedRun,
  system: Failure['system'],
): boolean {
  const { code } = new Session(setupOfRun({ ...system, driver, mutant: null }), workload).system.options;
  const names = new Set((code as { paths: readonly { name: string }[] }).paths.map(({ name }) => name));
  return mutant.patches.every(({ path, ifPresent }) => ifPresent === true || names.has(path));
}

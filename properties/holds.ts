/**
 * The words in which the properties are written: a driver holds an invariant in random runs, or is seen to break it.
 */
import fc from 'fast-check';
import { expect } from 'vitest';
import {
  ALL_OPERATIONS,
  CHECK_INVARIANTS,
  describeRun,
  drawRuns,
  type Driver,
  driverNamed,
  type ExplainedRun,
  explainRun,
  generatedRuns,
  type Invariant,
  type Mutant,
  type Profile,
  underProfile,
  Runner,
  type Setup,
  shrinkRun,
  smallSetup,
} from '../src/index.ts';
import { costs } from './costs.ts';

/** Every kind of memory that files can lie in. */
export const MEMORY = ['ext4_dax', 'xfs_dax'] as const;
export const KERNEL = 'linux-6.1';

/** Random runs of one test; the long campaign makes many more. */
export const RUNS = 120;
/** Fixed, so that a failure today is a failure tomorrow. */
export const SEED = 2026;
/** Runs in which a driver that breaks an invariant by construction must be seen to break it. */
const RUNS_TO_BREAK = 4_000;

export { costs };

export function theDriver(name: string): Driver {
  const driver = driverNamed(name);
  if (driver === undefined) throw new Error(`there is no driver ${name}`);
  return driver;
}

export function theInvariant(id: string): Invariant {
  const invariant = CHECK_INVARIANTS.find((candidate) => candidate.id === id);
  if (invariant === undefined) throw new Error(`there is no invariant ${id}`);
  return invariant;
}

export function setupOf(memory: string, driver: string, changes: Partial<Setup> = {}): Setup {
  return smallSetup({ memory, kernel: KERNEL, driver: theDriver(driver), costs }, changes);
}

/** No random run under the driver breaks the invariant. */
export function expectHeld(
  id: string,
  driver: string,
  memory: string,
  profile: Profile = ALL_OPERATIONS,
): void {
  const runner = new Runner(underProfile(profile, setupOf(memory, driver)), [theInvariant(id)]);
  fc.assert(
    fc.property(generatedRuns(profile.excluded), (run) => {
      expect(runner.run(run).monitor.violations.get(id)?.first).toBeUndefined();
    }),
    { numRuns: RUNS, seed: SEED },
  );
}

/** A run that breaks an invariant, as short as it could be made. */
export interface Found {
  readonly run: ExplainedRun;
  /** From 1. */
  readonly number: number;
  readonly first: string;
}

/** The first random run on `setup` that breaks the invariant, made short; null when none of `limit` does. */
export function firstToBreak(
  setup: Setup,
  id: string,
  limit: number,
  profile: Profile = ALL_OPERATIONS,
  seed = SEED,
): Found | null {
  const runner = new Runner(setup, [theInvariant(id)]);
  const breaks = (run: Parameters<Runner['run']>[0]): string | undefined =>
    runner.run(run).monitor.violations.get(id)?.first;
  let number = 0;
  for (const run of drawRuns(seed, limit, profile)) {
    number++;
    if (breaks(run) === undefined) continue;
    const short = shrinkRun(explainRun(runner, run), (candidate) => breaks(candidate) !== undefined);
    return { run: short, number, first: breaks(short) ?? '' };
  }
  return null;
}

/** Number from 1 of the first random run that breaks the invariant; null when none of `limit` does. */
export function firstNumberToBreak(
  setup: Setup,
  id: string,
  limit: number,
  profile: Profile,
  seed: number,
): number | null {
  const runner = new Runner(setup, [theInvariant(id)]);
  let number = 0;
  for (const run of drawRuns(seed, limit, profile)) {
    number++;
    if (runner.run(run).monitor.violations.has(id)) return number;
  }
  return null;
}

/** A driver that gives the invariant up by construction is seen to do so, and says by which facts. */
export function expectBroken(id: string, driver: string, memory: string): Found {
  const known = theDriver(driver).breaks.find(({ invariant }) => invariant === id);
  expect(known?.facts.length).toBeGreaterThan(0);
  const found = firstToBreak(setupOf(memory, driver), id, RUNS_TO_BREAK);
  if (found === null) throw new Error(`${driver} did not break ${id} in ${RUNS_TO_BREAK} runs`);
  return found;
}

/** What a golden file says of a found fault. */
export function story(mutant: Mutant, memory: string, id: string, found: Found): string {
  const head = [
    `${mutant.title} (${mutant.driver} on ${memory})`,
    `breaks ${id}: ${found.first}`,
    `found by run ${found.number}`,
  ];
  return `${[...head, '', ...describeRun(found.run)].join('\n')}\n`;
}

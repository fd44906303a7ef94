/**
 * One planted fault under one strategy: which properties break, in how many runs, and in which run first.
 */
import type { Driver } from '../drivers/driver.ts';
import { CHECK_INVARIANTS } from '../invariants/index.ts';
import type { Mutant } from '../mutants/index.ts';
import type { StrategyKind } from '../schedule/index.ts';
import type { GeneratedRun } from './generated_run.ts';
import { expectedUnder, onSystem, type Profile, profileFor } from './profile.ts';
import { Runner } from './run_one.ts';
import { decodeRun } from './run_token.ts';
import { setupOfRun } from './setup_of_run.ts';
import { strategyRuns } from './scheduled_runs.ts';

/** What a fault is looked for on. */
export interface Ground {
  readonly memory: string;
  readonly kernel: string;
  readonly driver: Driver;
  /** Nanoseconds by cost class. */
  readonly costs: Readonly<Record<string, number>>;
}

export interface Killed {
  /** Runs that broke the property. */
  readonly broken: number;
  /** Number from 1 of the first of them. */
  readonly first: number;
}

export interface Hunt {
  /** Runs made. */
  readonly runs: number;
  /** By id, properties that the driver without the fault holds; absent: not broken. */
  readonly killed: ReadonlyMap<string, Killed>;
}

/** The runner for a fault, and the profile its runs are drawn from. */
export function runnerWith(mutant: Mutant, ground: Ground): { runner: Runner; profile: Profile } {
  const profile = onSystem(profileFor(mutant), ground.memory, ground.kernel);
  return { runner: new Runner(setupOfRun({ ...ground, mutant }), CHECK_INVARIANTS), profile };
}

/** Properties that a run breaks although the driver without the fault holds them. */
export function killsOf(runner: Runner, driver: Driver, profile: Profile, run: GeneratedRun): string[] {
  const { violations } = runner.run(run).monitor;
  return [...violations.keys()].filter((id) => expectedUnder(profile, driver, id).expected === 'holds');
}

/**
 * Makes `runs` runs; then, up to `limit`, goes on for as long as nothing is killed. `kind` null: the schedules that the
 * generator draws.
 */
export function hunt(
  mutant: Mutant,
  ground: Ground,
  kind: StrategyKind | null,
  seed: number,
  runs: number,
  limit = runs,
): Hunt {
  const { runner, profile } = runnerWith(mutant, ground);
  const killed = new Map<string, Killed>();
  let made = 0;
  for (const run of strategyRuns(runner, kind, seed, Math.max(runs, limit), profile)) {
    if (made >= runs && killed.size > 0) break;
    made++;
    for (const id of killsOf(runner, ground.driver, profile, run)) {
      const known = killed.get(id);
      killed.set(id, { broken: (known?.broken ?? 0) + 1, first: known?.first ?? made });
    }
  }
  return { runs: made, killed };
}

/** What the run that was made by hand for this fault kills; nothing when there is none. */
export function directedHunt(mutant: Mutant, ground: Ground): Hunt {
  const killed = new Map<string, Killed>();
  if (mutant.directed === undefined) return { runs: 0, killed };
  const { runner, profile } = runnerWith(mutant, ground);
  const { run } = decodeRun(mutant.directed);
  for (const id of killsOf(runner, ground.driver, profile, run)) killed.set(id, { broken: 1, first: 1 });
  return { runs: 1, killed };
}

/** Runs up to and including the first that breaks a property the fault must break; null: none of `limit`. */
export function runsToDetection(
  mutant: Mutant,
  ground: Ground,
  kind: StrategyKind | null,
  seed: number,
  limit: number,
): number | null {
  const { runner, profile } = runnerWith(mutant, ground);
  let made = 0;
  for (const run of strategyRuns(runner, kind, seed, limit, profile)) {
    made++;
    if (killsOf(runner, ground.driver, profile, run).some((id) => mutant.breaks.includes(id))) return made;
  }
  return null;
}

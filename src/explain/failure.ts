/**
 * What is explained: a run on a system, and the property that it breaks there.
 */
import { type GeneratedRun, strategyOf } from '../check/generated_run.ts';
import { Runner } from '../check/run_one.ts';
import { type RunSystem, setupOfRun } from '../check/setup_of_run.ts';
import { expectedUnder, onSystem, profileFor } from '../check/profile.ts';
import { type ExplainedRun, explainRun } from '../check/shrink.ts';
import { CHECK_INVARIANTS, type Invariant } from '../invariants/index.ts';
import type { Setup } from '../run/session.ts';
import { ChoiceCounter } from './fewer_switches.ts';

export interface Failure {
  readonly system: RunSystem;
  readonly setup: Setup;
  readonly run: ExplainedRun;
  readonly property: Invariant;
  /** The driver breaks it by construction (D7). */
  readonly expected: boolean;
}

/**
 * The property to explain: the one that is asked for; else of those that break the first that nobody expects, of several
 * the one that the planted fault is there to break. Null when the run does not break it, or breaks nothing.
 */
export function failureOf(system: RunSystem, run: ExplainedRun, wanted?: string): Failure | null {
  const setup = setupOfRun(system);
  const { violations } = new Runner(setup, CHECK_INVARIANTS).run(run).monitor;
  const broken = CHECK_INVARIANTS.filter(({ id }) => violations.has(id));
  const rank = ({ id }: Invariant): number => {
    const meant = system.mutant?.breaks.indexOf(id) ?? -1;
    const expected = isExpected(system, id) ? 2 * CHECK_INVARIANTS.length : 0;
    return expected + (meant < 0 ? CHECK_INVARIANTS.length : meant);
  };
  const property =
    wanted === undefined
      ? broken.toSorted((a, b) => rank(a) - rank(b))[0]
      : broken.find(({ id }) => id === wanted);
  return property === undefined
    ? null
    : { system, setup, run, property, expected: isExpected(system, property.id) };
}

/** True when a driver of this kind gives the property up by construction. */
export function isExpected(system: RunSystem, property: string): boolean {
  const profile = onSystem(profileFor(system.mutant), system.memory, system.kernel);
  return expectedUnder(profile, system.driver, property).expected === 'breaks';
}

/** Says of any run whether it breaks the same property on the same system, and in which words. */
export class Trial {
  runs = 0;
  private readonly runner: Runner;
  private readonly property: Invariant;

  constructor(setup: Setup, property: Invariant) {
    this.runner = new Runner(setup, [property]);
    this.property = property;
  }

  /** The first violation in words; null: the property holds in the run. */
  violation(run: GeneratedRun): string | null {
    this.runs++;
    return this.runner.run(run).monitor.violations.get(this.property.id)?.first ?? null;
  }

  fails(run: GeneratedRun): boolean {
    return this.violation(run) !== null;
  }

  /** Among how many tasks the schedule chooses, at each moment with a choice. */
  choices(run: GeneratedRun): readonly number[] {
    this.runs++;
    const counter = new ChoiceCounter(strategyOf(run.schedule));
    this.runner.runWith(run, counter);
    return counter.choices;
  }

  /** The same run with its schedule as a list of preemptions. */
  explained(run: GeneratedRun): ExplainedRun {
    return explainRun(this.runner, run);
  }
}

/**
 * Counts over the runs of one driver, and the verdicts and floors that follow from them.
 */
import type { Verdict } from '../compare/result.ts';
import type { Driver } from '../drivers/driver.ts';
import type { Invariant } from '../invariants/index.ts';
import type { GeneratedRun } from './generated_run.ts';
import { ALL_OPERATIONS, expectedUnder, type Profile } from './profile.ts';
import type { Floor } from './result.ts';
import type { CheckedRun } from './run_one.ts';
import type { Situation } from './situations.ts';

/** A driver that breaks an invariant by construction must be seen to do so in a campaign of this many runs. */
export const RUNS_TO_SEE_A_BREAK = 2_000;

/** In fewer runs a share says too little. */
const RUNS_FOR_FLOORS = 500;

/** The least share of runs a situation must come up in, for drivers with a notifier and for drivers that pin. */
const FLOORS: Readonly<Record<'notifier' | 'pin', Partial<Record<Situation, number>>>> = {
  notifier: {
    'block removal meets a device fault': 0.3,
    'sequence retry': 0.1,
    'fsync meets a device write': 0.05,
    'a PMD mapping of a DAX file': 0.05,
    'a MAP_SYNC write fault': 0.05,
    'fork of a device user': 0.05,
    'a write waits for a thaw': 0.02,
  },
  pin: {
    'wait for a page reference': 0.2,
    'fsync meets a device write': 0.05,
    'a PMD mapping of a DAX file': 0.05,
    'a MAP_SYNC write fault': 0.05,
    'fork of a device user': 0.05,
    'a write waits for a thaw': 0.005,
    'a store to a shared block that a device has': 0.003,
  },
};

/** Situations that only come up where files can share blocks. */
const NEEDS_SHARING: ReadonlySet<string> = new Set<Situation>([
  'a store to a shared block that a device has',
]);

/** The first run that broke an invariant, how it is told, and its number from 1. */
export interface Broken {
  readonly run: GeneratedRun;
  readonly text: string;
  readonly number: number;
}

export class Tally {
  runs = 0;
  readonly first = new Map<string, Broken>();
  private readonly broken = new Map<string, number>();
  private readonly seen = new Map<Situation, number>();

  add(run: GeneratedRun, checked: CheckedRun): void {
    this.runs++;
    for (const [id, violations] of checked.monitor.violations) {
      this.broken.set(id, (this.broken.get(id) ?? 0) + 1);
      if (!this.first.has(id)) this.first.set(id, { run, text: violations.first, number: this.runs });
    }
    for (const situation of checked.situations) this.seen.set(situation, (this.seen.get(situation) ?? 0) + 1);
  }

  /** How many runs broke the invariant. */
  breaks(id: string): number {
    return this.broken.get(id) ?? 0;
  }

  /** Share of runs, 0 when there was none. */
  share(situation: Situation): number {
    return this.runs === 0 ? 0 : (this.seen.get(situation) ?? 0) / this.runs;
  }

  verdict(driver: Driver, invariant: Invariant, profile: Profile): Verdict {
    const { expected, facts } = expectedUnder(profile, driver, invariant.id);
    const broken = this.breaks(invariant.id);
    const enough = this.runs >= RUNS_TO_SEE_A_BREAK;
    const unseen = expected === 'breaks' && !enough ? 'not_exercised' : 'held';
    return {
      property: invariant.id,
      title: invariant.title,
      driver: driver.name,
      expected,
      got: broken > 0 ? 'broken' : unseen,
      as_expected: expected === 'breaks' ? broken > 0 || !enough : broken === 0,
      grade: 'sampled',
      facts: [...(facts.length > 0 ? facts : invariant.facts)],
      violations: broken,
      example: this.first.get(invariant.id)?.text ?? null,
    };
  }

  /**
   * The situations that a driver of this kind must have met in workloads of the profile; none for a driver that holds
   * nothing, in few runs, and on the page cache, which is a control.
   */
  floors(driver: Driver, profile: Profile = ALL_OPERATIONS): Floor[] {
    if (this.runs < RUNS_FOR_FLOORS || profile.pageCache === true) return [];
    // What a pin does to a call is not to end (I2); a reference that is soon dropped makes it wait for a moment only.
    const pins = driver.breaks.some(({ invariant }) => invariant === 'I2');
    const told = driver.invalidate !== null || driver.notifier_ops !== undefined;
    const floors = told ? FLOORS.notifier : pins ? FLOORS.pin : {};
    const shares = !profile.excluded.includes('reflink');
    const possible = Object.entries(floors).filter(([name]) => shares || !NEEDS_SHARING.has(name));
    return possible.map(([name, floor]) => {
      return { name: `${driver.name}: ${name}`, share: this.share(name as Situation), floor };
    });
  }
}

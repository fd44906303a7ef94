/**
 * planted faults x properties x strategies -> which property kills which fault, and what neither kills nor is killed.
 *
 * A property that kills no fault has not been shown to be able to fail: it is unproven. A fault that no property kills is an
 * open question: the properties say too little, or the runs do not reach it.
 */
import type { Driver } from '../drivers/driver.ts';
import { CHECK_INVARIANTS } from '../invariants/index.ts';
import type { Mutant } from '../mutants/index.ts';
import type { StrategyKind } from '../schedule/index.ts';
import { directedHunt, type Ground, hunt } from './hunt.ts';

/** One property that broke, in runs of one strategy. */
export interface KillCell {
  readonly strategy: string;
  readonly property: string;
  /** Runs that broke it, of `runs` that were made. */
  readonly broken: number;
  readonly runs: number;
  /** Number from 1 of the first of them. */
  readonly first: number;
}

export interface KillRow {
  readonly mutant: string;
  readonly title: string;
  readonly facts: readonly string[];
  readonly memory: string;
  readonly driver: string;
  /** Properties that it must break. */
  readonly expects: readonly string[];
  /** Those of them that no run here broke. */
  readonly not_seen: readonly string[];
  /** Runs made, over all strategies. */
  readonly runs: number;
  /** The property that broke in the earliest run of any strategy, or null: it survived. */
  readonly first: KillCell | null;
  readonly kills: readonly KillCell[];
}

export interface KillMatrix {
  readonly schema: 'gup-vs-hmm/kill-matrix/1';
  readonly model_revision: number;
  readonly kernel: string;
  readonly seed: number;
  /** Runs of each fault under each strategy, and how far the first strategy goes on while nothing is killed. */
  readonly runs: number;
  readonly limit: number;
  readonly strategies: readonly string[];
  readonly properties: readonly string[];
  readonly rows: readonly KillRow[];
  /** Properties that killed nothing. */
  readonly unproven: readonly string[];
  /** Faults that nothing killed. */
  readonly survivors: readonly string[];
}

export interface KillRequest {
  readonly mutants: readonly Mutant[];
  /** The schedules that the generator draws go by the name `mixed`, and come first. */
  readonly strategies: readonly StrategyKind[];
  readonly driverNamed: (name: string) => Driver | undefined;
  /** Where each fault is looked for, but for those that one filesystem alone can show. */
  readonly memory: string;
  readonly kernel: string;
  readonly costs: Readonly<Record<string, number>>;
  readonly seed: number;
  readonly runs: number;
  readonly limit: number;
  readonly modelRevision: number;
  /** Called before each row. */
  readonly onProgress?: (mutant: string, done: number, total: number) => void;
}

/** The name of the generator's own schedules. */
export const MIXED = 'mixed';
/** The name of a run that was made by hand for one fault. */
export const DIRECTED = 'directed';

export function killMatrix(request: KillRequest): KillMatrix {
  const { mutants, strategies, kernel, seed, runs, limit } = request;
  const rows = mutants.map((mutant, index) => {
    request.onProgress?.(mutant.name, index, mutants.length);
    return killRow(mutant, request);
  });
  const proven = new Set(rows.flatMap(({ kills }) => kills.map(({ property }) => property)));
  const properties = CHECK_INVARIANTS.map(({ id }) => id);
  return {
    schema: 'gup-vs-hmm/kill-matrix/1',
    model_revision: request.modelRevision,
    ...{ kernel, seed, runs, limit },
    strategies: [MIXED, ...strategies.map(({ name }) => name)],
    properties,
    rows,
    unproven: properties.filter((id) => !proven.has(id)),
    survivors: rows.filter(({ first }) => first === null).map(({ mutant }) => mutant),
  };
}

function killRow(mutant: Mutant, request: KillRequest): KillRow {
  const { kernel, costs, seed, runs, limit } = request;
  const memory = mutant.onlyOn ?? request.memory;
  const driver = request.driverNamed(mutant.driver);
  if (driver === undefined) throw new RangeError(`${mutant.name}: there is no driver ${mutant.driver}`);
  const ground: Ground = { memory, kernel, driver, costs };
  const others = request.strategies.map((kind) => ({
    strategy: kind.name,
    found: hunt(mutant, ground, kind, seed, runs),
  }));
  // Only what no strategy has killed is looked for longer.
  const killedAlready = others.some(({ found }) => found.killed.size > 0);
  const mixed = {
    strategy: MIXED,
    found: hunt(mutant, ground, null, seed, runs, killedAlready ? runs : limit),
  };
  const open = [mixed, ...others].every(({ found }) => found.killed.size === 0);
  const directed = open ? [{ strategy: DIRECTED, found: directedHunt(mutant, ground) }] : [];
  const hunts = [mixed, ...others, ...directed];
  const kills = hunts.flatMap(({ strategy, found }) =>
    [...found.killed].map(([property, { broken, first }]) => {
      return { strategy, property, broken, runs: found.runs, first };
    }),
  );
  return {
    mutant: mutant.name,
    title: mutant.title,
    facts: mutant.facts,
    memory,
    driver: driver.name,
    expects: mutant.breaks,
    not_seen: mutant.breaks.filter((id) => !kills.some(({ property }) => property === id)),
    runs: hunts.reduce((sum, { found }) => sum + found.runs, 0),
    first: kills.reduce<KillCell | null>(
      (best, cell) => (best === null || cell.first < best.first ? cell : best),
      null,
    ),
    kills,
  };
}

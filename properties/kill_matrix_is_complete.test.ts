/**
 * The published kill matrix says something of every planted fault and every property, and nothing in it is open without a
 * reason. `npm run check:mutants` makes it again, in minutes.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  CHECK_INVARIANTS,
  directedHunt,
  drawRuns,
  hunt,
  type KillMatrix,
  killMatrix,
  killTable,
  type Mutant,
  mutantNamed,
  MUTANTS,
  plant,
  profileFor,
  Runner,
  STRATEGIES,
  strategyNamed,
  underProfile,
} from '../src/index.ts';
import { costs, KERNEL, MEMORY, setupOf, theDriver } from './holds.ts';

const published = JSON.parse(
  readFileSync(new URL('../reports/kill-matrix/report.json', import.meta.url), 'utf8'),
) as KillMatrix;

/** Faults that may survive and properties that may kill nothing, with the reason. */
const OPEN: Readonly<Record<string, string>> = {};

function theMutant(name: string): Mutant {
  const mutant = mutantNamed(name);
  if (mutant === undefined) throw new Error(`there is no planted fault ${name}`);
  return mutant;
}

describe('the published kill matrix', () => {
  test('has a row for every planted fault and a column for every property', () => {
    expect(published.rows.map(({ mutant }) => mutant)).toEqual(MUTANTS.map(({ name }) => name));
    expect(published.properties).toEqual(CHECK_INVARIANTS.map(({ id }) => id));
    expect(published.strategies).toEqual(['mixed', ...STRATEGIES.map(({ name }) => name)]);
  });

  test('says of each fault what it is expected to break', () => {
    for (const { mutant, expects } of published.rows)
      expect(expects, mutant).toEqual(theMutant(mutant).breaks);
  });

  test('leaves nothing open without a reason', () => {
    expect(published.survivors.filter((name) => OPEN[name] === undefined)).toEqual([]);
    expect(published.unproven.filter((id) => OPEN[id] === undefined)).toEqual([]);
    expect(
      Object.keys(OPEN).filter((name) => ![...published.survivors, ...published.unproven].includes(name)),
    ).toEqual([]);
  });

  test('counts its own rows', () => {
    const killing = new Set(published.rows.flatMap(({ kills }) => kills.map(({ property }) => property)));
    expect(published.unproven).toEqual(published.properties.filter((id) => !killing.has(id)));
    expect(published.survivors).toEqual(
      published.rows.filter(({ kills }) => kills.length === 0).map(({ mutant }) => mutant),
    );
  });
});

/** Rows that few runs are enough to make again. */
const SOON = published.rows.flatMap(({ mutant, memory, first }) =>
  first !== null && first.first <= 25 && first.strategy !== 'directed' ? [{ mutant, memory, ...first }] : [],
);

describe('a published row is what the code gives', () => {
  test('most faults are found soon', () => {
    expect(SOON.length).toBeGreaterThan(published.rows.length / 3);
  });

  test.each(SOON)('$mutant is first killed by $property in run $first of $strategy', (row) => {
    const mutant = theMutant(row.mutant);
    const ground = { memory: row.memory, kernel: KERNEL, costs, driver: theDriver(mutant.driver) };
    const kind = row.strategy === 'mixed' ? null : (strategyNamed(row.strategy) ?? null);
    expect(hunt(mutant, ground, kind, published.seed, row.first).killed.get(row.property)?.first).toBe(
      row.first,
    );
  });
});

describe('a kill matrix', () => {
  const request = {
    ...{ driverNamed: theDriver, memory: MEMORY[0], kernel: KERNEL, costs, seed: 2026, modelRevision: 1 },
    ...{ runs: 12, limit: 12 },
    strategies: [strategyNamed('random'), strategyNamed('pct2')].flatMap((kind) => kind ?? []),
  };

  test('names what killed a fault, and how soon', () => {
    const [row] = killMatrix({ ...request, mutants: [theMutant('mirror_told_at_end')] }).rows;
    expect(row?.first?.property).toBe('I4');
    expect(row?.not_seen).toEqual([]);
    expect(new Set(row?.kills.map(({ strategy }) => strategy))).toEqual(new Set(['mixed', 'random', 'pct2']));
  });

  test('reports a fault that changes nothing as a survivor, and properties without a kill as unproven', () => {
    const harmless: Mutant = { ...theMutant('mirror_told_at_end'), patches: [], breaks: ['I4'] };
    const idle: Mutant = Object.fromEntries(
      Object.entries(harmless).filter(([key]) => key !== 'changeDriver'),
    ) as unknown as Mutant;
    const matrix = killMatrix({ ...request, mutants: [idle] });
    expect(matrix.survivors).toEqual(['mirror_told_at_end']);
    expect(matrix.unproven).toEqual(CHECK_INVARIANTS.map(({ id }) => id));
    expect(matrix.rows[0]?.not_seen).toEqual(['I4']);
    expect(killTable(matrix, 'again')).toContain('Open questions');
  });
});

describe('a run made by hand for a fault', () => {
  test.each(MUTANTS.filter(({ directed }) => directed !== undefined))(
    '$name shows it, and nothing without it',
    (mutant) => {
      const ground = { memory: MEMORY[0], kernel: KERNEL, costs, driver: theDriver(mutant.driver) };
      expect([...directedHunt(mutant, ground).killed.keys()]).toEqual(mutant.breaks);
      expect(directedHunt({ ...mutant, patches: [] }, ground).killed.size).toBe(0);
    },
  );
});

describe('the ground that a fault is planted in', () => {
  const other = MUTANTS.filter(({ rules, patches }) => rules !== undefined && patches.length > 0);

  test('other rules than those of the release are needed by some', () => {
    expect(other.length).toBeGreaterThan(0);
  });

  test.each(other)('$name: the same kernel without the fault breaks nothing', (mutant) => {
    const { rules = {} } = mutant;
    const profile = profileFor(mutant);
    const without: Mutant = { ...mutant, patches: [], rules };
    const setup = plant(underProfile(profile, setupOf(MEMORY[0], mutant.driver)), without);
    const runner = new Runner(setup, CHECK_INVARIANTS);
    const broken = [...drawRuns(3, 100, profile)].flatMap((run) => [
      ...runner.run(run).monitor.violations.keys(),
    ]);
    expect(broken).toEqual([]);
  });
});

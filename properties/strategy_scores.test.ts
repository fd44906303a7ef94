/**
 * The published scores say something of every planted fault under every strategy, and are what the code gives: the fault
 * that is found soonest is scored again. `npm run check:strategies` makes all of it, in most of an hour.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  driverNamed,
  mutantNamed,
  MUTANTS,
  score,
  scoreTable,
  STRATEGIES,
  strategyNamed,
  type StrategyScores,
} from '../src/index.ts';
import { costs, KERNEL } from './holds.ts';

const FOLDER = new URL('../reports/strategies/', import.meta.url);
const published = JSON.parse(readFileSync(new URL('report.json', FOLDER), 'utf8')) as StrategyScores;
const names = ['mixed', ...STRATEGIES.map(({ name }) => name)];

describe('the published scores', () => {
  test('are of thirty seeds or more, every fault and every strategy', () => {
    expect(published.seeds).toBeGreaterThanOrEqual(30);
    const wanted = MUTANTS.flatMap(({ name }) => names.map((strategy) => `${name} ${strategy}`));
    expect(published.scores.map(({ mutant, strategy }) => `${mutant} ${strategy}`)).toEqual(wanted);
  });

  test('are told as the report tells them', () => {
    const { seeds, limit } = published;
    const text = scoreTable(published, `npm run check:strategies -- ${seeds} ${limit}`);
    expect(readFileSync(new URL('report.md', FOLDER), 'utf8')).toBe(text);
  });

  test.each(['longterm_pins_allowed'])('of %s are what they are made of', (name) => {
    const mutant = mutantNamed(name);
    const driver = driverNamed(mutant?.driver ?? '');
    if (mutant === undefined || driver === undefined) throw new Error(`${name} cannot be planted`);
    const ground = { memory: mutant.onlyOn ?? 'ext4_dax', kernel: KERNEL, driver, costs };
    for (const strategy of ['mixed', 'pct3']) {
      const kind = strategyNamed(strategy) ?? null;
      const known = published.scores.find((one) => one.mutant === name && one.strategy === strategy);
      expect(score(mutant, ground, kind, published.seeds, published.limit)).toEqual(known);
    }
  });
});

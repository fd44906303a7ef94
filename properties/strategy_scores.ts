/**
 * How soon each strategy finds each planted fault, over many seeds: writes reports/strategies; progress on stderr.
 * `npm run check:strategies [SEEDS] [RUNS] [FAULT...]`; with faults named it prints their rows and writes nothing.
 */
import {
  driverNamed,
  MODEL_REVISION,
  MUTANTS,
  score,
  scoreTable,
  STRATEGIES,
  type StrategyScores,
} from '../src/index.ts';
import { costs } from './costs.ts';
import { publish } from './publish.ts';

const KERNEL = 'linux-6.1';
const [seeds = '30', limit = '100', ...names] = process.argv.slice(2);
const mutants = names.length === 0 ? MUTANTS : MUTANTS.filter(({ name }) => names.includes(name));
const scores = mutants.flatMap((mutant, index) => {
  const driver = driverNamed(mutant.driver);
  if (driver === undefined) throw new Error(`${mutant.name}: there is no driver ${mutant.driver}`);
  const ground = { memory: mutant.onlyOn ?? 'ext4_dax', kernel: KERNEL, driver, costs };
  return [null, ...STRATEGIES].map((kind) => {
    process.stderr.write(`${index + 1}/${mutants.length} ${mutant.name} ${kind?.name ?? 'mixed'}\n`);
    return score(mutant, ground, kind, Number(seeds), Number(limit));
  });
});

const mixed = { name: 'mixed', title: 'a strategy that the generator draws for each run', paper: null };
const result: StrategyScores = {
  ...{ schema: 'gup-vs-hmm/strategy-scores/1', model_revision: MODEL_REVISION, kernel: KERNEL },
  ...{ seeds: Number(seeds), limit: Number(limit) },
  strategies: [mixed, ...STRATEGIES.map(({ name, title, paper }) => ({ name, title, paper }))],
  scores,
};
const text = scoreTable(result, `npm run check:strategies -- ${seeds} ${limit}`);

if (names.length > 0) console.log(text);
else publish('strategies', result, text);

/**
 * How soon each strategy finds each planted fault, over many seeds: writes reports/strategies; progress on stderr.
 * `npm run check:strategies [SEEDS] [RUNS] [FAULT...]`; with faults named it prints their rows and writes nothing.
 */
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import {
  COST_TABLES,
  driverNamed,
  MODEL_REVISION,
  MUTANTS,
  score,
  scoreTable,
  STRATEGIES,
  type StrategyScores,
} from '../src/index.ts';

const FOLDER = fileURLToPath(new URL('../reports/strategies', import.meta.url));
const KERNEL = 'linux-6.1';
const [seeds = '30', limit = '100', ...names] = process.argv.slice(2);
const mutants = names.length === 0 ? MUTANTS : MUTANTS.filter(({ name }) => names.includes(name));
const costs = Object.fromEntries(
  [...COST_TABLES.values()]
    .slice(0, 1)
    .flatMap(({ entries }) => Object.entries(entries).map(([name, { ns }]) => [name, ns])),
);

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

function write(name: string, content: string): void {
  writeFileSync(`${FOLDER}/${name}.part`, content);
  renameSync(`${FOLDER}/${name}.part`, `${FOLDER}/${name}`);
}

if (names.length > 0) console.log(text);
else {
  mkdirSync(FOLDER, { recursive: true });
  write('report.json', `${JSON.stringify(result, null, 1)}\n`);
  write('report.md', text);
}

/**
 * How soon each strategy finds each planted fault, over many seeds: a table on stdout, progress on stderr.
 * `npm run check:strategies [SEEDS] [RUNS] [FAULT...]`; by default 30 seeds of at most 1,000 runs and every fault.
 */
import { COST_TABLES, driverNamed, MUTANTS, score, type Score, STRATEGIES } from '../src/index.ts';

const [seeds = '30', limit = '1000', ...names] = process.argv.slice(2);
const mutants = names.length === 0 ? MUTANTS : MUTANTS.filter(({ name }) => names.includes(name));
const costs = Object.fromEntries(
  [...COST_TABLES.values()]
    .slice(0, 1)
    .flatMap(({ entries }) => Object.entries(entries).map(([name, { ns }]) => [name, ns])),
);

function line(cells: readonly string[]): string {
  const widths = [38, 18, 7, 9, 7];
  return cells
    .map((cell, at) => (at < 2 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0)))
    .join(' ');
}

function row({ mutant, strategy, found, seeds: tried, mean, p95 }: Score): string {
  return line([mutant, strategy, `${found}/${tried}`, mean?.toFixed(1) ?? '-', String(p95 ?? '-')]);
}

/** Over all faults: the share of fault and seed that a strategy found, and its mean over those. */
function summary(strategy: string, scores: readonly Score[]): string {
  const own = scores.filter((one) => one.strategy === strategy);
  const found = own.reduce((sum, one) => sum + one.found, 0);
  const tried = own.reduce((sum, one) => sum + one.seeds, 0);
  const runs = own.reduce((sum, one) => sum + (one.mean ?? 0) * one.found, 0);
  const mean = found === 0 ? '-' : (runs / found).toFixed(1);
  return line(['all faults', strategy, `${((100 * found) / tried).toFixed(1)}%`, mean, '']);
}

console.log(line(['fault', 'strategy', 'found', 'mean', 'p95']));
const scores: Score[] = [];
for (const [index, mutant] of mutants.entries()) {
  const driver = driverNamed(mutant.driver);
  if (driver === undefined) throw new Error(`${mutant.name}: there is no driver ${mutant.driver}`);
  const ground = { memory: mutant.onlyOn ?? 'ext4_dax', kernel: 'linux-6.1', driver, costs };
  for (const kind of [null, ...STRATEGIES]) {
    process.stderr.write(`${index + 1}/${mutants.length} ${mutant.name} ${kind?.name ?? 'mixed'}\n`);
    const scored = score(mutant, ground, kind, Number(seeds), Number(limit));
    scores.push(scored);
    console.log(row(scored));
  }
}
for (const strategy of ['mixed', ...STRATEGIES.map(({ name }) => name)])
  console.log(summary(strategy, scores));
console.log('\nStrategies and their papers:');
for (const { name, title, paper } of STRATEGIES)
  console.log(`  ${name}: ${title}${paper === null ? '' : ` (${paper})`}`);

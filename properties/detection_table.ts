/**
 * How soon each planted fault is found: runs to the first violation, over ten seeds, on both filesystems. Printed as a
 * table; `npm run check:faults [SEEDS] [RUNS]` makes it.
 */
import {
  CHECK_INVARIANTS,
  drawRuns,
  driverNamed,
  MEMORY_KINDS,
  type Mutant,
  MUTANTS,
  profileFor,
  Runner,
  setupOfRun,
} from '../src/index.ts';
import { costs } from './costs.ts';

const [seeds = 10, runs = 20_000] = process.argv.slice(2).map(Number);

function runnerOf(mutant: Mutant, memory: string): Runner {
  const driver = driverNamed(mutant.driver);
  if (driver === undefined) throw new Error(`${mutant.name}: there is no driver ${mutant.driver}`);
  return new Runner(
    setupOfRun({ memory, kernel: 'linux-6.1', driver, mutant, costs }),
    CHECK_INVARIANTS.filter(({ id }) => mutant.breaks.includes(id)),
  );
}

/** Runs up to and including the first that breaks any of the mutant's invariants; null: none of `runs`. */
function runsToFirst(runner: Runner, mutant: Mutant, seed: number): number | null {
  const profile = profileFor(mutant);
  let number = 0;
  for (const run of drawRuns(seed, runs, profile)) {
    number++;
    if (runner.run(run).monitor.violations.size > 0) return number;
  }
  return null;
}

function row(mutant: Mutant, memory: string): string {
  const runner = runnerOf(mutant, memory);
  const found = Array.from({ length: seeds }, (_, seed) => runsToFirst(runner, mutant, seed + 1));
  const numbers = found.filter((number) => number !== null).sort((a, b) => a - b);
  const mean =
    numbers.length === 0
      ? '-'
      : (numbers.reduce((sum, number) => sum + number, 0) / numbers.length).toFixed(0);
  const cells = [mutant.name.padEnd(30), memory.padEnd(9), `${numbers.length}/${seeds}`.padStart(6)];
  return [...cells, mean.padStart(7), String(numbers.at(-1) ?? '-').padStart(7)].join(' ');
}

console.log(
  [`fault`.padEnd(30), 'memory'.padEnd(9), 'found'.padStart(6), 'mean'.padStart(7), 'most'.padStart(7)].join(
    ' ',
  ),
);
const onDax = MEMORY_KINDS.filter(({ filesystem }) => filesystem.dax).map(({ name }) => name);
for (const mutant of MUTANTS)
  for (const memory of mutant.onlyOn === undefined ? onDax : [mutant.onlyOn])
    console.log(row(mutant, memory));

/**
 * Planted faults x properties x strategies: writes reports/kill-matrix, prints what is open, and ends with 1 when something is.
 * `npm run check:mutants [RUNS] [LIMIT] [FAULT...]`; with faults named it prints their rows and writes nothing.
 */
import { driverNamed, killMatrix, killTable, MODEL_REVISION, MUTANTS, STRATEGIES } from '../src/index.ts';
import { costs } from './costs.ts';
import { publish } from './publish.ts';

const [runs = '60', limit = '6000', ...names] = process.argv.slice(2);

const matrix = killMatrix({
  mutants: names.length === 0 ? MUTANTS : MUTANTS.filter(({ name }) => names.includes(name)),
  strategies: STRATEGIES,
  driverNamed,
  memory: 'ext4_dax',
  kernel: 'linux-6.1',
  costs,
  seed: 2026,
  runs: Number(runs),
  limit: Number(limit),
  modelRevision: MODEL_REVISION,
  onProgress(mutant, done, total) {
    process.stderr.write(`${done + 1}/${total} ${mutant}\n`);
  },
});
const text = killTable(matrix, `npm run check:mutants -- ${runs} ${limit}`);

if (names.length > 0) console.log(text);
else publish('kill-matrix', matrix, text);
for (const name of matrix.survivors) console.log(`open question: ${name} survived`);
for (const id of matrix.unproven) console.log(`unproven: ${id} killed nothing`);
process.exitCode = matrix.survivors.length + (names.length > 0 ? 0 : matrix.unproven.length) > 0 ? 1 : 0;

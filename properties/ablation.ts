/**
 * hmm_mirror taken apart: writes reports/ablation. `npm run ablation [RUNS] [LIMIT]`; progress on stderr. Ends with 1 when a part
 * can be left out and nothing is seen to break.
 */
import { ablation, ablationTable, type Driver, driverNamed, MODEL_REVISION } from '../src/index.ts';
import { costs } from './costs.ts';
import { publish } from './publish.ts';

const COUNTED = ['get', 'gup', 'notifier', 'list_notifier', 'hmm_mirror'];
const [runs = '200', limit = '4000'] = process.argv.slice(2);

function theDriver(name: string): Driver {
  const driver = driverNamed(name);
  if (driver === undefined) throw new Error(`there is no driver ${name}`);
  return driver;
}

const result = ablation({
  memory: 'ext4_dax',
  kernel: 'linux-6.1',
  costs,
  mirror: theDriver('hmm_mirror'),
  counted: COUNTED.map(theDriver),
  strategy: null,
  seed: 2026,
  runs: Number(runs),
  limit: Number(limit),
  modelRevision: MODEL_REVISION,
  onProgress(what, done, total) {
    process.stderr.write(`${done + 1}/${total} ${what}\n`);
  },
});

publish('ablation', result, ablationTable(result, `npm run ablation -- ${runs} ${limit}`));
const idle = result.rows.filter(({ shortest }) => shortest === null);
for (const { without } of idle) console.log(`nothing was seen to break without ${without.join(' and ')}`);
process.exitCode = idle.length > 0 ? 1 : 0;

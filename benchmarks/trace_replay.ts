/** How many lines of a log are imported and how many of its calls are compared a second, observers and report data included. */
import { catalogueEntry, compare, type Driver, importLog, type ReplayInput } from '../src/index.ts';
import { costTable, DRIVERS_COMPARED, KERNEL, MEMORY } from './conditions.ts';
import type { Case } from './measure.ts';

const LOG = 't_mmap_collision';
/** Calls from the start of the log: a whole replay takes seconds, and a few are needed. */
const CALLS = 3000;

export async function traceReplay(): Promise<Case[]> {
  const { file } = catalogueEntry(LOG);
  const { workload, sha256 } = await importLog(file);
  const start = { workload: { ...workload, ops: workload.ops.slice(0, CALLS) }, sha256 };
  return [importCase(file), ...DRIVERS_COMPARED.map((driver, index) => replayCase(start, driver, index))];
}

function importCase(file: string): Case {
  return {
    units: [{ name: `import ${LOG}`, operation: 'a line of the log' }],
    async run() {
      const { lines } = await importLog(file);
      return [lines];
    },
  };
}

function replayCase(input: ReplayInput, driver: Driver, index: number): Case {
  const baseline = index === 0 ? {} : { baseline: `replay ${DRIVERS_COMPARED[0]?.name ?? ''}` };
  return {
    units: [{ name: `replay ${driver.name}`, operation: `a call of ${LOG}`, ...baseline }],
    run() {
      const findings = compare(input, {
        memory: MEMORY,
        kernel: KERNEL,
        costTable: costTable(),
        seed: 0,
        signal: { aborted: false },
        onProgress: () => undefined,
        drivers: [driver],
        onBlock: 'release',
        reproduce: '',
      });
      return [findings.input.operations];
    },
  };
}

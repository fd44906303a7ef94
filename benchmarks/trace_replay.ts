/** How many lines of a log are imported and how many of its calls are compared a second, observers and report data included. */
import { compare } from '../src/compare/index.ts';
import { catalogueEntry } from '../src/workload/catalogue/index.ts';
import { importStrace, type StraceImport } from '../src/workload/strace/import.ts';
import type { Driver } from '../src/drivers/index.ts';
import { costTable, DRIVERS_COMPARED, KERNEL, MEMORY } from './conditions.ts';
import type { Case } from './measure.ts';

const LOG = 't_mmap_collision';

export async function traceReplay(): Promise<Case[]> {
  const { file } = catalogueEntry(LOG);
  const imported = await importStrace(file);
  return [importCase(file), ...DRIVERS_COMPARED.map((driver, index) => replayCase(imported, driver, index))];
}

function importCase(file: string): Case {
  return {
    units: [{ name: `import ${LOG}`, operation: 'a line unpacked, parsed, followed' }],
    async run() {
      const { lines } = await importStrace(file);
      return [lines];
    },
  };
}

function replayCase({ workload, sha256 }: StraceImport, driver: Driver, index: number): Case {
  const baseline = index === 0 ? {} : { baseline: `replay ${DRIVERS_COMPARED[0]?.name ?? ''}` };
  return {
    units: [{ name: `replay ${driver.name}`, operation: `a call of ${LOG}, runs store`, ...baseline }],
    run() {
      const findings = compare(
        { workload, sha256 },
        {
          memory: MEMORY,
          kernel: KERNEL,
          costTable: costTable(),
          seed: 0,
          signal: { aborted: false },
          onProgress: () => undefined,
          drivers: [{ driver }],
          onBlock: 'release',
          reproduce: '',
        },
      );
      return [findings.complete ? workload.ops.length : 0];
    },
  };
}

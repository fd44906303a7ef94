/**
 * Reads a log in a process of its own, which does nothing else, and prints what that took as JSON.
 *
 *     node --import tsx benchmarks/read_in_process.ts FILE counts|workload
 */
import { execFile } from 'node:child_process';
import { argv, execPath, resourceUsage } from 'node:process';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { countLog, importLog } from '../src/index.ts';

/** `counts`: as `import --stats` does it; `workload`: everything that a comparison is made from. */
export type Extent = 'counts' | 'workload';

export interface ReadCost {
  readonly lines: number;
  /** Operations of the workload; 0 for counts. */
  readonly operations: number;
  readonly peak_rss_bytes: number;
}

const KIBIBYTE = 1024;

/** Starts the process. Throws when it fails. */
export async function readInProcess(path: string, extent: Extent): Promise<ReadCost> {
  const self = fileURLToPath(import.meta.url);
  const { stdout } = await promisify(execFile)(execPath, ['--import', 'tsx', self, path, extent]);
  return JSON.parse(stdout) as ReadCost;
}

async function main(path: string, extent: string): Promise<ReadCost> {
  const { lines, operations } =
    extent === 'counts' ? { ...(await countLog(path)), operations: 0 } : await workloadOf(path);
  return { lines, operations, peak_rss_bytes: resourceUsage().maxRSS * KIBIBYTE };
}

async function workloadOf(path: string): Promise<Pick<ReadCost, 'lines' | 'operations'>> {
  const { lines, workload } = await importLog(path);
  return { lines, operations: workload.ops.length };
}

if (import.meta.url === pathToFileURL(argv[1] ?? '').href) {
  const [, , path = '', extent = 'counts'] = argv;
  process.stdout.write(`${JSON.stringify(await main(path, extent))}\n`);
}

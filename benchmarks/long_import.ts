/**
 * How many lines of a log of a million are read a second, and how much memory that takes: each time in a process of its
 * own, whose start is part of the time. A log that does not fit into memory takes no more.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MILLION, writeLongLog } from './long_log.ts';
import type { Case } from './measure.ts';
import { type Extent, readInProcess } from './read_in_process.ts';

export async function longImport(): Promise<Case[]> {
  const folder = mkdtempSync(join(tmpdir(), 'gup-vs-hmm-bench-'));
  process.on('exit', () => {
    rmSync(folder, { recursive: true, force: true });
  });
  const path = join(folder, 'million.strace');
  await writeLongLog(path, MILLION);
  return [readCase(path, 'counts', 'import --stats'), readCase(path, 'workload', 'import of a workload')];
}

function readCase(path: string, extent: Extent, name: string): Case {
  let peak = 0;
  return {
    units: [{ name: `${name}, a million lines`, operation: 'a line of the log' }],
    async run() {
      const { lines, peak_rss_bytes } = await readInProcess(path, extent);
      peak = Math.max(peak, peak_rss_bytes);
      return [lines];
    },
    peakRssBytes: () => peak,
  };
}

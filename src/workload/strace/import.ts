/**
 * An strace log file to a workload and to counts.
 *
 * Operations stand in the order in which their calls ended, each with the line on which its call began. Only data
 * files and their mappings become part of the workload; all else is followed (descriptors, processes, libraries)
 * and counted. Reads and writes of no bytes are left out: they do nothing.
 */
import { DEFAULT_DATA_PREFIX } from './file_object.ts';
import { StraceImporter } from './importer.ts';
import type { ImportedLines } from './importer.ts';
import { LineSource } from './lines.ts';

export interface ImportOptions {
  /** Files whose path begins with it are data files, beside memfd and /dev/shm/; `/mnt/data/` by default. */
  readonly dataPrefix?: string;
  /** Called now and then with the number of lines read. */
  readonly onProgress?: (lines: number) => void;
}

export interface StraceImport extends ImportedLines {
  /** Of the unpacked log, in hexadecimal. */
  readonly sha256: string;
  readonly lines: number;
}

const PROGRESS_LINES = 10_000;

/**
 * Reads a log, plain or gzip. Throws InputError if the file cannot be read or is no strace log; single lines
 * that cannot be used are listed in `rejected`.
 */
export async function importStrace(path: string, options: ImportOptions = {}): Promise<StraceImport> {
  const source = new LineSource(path);
  const importer = new StraceImporter(path, options.dataPrefix ?? DEFAULT_DATA_PREFIX);
  for await (const line of source.read()) {
    importer.push(line);
    if (line.line % PROGRESS_LINES === 0) options.onProgress?.(line.line);
  }
  return { ...importer.finish(), lines: source.lines, sha256: source.sha256() };
}

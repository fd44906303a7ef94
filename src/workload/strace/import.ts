/**
 * A log file of strace or perf trace to a workload and to counts.
 *
 * Operations stand in the order in which their calls ended, each with the line on which its call began. Only data
 * files and their mappings become part of the workload; all else is followed (descriptors, processes, libraries)
 * and counted. Reads and writes of no bytes are left out: they do nothing.
 */
import { DEFAULT_DATA_PREFIX } from './file_object.ts';
import { STRACE, formatOfLine } from './format.ts';
import type { LogFormat } from './format.ts';
import { LineCounter, LogImporter } from './importer.ts';
import type { CountedLines, ImportedLines, ImporterOptions } from './importer.ts';
import { LineSource } from './lines.ts';
import type { LogLine } from './lines.ts';

/** How far the reading of a log is, over all the times that it has to be read. */
export interface ReadProgress {
  readonly lines: number;
  /** Bytes of the file, packed as it is. */
  readonly bytes: number;
  /** 0 if the file has no size. */
  readonly bytesTotal: number;
}

export interface ImportOptions {
  /** Files whose path begins with it are data files, beside memfd and /dev/shm/; `/mnt/data/` by default. */
  readonly dataPrefix?: string;
  /** Called some times a second. */
  readonly onProgress?: (progress: ReadProgress) => void;
  /** Looked at as often; once it is true the import throws an error with the name AbortError. */
  readonly signal?: { readonly aborted: boolean };
}

interface ReadLog {
  /** Of the unpacked log, in hexadecimal. */
  readonly sha256: string;
  readonly lines: number;
}

export type LogImport = ImportedLines & ReadLog;
export type LogCounts = CountedLines & ReadLog;

/**
 * Reads a log, plain or gzip. Throws InputError if the file cannot be read or is no log; single lines that cannot
 * be used are listed in `rejected`.
 */
export function importLog(path: string, options: ImportOptions = {}): Promise<LogImport> {
  return readTwiceIfNeeded(path, options, (given) => new LogImporter(given));
}

/** As {@link importLog}, without the workload: memory does not grow with the number of calls. */
export function countLog(path: string, options: ImportOptions = {}): Promise<LogCounts> {
  return readTwiceIfNeeded(path, options, (given) => new LineCounter(given));
}

/** Takes the lines of a log. */
interface Reader<Result> {
  push(line: LogLine): void;
  finish(): Result;
}

async function readTwiceIfNeeded<Result extends object>(
  path: string,
  options: ImportOptions,
  make: (given: ImporterOptions) => Reader<Result>,
): Promise<Result & ReadLog> {
  const given = { path, dataPrefix: options.dataPrefix ?? DEFAULT_DATA_PREFIX };
  const { reader, ...read } = await readOnce(path, options, (format) =>
    format.namesComeLater ? new LineCounter({ ...given, format }) : make({ ...given, format }),
  );
  if (!(reader instanceof LineCounter && reader.format.namesComeLater))
    return { ...(reader.finish() as Result), ...read };
  const { format } = reader;
  const knownPaths = reader.learnedPaths();
  const again = await readOnce(path, options, () => make({ ...given, format, knownPaths }));
  return { ...again.reader.finish(), lines: again.lines, sha256: again.sha256 };
}

/** Lines at the start that may belong to no format. */
const PROBE_LINES = 300;

/** The format of the first line that has one; strace after many that have none, so that somebody says so. */
function formatOf(lines: readonly LogLine[]): LogFormat | undefined {
  for (const { text } of lines.slice(0, PROBE_LINES)) {
    const format = formatOfLine(text);
    if (format !== undefined) return format;
  }
  return lines.length < PROBE_LINES ? undefined : STRACE;
}

/** Reads the file and makes the reader once the format is known. */
async function readOnce<R extends Reader<unknown>>(
  path: string,
  { onProgress, signal }: ImportOptions,
  make: (format: LogFormat) => R,
): Promise<ReadLog & { readonly reader: R }> {
  const source = new LineSource(path);
  let reader: R | undefined;
  let waiting: LogLine[] = [];
  for await (const lines of source.read()) {
    if (reader === undefined) {
      waiting.push(...lines);
      const format = formatOf(waiting);
      if (format !== undefined) reader = make(format);
    } else waiting = lines;
    if (reader !== undefined) pushAll(reader, waiting);
    onProgress?.({ lines: source.lines, bytes: source.bytesRead, bytesTotal: source.bytes });
    if (signal?.aborted === true) throw Object.assign(new Error('stopped'), { name: 'AbortError' });
  }
  if (reader === undefined) {
    reader = make(STRACE);
    pushAll(reader, waiting);
  }
  return { reader, lines: source.lines, sha256: source.sha256() };
}

function pushAll(reader: Reader<unknown>, lines: readonly LogLine[]): void {
  for (const line of lines) reader.push(line);
}

/** The name of an input -> a workload: a catalogue entry, a scenario file or an strace log. */
import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { CATALOGUE, catalogueEntry, type CatalogueEntry } from '../workload/catalogue/index.ts';
import { loadScenario } from '../workload/scenario/index.ts';
import { importLog, type ImportOptions } from '../workload/strace/import.ts';
import type { RejectedLine } from '../workload/strace/rejected_lines.ts';
import { InputError, type InputProblem } from '../workload/input_error.ts';
import type { Attention, InputOptions, LoadedInput } from './backend.ts';

/** Throws InputError for what cannot be used, and for a name that is neither in the catalogue nor a file. */
export async function loadInput(
  nameOrPath: string,
  options: InputOptions,
  attention?: Attention,
): Promise<LoadedInput> {
  const entry = CATALOGUE.find(({ name }) => name === nameOrPath);
  if (entry !== undefined) return loadEntry(entry, options, attention);
  if (/\.(ya?ml|json)$/.test(nameOrPath)) return scenarioOf(nameOrPath, nameOrPath, options);
  if (!existsSync(nameOrPath)) refuse(nameOrPath);
  return loadLog(nameOrPath, options, attention);
}

async function loadEntry(
  { kind, name, title, file }: CatalogueEntry,
  options: InputOptions,
  attention?: Attention,
): Promise<LoadedInput> {
  if (kind === 'scenario') return scenarioOf(name, file, options);
  const loaded = await loadLog(file, options, attention);
  return { ...loaded, workload: { ...loaded.workload, name, title } };
}

async function scenarioOf(name: string, file: string, { dataPrefix }: InputOptions): Promise<LoadedInput> {
  if (dataPrefix !== undefined) {
    throw new InputError({
      file: name,
      problem: 'is a scenario, which has no paths: --data is for logs',
      hint: 'leave --data out',
    });
  }
  return { ...(await loadScenario(file)), rejected: [] };
}

async function loadLog(file: string, options: InputOptions, attention?: Attention): Promise<LoadedInput> {
  const { workload, sha256, rejected } = await importLog(file, readOptions(file, options, attention));
  if (workload.ops.length === 0) {
    throw new InputError({
      file,
      problem: 'no call of the log is about a data file',
      hint: 'files below --data PREFIX are the data, /mnt/data/ when it is not given',
    });
  }
  return { workload, sha256, rejected: rejectedProblems(file, rejected) };
}

const MEGABYTE = 1_000_000;

/** Options for reading a log, with the progress of it in megabytes of the file. */
export function readOptions(
  file: string,
  { dataPrefix }: InputOptions,
  attention: Attention | undefined,
): ImportOptions {
  const what = `MB of ${basename(file)}`;
  const inMegabytes = (bytes: number): number => Math.ceil(bytes / MEGABYTE);
  return {
    ...(dataPrefix === undefined ? {} : { dataPrefix }),
    ...(attention === undefined
      ? {}
      : {
          signal: attention.signal,
          onProgress: ({ bytes, bytesTotal }) =>
            attention.onProgress({ what, done: inMegabytes(bytes), total: inMegabytes(bytesTotal) }),
        }),
  };
}

/** Lines of a log that could not be used, as problems of an input. */
export function rejectedProblems(file: string, rejected: readonly RejectedLine[]): InputProblem[] {
  return rejected.map(({ line, why }) => ({ file, line, problem: why }));
}

/** A path is missing as a file; a bare word is no catalogue name, and may be a misspelt one. */
function refuse(nameOrPath: string): never {
  if (!/[/\\.]/.test(nameOrPath)) catalogueEntry(nameOrPath);
  throw new InputError({
    file: nameOrPath,
    problem: 'no such file',
    hint: 'list scenarios has the names of the catalogue',
  });
}

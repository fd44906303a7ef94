/** The name of an input -> a workload: a catalogue entry, a scenario file or an strace log. */
import { existsSync } from 'node:fs';
import { CATALOGUE, catalogueEntry, type CatalogueEntry } from '../workload/catalogue/index.ts';
import { loadScenario } from '../workload/scenario/index.ts';
import { importStrace } from '../workload/strace/import.ts';
import { InputError } from '../workload/input_error.ts';
import type { InputOptions, LoadedInput } from './backend.ts';

/** Throws InputError for what cannot be used, and for a name that is neither in the catalogue nor a file. */
export async function loadInput(nameOrPath: string, options: InputOptions): Promise<LoadedInput> {
  const entry = CATALOGUE.find(({ name }) => name === nameOrPath);
  if (entry !== undefined) return loadEntry(entry, options);
  if (/\.(ya?ml|json)$/.test(nameOrPath)) return { ...(await loadScenario(nameOrPath)), rejected: [] };
  if (!existsSync(nameOrPath)) refuse(nameOrPath);
  return loadLog(nameOrPath, options);
}

async function loadEntry(
  { kind, name, title, file }: CatalogueEntry,
  options: InputOptions,
): Promise<LoadedInput> {
  if (kind === 'scenario') return { ...(await loadScenario(file)), rejected: [] };
  const loaded = await loadLog(file, options);
  return { ...loaded, workload: { ...loaded.workload, name, title } };
}

async function loadLog(file: string, { dataPrefix }: InputOptions): Promise<LoadedInput> {
  const { workload, sha256, rejected } = await importStrace(
    file,
    dataPrefix === undefined ? {} : { dataPrefix },
  );
  if (workload.ops.length === 0) {
    throw new InputError({
      file,
      problem: 'no call of the log is about a data file',
      hint: 'files below --data PREFIX are the data, /mnt/data/ when it is not given',
    });
  }
  return { workload, sha256, rejected: rejected.map(({ line, why }) => ({ file, line, problem: why })) };
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

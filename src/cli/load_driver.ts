/** The name of a driver -> the driver: one that comes along, or the default export of the user's own file. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { tsImport } from 'tsx/esm/api';
import type { Driver } from '../drivers/driver.ts';
import { driverNamed } from '../drivers/drivers.ts';
import { driverKit } from '../drivers/kit.ts';
import { InputError } from '../workload/input_error.ts';

/** Paths every driver has, in the order of the contract. */
const PATHS = ['attach', 'detach', 'begin_transfer', 'device_fault', 'end_transfer'] as const;

/** Throws InputError, which names the file, for one that cannot be loaded or gives no driver. */
export async function loadDriver(nameOrFile: string): Promise<Driver> {
  const known = driverNamed(nameOrFile);
  if (known !== undefined) return known;
  const path = resolve(nameOrFile);
  if (!existsSync(path)) throw new InputError({ file: nameOrFile, problem: 'no such driver file' });
  try {
    const found = defaultOf(await importModule(path));
    const value =
      typeof found === 'function' ? (found as (kit: typeof driverKit) => unknown)(driverKit) : found;
    // Copied, so that a getter of the user's own throws here or never.
    return { ...checked(nameOrFile, value), file: nameOrFile };
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(
      { file: nameOrFile, problem: `cannot be loaded: ${reason(error)}` },
      { cause: error },
    );
  }
}

function importModule(path: string): Promise<unknown> {
  const url = pathToFileURL(path).href;
  return /\.[cm]?ts$/.test(path) ? tsImport(url, import.meta.url) : import(url);
}

/** A module that was compiled to CommonJS on the way has its default export one level further down. */
function defaultOf(module: unknown): unknown {
  const found = member(module, 'default');
  return member(found, '__esModule') === true ? member(found, 'default') : found;
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function checked(file: string, value: unknown): Driver {
  const problem = problemOf(value);
  if (problem === null) return value as Driver;
  throw new InputError({
    file,
    problem: `is no driver: ${problem}`,
    hint: 'the default export is a driver, or a function (kit) => driver; list drivers has some to start from',
  });
}

/** What the value lacks to be a driver, or null. */
function problemOf(value: unknown): string | null {
  if (value === undefined) return 'it has no default export';
  if (typeof value !== 'object' || value === null)
    return `its default export gives ${value === null ? 'null' : `a ${typeof value}`}`;
  for (const name of ['name', 'title']) {
    const text = member(value, name);
    if (typeof text !== 'string' || text === '') return `'${name}' is missing`;
  }
  for (const name of PATHS) if (!isPath(member(value, name))) return `path '${name}' is missing`;
  const invalidate = member(value, 'invalidate');
  if (invalidate !== null && !isPath(invalidate)) return "'invalidate' is neither a path nor null";
  const breaks = member(value, 'breaks');
  const isKnownBreak = (entry: unknown): boolean =>
    typeof member(entry, 'invariant') === 'string' && Array.isArray(member(entry, 'facts'));
  if (!Array.isArray(breaks) || !breaks.every(isKnownBreak))
    return "'breaks' is no list of { invariant, facts }";
  return null;
}

function isPath(value: unknown): boolean {
  return (
    typeof member(value, 'name') === 'string' &&
    Array.isArray(member(value, 'locals')) &&
    Array.isArray(member(value, 'entries'))
  );
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

/** Names against the lists they come from, with the valid ones in the message. */
import { COST_TABLES, type CostTable } from '../costs/index.ts';
import { nearest } from '../workload/scenario/suggest.ts';
import type { Backend, BackendList } from './backend.ts';
import { UsageError } from './usage_error.ts';

/** Throws {@link UsageError} unless the backend lists the name. */
export function requireKnown(backend: Backend, option: string, kind: BackendList, name: string): void {
  requireName(
    option,
    name,
    backend.list(kind).map((row) => row.name),
  );
}

/** Throws {@link UsageError} unless the name is one of `names`. */
export function requireName(option: string, name: string, names: readonly string[]): void {
  if (!names.includes(name)) throw new UsageError(unknownName(option, name, names));
}

/** As {@link requireKnown}; a path to a driver of the user's own is left to the backend. */
export function requireDriver(backend: Backend, option: string, name: string): void {
  if (!isDriverFile(name)) requireKnown(backend, option, 'drivers', name);
}

/** The cost table of that name. Throws {@link UsageError} when there is none. */
export function costTableOf(name: string): CostTable {
  const table = COST_TABLES.get(name);
  if (table === undefined) throw new UsageError(unknownName('--cost', name, [...COST_TABLES.keys()]));
  return table;
}

function isDriverFile(name: string): boolean {
  return /[/\\]|\.[cm]?[jt]s$/.test(name);
}

function unknownName(option: string, name: string, names: readonly string[]): string {
  const near = nearest(name, names);
  const hint = near === undefined ? '' : ` (did you mean '${near}'?)`;
  return `${option}: '${name}' is not known${hint}; valid: ${names.join(', ')}`;
}

/**
 * The names a scenario declares, read leniently: a file whose size is wrong is still a name that operations
 * may use, so one mistake does not show up again in each of them.
 */
import type { Names } from './convert.ts';

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function keysOf(value: unknown): string[] {
  return isObject(value) ? Object.keys(value) : [];
}

function tasksOf(processes: unknown): string[] {
  return keysOf(processes).flatMap((process) => {
    const entry: unknown = isObject(processes) ? processes[process] : undefined;
    const threads = isObject(entry) ? entry['threads'] : undefined;
    return Array.isArray(threads) ? threads.filter((name) => typeof name === 'string') : [process];
  });
}

/** Regions are declared by their first attach. */
function regionsOf(ops: readonly unknown[]): string[] {
  const attached = ops.filter((op) => isObject(op) && op['op'] === 'attach');
  const names = attached.map((op) => (isObject(op) ? op['region'] : undefined));
  return [...new Set(names.filter((name) => typeof name === 'string'))];
}

/** The list under `ops`, empty when there is none. */
export function rawOps(root: unknown): readonly unknown[] {
  const ops = isObject(root) ? root['ops'] : undefined;
  return Array.isArray(ops) ? ops : [];
}

/** `root` is the document as plain values. */
export function declaredNames(root: unknown): Names {
  const top = isObject(root) ? root : {};
  return { files: keysOf(top['files']), tasks: tasksOf(top['processes']), regions: regionsOf(rawOps(root)) };
}

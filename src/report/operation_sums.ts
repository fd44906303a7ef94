/**
 * Sums over the operation kinds of one driver, and the kinds that the argument is about.
 */
import { WAIT_CLASSES, type DriverResult, type OperationStats, type WaitClass } from '../compare/result.ts';
import { OPERATION_KINDS, type OperationKind } from '../workload/operation.ts';

const TRUNCATES: ReadonlySet<OperationKind> = new Set<OperationKind>(['truncate', 'open_trunc']);
const FALLOCATES: ReadonlySet<OperationKind> = new Set<OperationKind>([
  'punch',
  'zero',
  'collapse',
  'insert',
  'unshare',
  'alloc',
]);

/** Truncate and every mode of fallocate: XFS waits for pins in all of them, preallocation included (K56). */
export const ARGUED_KINDS: readonly OperationKind[] = OPERATION_KINDS.filter(
  (kind) => TRUNCATES.has(kind) || FALLOCATES.has(kind),
);

/** `truncates`, `fallocates` or `truncates and fallocates`: which of them the kinds belong to. */
export function arguedNoun(kinds: readonly OperationKind[]): string {
  const families = [];
  if (kinds.some((kind) => TRUNCATES.has(kind))) families.push('truncates');
  if (kinds.some((kind) => FALLOCATES.has(kind))) families.push('fallocates');
  return families.join(' and ');
}

/** The driver's kinds with their counts, in the order of reports. */
export function operationEntries(driver: DriverResult): [OperationKind, OperationStats][] {
  return OPERATION_KINDS.flatMap((kind): [OperationKind, OperationStats][] => {
    const stats = driver.ops[kind];
    return stats === undefined ? [] : [[kind, stats]];
  });
}

/** Sum of one counter over some kinds, or over all. */
export function sumOf(
  driver: DriverResult,
  counter: 'total' | 'blocked' | 'never' | 'unreached',
  kinds: readonly OperationKind[] = OPERATION_KINDS,
): number {
  return kinds.reduce((sum, kind) => sum + (driver.ops[kind]?.[counter] ?? 0), 0);
}

/** Number and simulated length of all waits of a class. */
export function waitsOf(driver: DriverResult, waitClass: WaitClass): { count: number; ns: number } {
  let count = 0;
  let ns = 0;
  for (const [, stats] of operationEntries(driver)) {
    count += stats.waits[waitClass];
    ns += stats.wait_ns[waitClass];
  }
  return { count, ns };
}

/** True if an operation of this kind waited, was blocked or did not end. */
export function waited(stats: OperationStats): boolean {
  const waits = WAIT_CLASSES.reduce((sum, waitClass) => sum + stats.waits[waitClass], 0);
  return waits + stats.blocked + stats.never + stats.unreached > 0;
}

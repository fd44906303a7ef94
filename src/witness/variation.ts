/** What differs between two observations of the same kernel. */
import type { Cell, Observation } from './cell.ts';

export interface Variation {
  readonly memory: string;
  readonly driver: string;
  readonly op: string;
  /** `events`, `recorded.took_us`, or `cell` when only one of the two has it. */
  readonly field: string;
  /** As JSON. */
  readonly first: string;
  readonly second: string;
}

/** Differences cell by cell and field by field, in the order of the first observation. */
export function variations(first: Observation, second: Observation): Variation[] {
  const others = new Map(second.cells.map((cell) => [keyOf(cell), cell]));
  const seen = new Set(first.cells.map(keyOf));
  const missing = second.cells.filter((cell) => !seen.has(keyOf(cell)));
  return [
    ...first.cells.flatMap((cell) => differences(cell, others.get(keyOf(cell)))),
    ...missing.map((cell) => variation(cell, 'cell', undefined, 'present')),
  ];
}

/** Those that are not merely recorded: what has to be the same each time. */
export function unexpectedVariations(found: readonly Variation[]): Variation[] {
  return found.filter(({ field }) => !field.startsWith('recorded.'));
}

function keyOf({ kernel, memory, driver, op }: Cell): string {
  return [kernel, memory, driver, op].join(' ');
}

function differences(cell: Cell, other: Cell | undefined): Variation[] {
  if (other === undefined) return [variation(cell, 'cell', 'present', undefined)];
  const { recorded, ...compared } = cell;
  const { recorded: otherRecorded, ...otherCompared } = other;
  return [
    ...differingKeys(compared, otherCompared, ''),
    ...differingKeys(recorded, otherRecorded, 'recorded.'),
  ].map(([field, a, b]) => variation(cell, field, a, b));
}

function differingKeys<T extends object>(
  a: T,
  b: T,
  prefix: string,
): [field: string, a: unknown, b: unknown][] {
  const others = new Map<string, unknown>(Object.entries(b));
  return Object.entries(a).flatMap(([key, value]: [string, unknown]): [string, unknown, unknown][] => {
    const other = others.get(key);
    return canonical(value) === canonical(other) ? [] : [[prefix + key, value, other]];
  });
}

/** JSON with the keys of maps in order: event counts may have come in any. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

function variation({ memory, driver, op }: Cell, field: string, a: unknown, b: unknown): Variation {
  return { memory, driver, op, field, first: inJson(a), second: inJson(b) };
}

function inJson(value: unknown): string {
  return value === undefined ? 'absent' : JSON.stringify(value);
}

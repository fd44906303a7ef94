/**
 * Small draws from one source of chance: what the generators are written in.
 */

/** Integers from 0 to `limit` - 1, each equally likely. */
export interface Chance {
  below(limit: number): number;
}

/** From `from` to `to`, both included. */
export function between(chance: Chance, from: number, to: number): number {
  return from + chance.below(to - from + 1);
}

/** True in `percent` of a hundred. */
export function often(chance: Chance, percent: number): boolean {
  return chance.below(100) < percent;
}

/** One of the list, or undefined when it is empty. */
export function oneOf<T>(chance: Chance, list: readonly T[]): T | undefined {
  return list.length === 0 ? undefined : list[chance.below(list.length)];
}

/** One of the list with the given weights; undefined when they add up to nothing. */
export function weighted<T>(
  chance: Chance,
  list: readonly { readonly weight: number; readonly value: T }[],
): T | undefined {
  const total = list.reduce((sum, { weight }) => sum + weight, 0);
  if (total === 0) return undefined;
  let left = chance.below(total);
  return list.find(({ weight }) => (left -= weight) < 0)?.value;
}

/** A non-empty part [from, to) of [low, high). */
export function partOf(chance: Chance, low: number, high: number): { from: number; to: number } {
  const from = between(chance, low, high - 1);
  return { from, to: between(chance, from + 1, high) };
}

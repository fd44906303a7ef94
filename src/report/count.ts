/** Counts and lists as English text. */

/** Digits in groups of three: `8,836`. For integers only. */
export function formatCount(count: number | bigint): string {
  return count.toString().replace(/\B(?=(\d{3})+$)/g, ',');
}

/** `1 page`, `8,836 pages`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

/** `a`, `a and b`, `a, b and c`. */
export function listed(items: readonly string[], last = 'and'): string {
  if (items.length < 2) return items.join('');
  return `${items.slice(0, -1).join(', ')} ${last} ${items[items.length - 1]}`;
}

/** Members of a count record, sorted by name, as `CLEAR 12, UNMAP 3`. */
export function countsInWords(counts: Readonly<Record<string, number>>): string {
  return sortedEntries(counts)
    .map(([name, count]) => `${name} ${formatCount(count)}`)
    .join(', ');
}

/** Members of a record in the order of their keys' UTF-16 code units, which no machine's locale changes. */
export function sortedEntries<T>(record: Readonly<Record<string, T>>): [string, T][] {
  return Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));
}

/** Sum of a count record. */
export function total(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

/**
 * Simulated times as text, by integer arithmetic: the same nanoseconds give the same digits everywhere.
 */
import { formatCount } from './count.ts';

const UNITS: readonly (readonly [name: string, ns: bigint])[] = [
  ['us', 1_000n],
  ['ms', 1_000_000n],
  ['s', 1_000_000_000n],
];

/**
 * Three significant digits, rounded half up: `950 ns`, `1.20 ms`, `12.0 us`, `1,234 s`.
 * Takes a non-negative integer, or its decimal digits; throws SyntaxError or RangeError for anything else.
 */
export function formatNs(ns: number | bigint | string): string {
  const [digits, unit] = scaled(ns);
  return `${digits} ${unit}`;
}

/** Pages times time, as `12.0 page-us`: what a reference held on one page for 12 us comes to. */
export function formatPageNs(pageNs: number | bigint | string): string {
  const [digits, unit] = scaled(pageNs);
  return `${digits} page-${unit}`;
}

function scaled(ns: number | bigint | string): [digits: string, unit: string] {
  const exact = BigInt(ns);
  if (exact < 0n) throw new RangeError(`a time of ${exact} ns`);
  if (exact < 1_000n) return [exact.toString(), 'ns'];
  for (const [unit, size] of UNITS) {
    for (const decimals of [2, 1, 0]) {
      const rounded = divideHalfUp(exact * 10n ** BigInt(decimals), size);
      if (rounded < 1_000n) return [withPoint(rounded, decimals), unit];
    }
  }
  return [formatCount(divideHalfUp(exact, 1_000_000_000n)), 's'];
}

function divideHalfUp(dividend: bigint, divisor: bigint): bigint {
  return (2n * dividend + divisor) / (2n * divisor);
}

function withPoint(value: bigint, decimals: number): string {
  const digits = value.toString();
  return decimals === 0 ? digits : `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
}

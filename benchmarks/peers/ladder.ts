/** Sizes of the protocol, each about five times the one before. */
import type { ProtocolSize } from './looping_protocol.ts';

export interface Rung {
  readonly size: ProtocolSize;
  /** States that both sides must find; pan's hash table gets the next power of two. */
  readonly states: number;
  /** Runs of each side, of which the fastest counts. */
  readonly repeats: number;
  /** Whether the protocol on the machine takes part, which takes more than twice as long. */
  readonly machine: boolean;
}

const size = (
  pages: number,
  mirrors: number,
  shortPins: number,
  longPins: number,
  truncates: number,
): ProtocolSize => ({ pages, mirrors, shortPins, longPins, truncates });

export const RUNGS: readonly Rung[] = [
  { size: size(2, 1, 0, 0, 1), states: 349, repeats: 3, machine: true },
  { size: size(2, 1, 1, 1, 1), states: 14_747, repeats: 3, machine: true },
  { size: size(2, 2, 1, 0, 1), states: 121_055, repeats: 3, machine: true },
  { size: size(2, 2, 1, 1, 1), states: 678_460, repeats: 3, machine: true },
  { size: size(2, 2, 1, 1, 2), states: 3_230_098, repeats: 2, machine: false },
  { size: size(3, 2, 1, 1, 2), states: 12_332_705, repeats: 1, machine: false },
];

/** Pages, mirrors, short pins, long pins, truncates. */
export function rungName({ size: { pages, mirrors, shortPins, longPins, truncates } }: Rung): string {
  return [pages, mirrors, shortPins, longPins, truncates].join(' ');
}

/**
 * How soon a strategy finds planted faults: runs to detection over many seeds, and the share of seeds that found it at all.
 */
import type { Mutant } from '../mutants/index.ts';
import type { StrategyKind } from '../schedule/index.ts';
import { type Ground, runsToDetection } from './hunt.ts';

export interface Score {
  readonly mutant: string;
  readonly strategy: string;
  readonly seeds: number;
  /** Runs made with each seed at most. */
  readonly limit: number;
  /** Seeds that found the fault. */
  readonly found: number;
  /** Mean of the runs to detection over those seeds, and the run by which 95 % of them had found it; null: none did. */
  readonly mean: number | null;
  readonly p95: number | null;
}

/** The value that 95 % of the ascending `numbers` do not exceed; null when there are none (nearest rank). */
function p95(numbers: readonly number[]): number | null {
  return numbers[Math.ceil(0.95 * numbers.length) - 1] ?? null;
}

/** What runs to detection say; `null` stands for a seed that did not find it. */
export function scoreOf(
  mutant: string,
  strategy: string,
  limit: number,
  runs: readonly (number | null)[],
): Score {
  const numbers = runs.filter((number) => number !== null).sort((a, b) => a - b);
  const sum = numbers.reduce((total, number) => total + number, 0);
  return {
    ...{ mutant, strategy, seeds: runs.length, limit, found: numbers.length },
    mean: numbers.length === 0 ? null : sum / numbers.length,
    p95: p95(numbers),
  };
}

/** `kind` null: the schedules that the generator draws. Seed n of a fault gives every strategy the same workloads. */
export function score(
  mutant: Mutant,
  ground: Ground,
  kind: StrategyKind | null,
  seeds: number,
  limit: number,
): Score {
  const runs = Array.from({ length: seeds }, (_, seed) =>
    runsToDetection(mutant, ground, kind, seed + 1, limit),
  );
  return scoreOf(mutant.name, kind?.name ?? 'mixed', limit, runs);
}

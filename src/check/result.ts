/**
 * What a campaign found, as the `check` command prints it.
 */
import type { Verdict } from '../compare/result.ts';
import type { PctBound } from '../schedule/index.ts';

/** A run that broke a property, shrunk. */
export interface CheckViolation {
  readonly property: string;
  readonly driver: string;
  /** The driver breaks it by construction: the verdict is as expected. */
  readonly expected: boolean;
  /** The run on one line: {@link decodeRun} reads it. */
  readonly token: string;
  /** What happened, in a sentence. */
  readonly text: string;
}

/** In what share of runs something worth testing happened, and the least that is asked for; both from 0 to 1. */
export interface Floor {
  readonly name: string;
  readonly share: number;
  readonly floor: number;
}

/** The strategy that scheduled the runs. */
export interface CheckStrategy {
  readonly name: string;
  readonly paper: string | null;
  /** What PCT promises of one run of a workload, for the largest of the campaign; null for other strategies. */
  readonly bound: PctBound | null;
}

export interface CheckResult {
  readonly schema: 'gup-vs-hmm/check/1';
  readonly model_revision: number;
  /** False: stopped before all runs were made. */
  readonly complete: boolean;
  readonly seed: number;
  readonly mutant: string | null;
  /** Absent where the generator drew the schedules. */
  readonly strategy?: CheckStrategy;
  /** Runs that were made, over all drivers. */
  readonly runs: number;
  /** Runs thrown away: the generators make none that a property could not use. */
  readonly discarded: number;
  readonly verdicts: readonly Verdict[];
  /** The first of each property and driver; those that nobody expects come first. */
  readonly violations: readonly CheckViolation[];
  readonly floors: readonly Floor[];
  /**
   * Number from 1 of the first run, under the driver that needed fewest, that broke a property which holds under that
   * driver by all we know; null: none did.
   */
  readonly runs_to_first: number | null;
}

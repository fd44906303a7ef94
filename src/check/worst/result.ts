/**
 * What a search for worst cases found, as the `worst` command prints it.
 */
import type { Figure } from './measure.ts';

/** A figure of the worst run that was found; `never`: its operation did not end. */
export interface WorstFigure {
  readonly value: number | 'never';
  /** The longest wait of that run in words. */
  readonly cause: string;
  readonly token: string;
}

/** One question under one driver on one filesystem. */
export interface WorstRow {
  readonly question: string;
  readonly memory: string;
  readonly driver: string;
  /** How often the disturbance was repeated; 0: it is not repeated. */
  readonly n: number;
  /** Number of the operation that suffers, in the tokens' workload. */
  readonly victim_op: number;
  readonly runs: number;
  readonly worst: Readonly<Record<Figure, WorstFigure>>;
}

export interface WorstTable {
  readonly name: string;
  readonly title: string;
  readonly questions: readonly {
    readonly id: string;
    readonly victim: string;
    readonly disturbance: string;
    readonly facts: readonly string[];
  }[];
  readonly rows: readonly WorstRow[];
}

export interface WorstResult {
  readonly schema: 'gup-vs-hmm/worst/1';
  readonly model_revision: number;
  /** False: stopped before everything was tried. */
  readonly complete: boolean;
  readonly kernel: string;
  readonly seed: number;
  readonly mutant: string | null;
  /** Runs over all rows. */
  readonly runs: number;
  readonly grade: 'sampled';
  /** What the figures do not say. */
  readonly limits: readonly string[];
  readonly tables: readonly WorstTable[];
}

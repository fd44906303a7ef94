/**
 * What the commands need of the simulator: the only door between the two.
 *
 * A command never sees the machine; tests give the commands a backend of their own. Functions that can take long
 * look at `signal.aborted` now and then: once it is true they return what they have with `complete: false`, or
 * throw an error with the name `AbortError` when a part is worth nothing. They may be synchronous, since the
 * command line runs them in a thread of their own.
 */
import type { CheckResult } from '../check/result.ts';
import type { WorstResult } from '../check/worst/result.ts';
import type { OnBlock } from '../compare/index.ts';
import type { MatrixResult } from '../compare/matrix/matrix.ts';
import type { ComparisonResult } from '../compare/result.ts';
import type { RunResult } from '../compare/run_result.ts';
import type { CostTable } from '../costs/index.ts';
import type { Hold } from '../workload/device_plan.ts';
import type { InputProblem } from '../workload/input_error.ts';
import type { Workload } from '../workload/workload.ts';

/** Becomes true, and stays so, when the user wants to stop. */
export interface StopSignal {
  readonly aborted: boolean;
}

/** How far a long command is: `done` of `total` of something, 0 when the total is not known. */
export interface Progress {
  readonly what: string;
  readonly done: number;
  readonly total: number;
}

/** For every function that can take long. */
export interface Attention {
  readonly signal: StopSignal;
  readonly onProgress: (progress: Progress) => void;
}

export interface InputOptions {
  /** Files below this path are the workload's data; undefined: the importer's own default. */
  readonly dataPrefix?: string;
}

export interface LoadedInput {
  readonly workload: Workload;
  /** Of the text: a log's digest does not depend on how it is packed. */
  readonly sha256: string;
  /** Parts of the input that were left out, with the reason. */
  readonly rejected: readonly InputProblem[];
}

/** Where and with what a workload is run; names are valid ones, or paths of the user's own driver. */
export interface RunConditions {
  readonly memory: string;
  readonly kernel: string;
  readonly costTable: CostTable;
  readonly seed: number;
  /** Overrides the hold of the workload's device plan. */
  readonly hold?: Hold;
}

export interface CompareOptions extends RunConditions, Attention {
  readonly drivers: readonly string[];
  readonly onBlock: OnBlock;
  /** The command line that asks for exactly this, every option spelled out: {@link ComparisonResult.reproduce}. */
  readonly reproduce: string;
}

export interface RunOptions extends RunConditions, Attention {
  readonly driver: string;
  /** Absent: operations run in the workload's own order. */
  readonly schedule?: string;
}

export interface CheckOptions extends Attention {
  /** Empty: every property. */
  readonly properties: readonly string[];
  /** Absent: every driver the properties speak about. */
  readonly driver?: string;
  readonly memory: string;
  readonly kernel: string;
  readonly runs: number;
  readonly seed: number;
  /** A planted fault. */
  readonly mutant?: string;
  /** How the runs are scheduled; absent: as the generator draws it. */
  readonly strategy?: string;
}

export interface WorstOptions extends Attention {
  /** Empty: every table. */
  readonly tables: readonly string[];
  readonly memory: readonly string[];
  readonly kernel: string;
  readonly drivers: readonly string[];
  /** For each row. */
  readonly runs: number;
  readonly seed: number;
  /** A planted fault. */
  readonly mutant?: string;
}

export interface MatrixOptions extends Attention {
  readonly kernel: string;
  readonly memories: readonly string[];
  readonly drivers: readonly string[];
  /** Ids of the command line's contract. */
  readonly operations: readonly string[];
}

/** Anything that JSON can say. */
export type JsonValue =
  string | number | boolean | null | readonly JsonValue[] | { readonly [key: string]: JsonValue };

/** Counts of a log: `schema` and `model_revision`, then the counters; absent ones are 0. Offsets can be large. */
export type ImportStats = Readonly<Record<string, JsonValue | bigint>>;

/** The counts of a log, and the lines of it that could not be used. */
export interface CountedInput {
  readonly stats: ImportStats;
  readonly rejected: readonly InputProblem[];
}

/** What can be listed by the backend; cost tables are data of the command line's own. */
export const BACKEND_LISTS = [
  'drivers',
  'kernels',
  'memory',
  'mutants',
  'scenarios',
  'properties',
  'facts',
] as const;
export type BackendList = (typeof BACKEND_LISTS)[number];

/** One thing of a list; `name` is what the options take. Every row of a list has the same keys in the same order. */
export interface ListRow {
  readonly name: string;
  readonly [key: string]: string | number | boolean | null | readonly string[];
}

export interface Backend {
  readonly modelRevision: number;
  list(kind: BackendList): readonly ListRow[];
  /**
   * A catalogue name, a scenario file or a log. Throws InputError for what cannot be used, and for a name that is
   * neither in the catalogue nor a file.
   */
  loadInput(nameOrPath: string, options: InputOptions, attention?: Attention): Promise<LoadedInput>;
  compare(input: LoadedInput, options: CompareOptions): ComparisonResult | Promise<ComparisonResult>;
  run(input: LoadedInput, options: RunOptions): RunResult | Promise<RunResult>;
  check(options: CheckOptions): CheckResult | Promise<CheckResult>;
  worst(options: WorstOptions): WorstResult | Promise<WorstResult>;
  matrix(options: MatrixOptions): MatrixResult | Promise<MatrixResult>;
  /** Counts of a log. Throws InputError for a file that is none. */
  importStats(
    path: string,
    options: InputOptions,
    attention?: Attention,
  ): CountedInput | Promise<CountedInput>;
}

export type { RunEvent, RunOperation, RunResult } from '../compare/run_result.ts';
export type { CheckResult } from '../check/result.ts';
export type { WorstResult } from '../check/worst/result.ts';
export type { MatrixResult } from '../compare/matrix/matrix.ts';

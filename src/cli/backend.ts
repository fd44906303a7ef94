/**
 * What the commands need of the simulator: the only door between the two.
 *
 * A command never sees the machine; tests give the commands a backend of their own. Functions that can take long
 * look at `signal.aborted` now and then: once it is true they return what they have with `complete: false`, or
 * throw an error with the name `AbortError` when a part is worth nothing. They may be synchronous, since the
 * command line runs them in a thread of their own.
 */
import type { CheckResult } from '../check/result.ts';
import type { ExploreResult } from '../explore/result.ts';
import type { Scope } from '../explore/scope.ts';
import type { WorstResult } from '../check/worst/result.ts';
import type { OnBlock } from '../compare/index.ts';
import type { Evidence } from '../compare/fidelity/index.ts';
import type { MatrixResult } from '../compare/matrix/matrix.ts';
import type { ComparisonResult } from '../compare/result.ts';
import type { RunResult } from '../compare/run_result.ts';
import type { CostTable } from '../costs/index.ts';
import type { Hold } from '../workload/device_plan.ts';
import type { InputProblem } from '../workload/input_error.ts';
import type { Observed, PlantedResult, WitnessOptions } from '../witness/index.ts';
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

/** How the run of a token is made again; all else is in the token. */
export interface TokenOptions extends Attention {
  readonly costTable: CostTable;
  readonly seed: number;
  /** Another driver than the token's; a driver of the user's own must be named by its file. */
  readonly driver?: string;
}

/** Formats of an explanation. */
export const EXPLAIN_FORMATS = ['text', 'md', 'itf', 'perfetto', 'scenario', 'json'] as const;
export type ExplainFormat = (typeof EXPLAIN_FORMATS)[number];

export interface ExplainOptions extends Attention {
  readonly format: ExplainFormat;
  /** Absent: the first that broke and that nobody expects to break. */
  readonly property?: string;
  /** For a token of a driver of the user's own: its file. For a scenario: the driver. */
  readonly driver?: string;
  /** Runs that making the story short may take. */
  readonly runs: number;
}

export interface ExplainedText {
  readonly text: string;
  /** False: smaller runs were left to try when the limit was reached. */
  readonly exhausted: boolean;
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

export interface ExploreOptions extends Attention {
  readonly scope: Scope;
  /** Gives up, undecided, before there are more. */
  readonly statesMax: number;
  /** Merges steps that no order of other steps can change. */
  readonly reduction: boolean;
  /** A planted fault. */
  readonly mutant?: string;
  /** A file to go on from if it exists, and to be written now and then. */
  readonly checkpoint?: string;
}

export interface MatrixOptions extends Attention {
  readonly kernel: string;
  /** A planted fault. */
  readonly mutant?: string;
  readonly memories: readonly string[];
  readonly drivers: readonly string[];
  /** Ids of the command line's contract. */
  readonly operations: readonly string[];
}

export interface EvidenceOptions extends Attention {
  /** Kernels that were observed. */
  readonly kernels: readonly string[];
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
  'mechanisms',
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
  /** Runs a token of `check` or `worst` again. Throws UsageError for what is no token, or names what does not exist. */
  runToken(token: string, options: TokenOptions): RunResult | Promise<RunResult>;
  check(options: CheckOptions): CheckResult | Promise<CheckResult>;
  /** Tells how the run of a token, or the first violation of a saved result of `check`, came about. */
  explain(tokenOrFile: string, options: ExplainOptions): ExplainedText | Promise<ExplainedText>;
  worst(options: WorstOptions): WorstResult | Promise<WorstResult>;
  explore(options: ExploreOptions): ExploreResult | Promise<ExploreResult>;
  matrix(options: MatrixOptions): MatrixResult | Promise<MatrixResult>;
  /** The committed observations of real kernels, with the model beside them. */
  evidence(options: EvidenceOptions): Evidence | Promise<Evidence>;
  /** Boots a real kernel and lets it make observations of that kind. Throws WitnessError. */
  witness(what: string, options: WitnessOptions): Promise<Observed>;
  /** What becomes of the planted bugs of the probe. Throws WitnessError. */
  witnessPlanted(options: WitnessOptions): Promise<readonly PlantedResult[]>;
  /** Counts of a log. Throws InputError for a file that is none. */
  importStats(
    path: string,
    options: InputOptions,
    attention?: Attention,
  ): CountedInput | Promise<CountedInput>;
}

export type { RunEvent, RunOperation, RunResult } from '../compare/run_result.ts';
export type { CheckResult } from '../check/result.ts';
export type { ExploreResult } from '../explore/result.ts';
export type { Evidence } from '../compare/fidelity/index.ts';
export type { WorstResult } from '../check/worst/result.ts';
export type { MatrixResult } from '../compare/matrix/matrix.ts';

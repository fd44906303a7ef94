/**
 * questions x filesystems x drivers -> tables of the worst that each victim was seen to suffer.
 */
import type { Driver } from '../../drivers/driver.ts';
import type { Mutant } from '../../mutants/index.ts';
import { strategyOf } from '../generated_run.ts';
import { decodeRun } from '../run_token.ts';
import { setupOfRun } from '../setup_of_run.ts';
import { FIGURES, OrdealRunner, type Suffered } from './measure.ts';
import type { WorstFigure, WorstResult, WorstRow, WorstTable } from './result.ts';
import { searchWorst, type WorstRun } from './search.ts';
import { type Question, QUESTION_TABLES, type QuestionTable } from './workloads.ts';

export interface WorstRequest {
  /** Names of tables; empty: all of them. */
  readonly tables: readonly string[];
  readonly drivers: readonly Driver[];
  /** Names of memory kinds. */
  readonly memory: readonly string[];
  readonly kernel: string;
  /** Nanoseconds by cost class. */
  readonly costs: Readonly<Record<string, number>>;
  /** Runs for each row. */
  readonly runs: number;
  /** 32-bit integer. */
  readonly seed: number;
  /** Planted under its own driver only. */
  readonly mutant?: Mutant;
  readonly modelRevision: number;
  readonly onProgress?: (progress: {
    readonly what: string;
    readonly done: number;
    readonly total: number;
  }) => void;
  readonly signal?: { readonly aborted: boolean };
}

const LIMITS: readonly string[] = [
  'A worst case that was found is a lower bound: a schedule that nobody tried can be worse.',
  'More runs with the same seed contain the fewer. Each row is searched by itself: with a larger n less can be found than with a smaller one.',
  'Nanoseconds are simulated with one cost table and a CPU for each task; they are no measurement.',
];

/** Throws RangeError for names of memory or kernels that do not exist. */
export function worst(request: WorstRequest): WorstResult {
  const search = new Search(request);
  const tables = search.tables.map((table) => search.table(table));
  const rows = tables.flatMap((table) => table.rows);
  return {
    schema: 'gup-vs-hmm/worst/1',
    model_revision: request.modelRevision,
    complete: rows.length === search.total,
    kernel: request.kernel,
    seed: request.seed,
    mutant: request.mutant?.name ?? null,
    runs: rows.reduce((sum, row) => sum + row.runs, 0),
    grade: 'sampled',
    limits: LIMITS,
    tables,
  };
}

class Search {
  readonly tables: readonly QuestionTable[];
  readonly total: number;
  private readonly request: WorstRequest;
  private readonly runners = new Map<string, OrdealRunner>();
  private done = 0;

  constructor(request: WorstRequest) {
    this.request = request;
    const asked = request.tables;
    this.tables = QUESTION_TABLES.filter(({ name }) => asked.length === 0 || asked.includes(name));
    const questions = this.tables.flatMap((table) => table.questions);
    const cells = questions.reduce((sum, { repeats }) => sum + repeats.length, 0);
    this.total = cells * request.memory.length * request.drivers.length;
  }

  table({ name, title, questions }: QuestionTable): WorstTable {
    const rows: WorstRow[] = [];
    for (const question of questions)
      for (const memory of this.request.memory)
        for (const driver of this.request.drivers)
          for (const n of question.repeats) rows.push(...this.row(question, memory, driver, n));
    return {
      name,
      title,
      questions: questions.map(({ id, victim, disturbance, facts }) => ({ id, victim, disturbance, facts })),
      rows,
    };
  }

  /** One row, or none when the search is to stop. */
  private row(question: Question, memory: string, driver: Driver, n: number): WorstRow[] {
    const { kernel, onProgress, runs, seed, signal } = this.request;
    onProgress?.({ what: `worst cases (${question.id})`, done: this.done++, total: this.total });
    if (signal?.aborted === true) return [];
    const ordeal = question.ordeal(n);
    const mutant = this.mutantFor(driver)?.name ?? null;
    const conditions = { memory, kernel, driver: driver.name, mutant };
    const found = searchWorst(this.runnerFor(memory, driver), ordeal, conditions, { runs, seed });
    const figures = FIGURES.map((figure) => [figure, figureOf(found[figure])] as const);
    return [
      {
        question: question.id,
        memory,
        driver: driver.name,
        n,
        victim_op: ordeal.victim,
        runs,
        worst: Object.fromEntries(figures) as WorstRow['worst'],
      },
    ];
  }

  private mutantFor(driver: Driver): Mutant | undefined {
    const { mutant } = this.request;
    return mutant?.driver === driver.name ? mutant : undefined;
  }

  private runnerFor(memory: string, driver: Driver): OrdealRunner {
    const key = `${memory} ${driver.name}`;
    const known = this.runners.get(key);
    if (known !== undefined) return known;
    const { costs, kernel } = this.request;
    const mutant = this.mutantFor(driver) ?? null;
    const made = new OrdealRunner(setupOfRun({ memory, kernel, driver, mutant, costs }));
    this.runners.set(key, made);
    return made;
  }
}

function figureOf({ value, cause, token }: WorstRun): WorstFigure {
  return { value: Number.isFinite(value) ? value : 'never', cause, token };
}

/**
 * Runs a token of {@link worst} again under the driver and planted fault that it names; gives what operation `victim` suffers.
 * Throws TokenError for what is no token.
 */
export function replayWorst(token: string, victim: number, setupOf: SetupOf): Suffered {
  const { run, ...conditions } = decodeRun(token);
  return new OrdealRunner(setupOf(conditions)).run(
    { workload: run.workload, victim },
    strategyOf(run.schedule),
  );
}

export type SetupOf = (
  conditions: Omit<ReturnType<typeof decodeRun>, 'run'>,
) => ConstructorParameters<typeof OrdealRunner>[0];

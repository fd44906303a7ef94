/**
 * hmm_mirror taken apart: which properties break without a part of it, alone and in pairs, with the shortest run found.
 */
import type { Driver } from '../drivers/driver.ts';
import { BUILDING_BLOCKS, type BuildingBlock, without } from '../mutants/building_blocks.ts';
import type { StrategyKind } from '../schedule/index.ts';
import { type CallCounts, coreMmCalls } from './core_mm_calls.ts';
import type { GeneratedRun } from './generated_run.ts';
import { type Ground, killsOf, runnerWith } from './hunt.ts';
import { encodeRun } from './run_token.ts';
import { type ExplainedRun, explainRun, shrinkRun } from './shrink.ts';
import { strategyRuns } from './scheduled_runs.ts';

/** A run that breaks a property, shrunk. */
export interface Counterexample {
  readonly property: string;
  readonly text: string;
  readonly operations: number;
  readonly preemptions: number;
  /** The run on one line; its fault is named `without_A+B`. */
  readonly token: string;
}

export interface AblationRow {
  readonly without: readonly string[];
  readonly runs: number;
  /** Properties that broke: in how many of the runs, and in which first. */
  readonly breaks: readonly { readonly property: string; readonly broken: number; readonly first: number }[];
  /** Properties that neither part alone was seen to break; empty for single parts. */
  readonly only_together: readonly string[];
  readonly shortest: Counterexample | null;
}

export interface Ablation {
  readonly schema: 'gup-vs-hmm/ablation/1';
  readonly model_revision: number;
  readonly memory: string;
  readonly kernel: string;
  readonly seed: number;
  readonly runs: number;
  readonly limit: number;
  readonly blocks: readonly { readonly name: string; readonly title: string }[];
  readonly rows: readonly AblationRow[];
  readonly calls: readonly CallCounts[];
}

export interface AblationRequest extends Omit<Ground, 'driver'> {
  /** hmm_mirror, and those whose calls are counted. */
  readonly mirror: Driver;
  readonly counted: readonly Driver[];
  readonly strategy: StrategyKind | null;
  readonly seed: number;
  /** Runs of each combination, and how far it goes on while nothing breaks. */
  readonly runs: number;
  readonly limit: number;
  readonly modelRevision: number;
  readonly onProgress?: (what: string, done: number, total: number) => void;
}

export function ablation(request: AblationRequest): Ablation {
  const { memory, kernel, seed, runs, limit } = request;
  const singles = BUILDING_BLOCKS.map((block) => [block]);
  const pairs = BUILDING_BLOCKS.flatMap((one, index) =>
    BUILDING_BLOCKS.slice(index + 1).map((other) => [one, other]),
  );
  const rows: AblationRow[] = [];
  for (const blocks of [...singles, ...pairs]) {
    request.onProgress?.(without(blocks).name, rows.length, singles.length + pairs.length);
    rows.push(ablationRow(blocks, request, rows));
  }
  return {
    schema: 'gup-vs-hmm/ablation/1',
    model_revision: request.modelRevision,
    ...{ memory, kernel, seed, runs, limit },
    blocks: BUILDING_BLOCKS.map(({ name, title }) => ({ name, title })),
    rows,
    calls: request.counted.map((driver) => coreMmCalls({ ...request, driver }, seed, runs)),
  };
}

function ablationRow(
  blocks: readonly BuildingBlock[],
  request: AblationRequest,
  before: readonly AblationRow[],
): AblationRow {
  const mutant = without(blocks);
  const { memory, kernel, costs, mirror: driver } = request;
  const { runner, profile } = runnerWith(mutant, { memory, kernel, costs, driver });
  const broken = new Map<string, { broken: number; first: number; run: GeneratedRun }>();
  let made = 0;
  for (const run of strategyRuns(runner, request.strategy, request.seed, request.limit, profile)) {
    if (made >= request.runs && broken.size > 0) break;
    made++;
    for (const id of killsOf(runner, driver, profile, run)) {
      const known = broken.get(id);
      if (known === undefined) broken.set(id, { broken: 1, first: made, run });
      else known.broken++;
    }
  }
  const names = blocks.map(({ name }) => name);
  const alone = before.filter((row) => row.without.length === 1 && names.includes(row.without[0] ?? ''));
  const shortest = [...broken]
    // What the part is there for tells more than what breaks besides.
    .sort(
      ([x, a], [y, b]) =>
        Number(mutant.breaks.includes(y)) - Number(mutant.breaks.includes(x)) || a.first - b.first,
    )
    .slice(0, blocks.length === 1 ? 2 : 1)
    .map(([property, { run }]) => {
      const breaks = (candidate: GeneratedRun): boolean =>
        runner.run(candidate).monitor.violations.has(property);
      const short = shrinkRun(explainRun(runner, run), breaks);
      const text = runner.run(short).monitor.violations.get(property)?.first ?? '';
      const conditions = { memory, kernel, driver: driver.name, mutant: mutant.name };
      return counterexample(property, text, short, encodeRun(conditions, short));
    })
    .sort((a, b) => size(a) - size(b))[0];
  return {
    without: names,
    runs: made,
    breaks: [...broken].map(([property, { broken: count, first }]) => ({ property, broken: count, first })),
    only_together:
      blocks.length === 1
        ? []
        : [...broken.keys()].filter(
            (id) => !alone.some(({ breaks }) => breaks.some(({ property }) => property === id)),
          ),
    shortest: shortest ?? null,
  };
}

const size = ({ operations, preemptions }: Counterexample): number => operations * 100 + preemptions;

function counterexample(property: string, text: string, run: ExplainedRun, token: string): Counterexample {
  const operations = run.workload.ops.length;
  return { property, text, operations, preemptions: run.schedule.schedule.preemptions.length, token };
}

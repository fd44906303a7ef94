/** Scores of strategies as Markdown: over all faults, and fault by fault. */
import { table } from './markdown_table.ts';
import type { Score } from './scores.ts';

/** How soon strategies find planted faults, as it is published. */
export interface StrategyScores {
  readonly schema: 'gup-vs-hmm/strategy-scores/1';
  readonly model_revision: number;
  readonly kernel: string;
  /** Seeds of each fault and strategy, and runs made with each seed at most. */
  readonly seeds: number;
  readonly limit: number;
  readonly strategies: readonly {
    readonly name: string;
    readonly title: string;
    readonly paper: string | null;
  }[];
  readonly scores: readonly Score[];
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

/** Share of seeds of all faults that found theirs, and the mean of runs over those. */
function overall({ strategies, scores }: StrategyScores): string[][] {
  return strategies.map(({ name, title, paper }) => {
    const own = scores.filter(({ strategy }) => strategy === name);
    const found = sum(own.map((one) => one.found));
    const mean = sum(own.map((one) => (one.mean ?? 0) * one.found)) / found;
    const never = own.filter((one) => one.found === 0).length;
    const share = `${((100 * found) / sum(own.map(({ seeds }) => seeds))).toFixed(1)} %`;
    return [
      name,
      share,
      found === 0 ? '-' : mean.toFixed(1),
      String(never),
      `${title}${paper === null ? '' : ` (${paper})`}`,
    ];
  });
}

/** `30/30 4.2 9`: seeds that found it, mean and 95th percentile of their runs; `-`: none did. */
function cell({ found, seeds, mean, p95 }: Score): string {
  return found === 0 ? '-' : `${found}/${seeds} ${(mean ?? 0).toFixed(1)} ${p95 ?? ''}`;
}

export function scoreTable(result: StrategyScores, command: string): string {
  const { strategies, scores, seeds, limit, kernel } = result;
  const names = strategies.map(({ name }) => name);
  const faults = [...new Set(scores.map(({ mutant }) => mutant))];
  const rows = faults.map((fault) => [
    fault,
    ...names.map((name) => {
      const one = scores.find(({ mutant, strategy }) => mutant === fault && strategy === name);
      return one === undefined ? '' : cell(one);
    }),
  ]);
  return [
    '# How soon each strategy finds each planted fault',
    '',
    `${faults.length} planted faults on ${kernel}, ${seeds} seeds each, at most ${limit} runs a seed. All strategies get the same workloads;`,
    'only the order of steps differs. What a seed does not find within its runs counts as not found, so that means are of the seeds',
    'that found it. Made again by:',
    '',
    `    ${command}`,
    '',
    '## Over all faults',
    '',
    ...table(
      ['strategy', 'fault and seed found', 'mean runs', 'faults never found', 'what it is'],
      overall(result),
    ),
    '',
    '## Fault by fault',
    '',
    'Seeds that found it, mean and 95th percentile of their runs; `-`: none did.',
    '',
    ...table(['fault', ...names], rows),
    '',
  ].join('\n');
}

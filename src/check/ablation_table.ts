/** An ablation as Markdown: what breaks without which part, and what each driver calls. */
import type { Ablation, AblationRow } from './ablation.ts';
import { table } from './markdown_table.ts';

function breaksOf({ breaks, runs }: AblationRow): string {
  const texts = breaks.map(({ property, broken }) => `${property} ${broken}/${runs}`);
  return texts.length === 0 ? `nothing seen in ${runs} runs` : texts.join(', ');
}

function shortestOf({ shortest }: AblationRow): string {
  if (shortest === null) return '-';
  const { property, operations, preemptions } = shortest;
  return `${property}: ${operations} operations, ${preemptions} ${preemptions === 1 ? 'preemption' : 'preemptions'}`;
}

function single(row: AblationRow, titles: ReadonlyMap<string, string>): string[] {
  const [name = ''] = row.without;
  return [name, titles.get(name) ?? '', breaksOf(row), shortestOf(row)];
}

/** One section for each part: what happened in the shortest run, and the run itself. */
function story({ without, shortest }: AblationRow): string[] {
  if (shortest === null) return [];
  return [
    `### Without ${without.join(' and ')}`,
    '',
    `${shortest.property}: ${shortest.text}`,
    '',
    `    ${shortest.token}`,
    '',
  ];
}

function callRows({ calls }: Ablation): string[][] {
  const names = [...new Set(calls.flatMap((one) => Object.keys(one.calls)))].sort();
  const per = (count: number, runs: number): string => ((1000 * count) / runs).toFixed(0);
  return [
    ['device faults', ...calls.map(({ device_faults, runs }) => per(device_faults, runs))],
    ...names.map((name) => [
      name,
      ...calls.map((one) => (one.calls[name] === undefined ? '-' : per(one.calls[name], one.runs))),
    ]),
    ['steps of its own', ...calls.map(({ own_steps, runs }) => per(own_steps, runs))],
    [
      'entries of its paths that are its own',
      ...calls.map(({ own_entries, entries }) => `${own_entries} of ${entries}`),
    ],
  ];
}

export function ablationTable(result: Ablation, command: string): string {
  const { blocks, rows, calls, memory, kernel, runs, limit, seed } = result;
  const titles = new Map(blocks.map(({ name, title }) => [name, title]));
  const singles = rows.filter(({ without }) => without.length === 1);
  const pairs = rows.filter(({ without }) => without.length === 2);
  return [
    '# hmm_mirror taken apart',
    '',
    `What breaks when a part of the driver is left out, on ${memory} of ${kernel}: ${runs} runs each (seed ${seed}), up to ${limit} while nothing breaks. Made again by:`,
    '',
    `    ${command}`,
    '',
    '## One part left out',
    '',
    ...table(
      ['part', 'what it is', 'broken in runs without it', 'shortest run found'],
      singles.map((row) => single(row, titles)),
    ),
    '',
    '## Two parts left out',
    '',
    'The last column has what neither part alone was seen to break.',
    '',
    ...table(
      ['parts', 'broken in runs without them', 'shortest run found', 'only together'],
      pairs.map((row) => [
        row.without.join(', '),
        breaksOf(row),
        shortestOf(row),
        row.only_together.join(', '),
      ]),
    ),
    '',
    '## What each driver calls of core mm',
    '',
    'Calls in 1,000 runs of the same workloads, counted as they happen; what core mm does inside a call is not counted again.',
    '',
    ...table(['call', ...calls.map(({ driver }) => driver)], callRows(result)),
    '',
    '## The shortest runs',
    '',
    'Each line is a whole run: conditions, operations and schedule.',
    '',
    ...singles.flatMap(story),
  ].join('\n');
}

/** The table of what `explore` finishes, as text: a function of what was measured (exploration_table.ts). */

/** One scope on one filesystem. */
export interface Row {
  readonly name: string;
  readonly group: 'one operation' | 'with a short pin' | 'two operations' | 'two mirrors' | 'beyond';
  readonly title: string;
  readonly memory: string;
  readonly states_estimate: number;
  readonly states: number;
  readonly transitions: number;
  readonly depth: number;
  readonly collision_probability: number;
  readonly grade: 'exhausted' | 'searched';
  /** How many properties hold, and which do not; `unexpected` are those of them that the driver does not say it gives up. */
  readonly held: number;
  readonly broken: readonly string[];
  readonly unexpected: readonly string[];
  /** On the machine that made the table: wall clock, processor time, and the most memory the process ever had. */
  readonly seconds: number;
  readonly cpu_seconds: number;
  readonly peak_rss_mib: number;
}

/** States that the first so many random runs came to, of all that there are. */
export interface SampleRow {
  readonly title: string;
  readonly states: number;
  readonly samples: readonly { readonly runs: number; readonly states: number }[];
}

export interface ExplorationReport {
  readonly schema: 'gup-vs-hmm/exploration-table/1';
  readonly rows: readonly Row[];
  readonly sampled: readonly SampleRow[];
}

const thousands = (count: number): string => count.toLocaleString('en-US');

const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

const HEAD = ['scope', 'states', 'transitions', 'seconds', 'of one CPU', 'peak memory', 'grade', 'broken'];

function rowLine(row: Row): string {
  const broken = row.broken.map((property) =>
    row.unexpected.includes(property) ? `**${property}**` : property,
  );
  return line([
    row.title,
    ...[
      thousands(row.states),
      thousands(row.transitions),
      row.seconds.toFixed(1),
      row.cpu_seconds.toFixed(1),
    ],
    `${thousands(row.peak_rss_mib)} MiB`,
    row.grade,
    broken.length === 0 ? 'nothing' : broken.join(', '),
  ]);
}

function sampleLine({ title, states, samples }: SampleRow): string {
  const shares = samples.map(
    (sample) => `${thousands(sample.states)} (${((100 * sample.states) / states).toFixed(1)} %)`,
  );
  return line([title, thousands(states), ...shares]);
}

export function explorationText({ rows, sampled }: ExplorationReport): string {
  const numbers = sampled[0]?.samples.map(({ runs }) => `${thousands(runs)} runs`) ?? [];
  return [
    '# Every state of stated scopes',
    '',
    'Each row is one search to its end by `gup-vs-hmm explore`, with the reduction: every invariant in every state, and that',
    'every operation and device fault ends. Devices and short pins go on for ever. `exhausted`: every state was seen. Broken',
    'are only properties that the driver of the pins says it gives up, unless they are in bold.',
    '',
    '`npm run explore:ladder` makes the table again; states, transitions and verdicts are the same on every machine, times and',
    'memory are not. A search that went on from a checkpoint has taken the sum of its parts.',
    '',
    line(HEAD),
    line(['---', '---:', '---:', '---:', '---:', '---:', '---', '---']),
    ...rows.map(rowLine),
    '',
    ...(sampled.length === 0
      ? []
      : [
          '## Sampled against exhaustive',
          '',
          'Different states that random runs of 160 steps come to, of all that the search without the reduction finds.',
          '',
          line(['scope', 'states', ...numbers]),
          line(['---', '---:', ...numbers.map(() => '---:')]),
          ...sampled.map(sampleLine),
          '',
        ]),
  ].join('\n');
}

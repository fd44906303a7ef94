/** Worst cases as a document: what each victim suffered under each driver, why, and the runs to be replayed. */
import {
  cell,
  column,
  formatCount,
  formatNs,
  type Block,
  type Cell,
  type Document,
  type Section,
} from '../report/index.ts';
import type { WorstResult } from './backend.ts';

type Table = WorstResult['tables'][number];
type Question = Table['questions'][number];
type Row = Table['rows'][number];

/** Longer tokens are left to the JSON result. */
const TOKEN_MAX = 400;

export function worstDocument(result: WorstResult): Document {
  const mutant = result.mutant === null ? '' : `, mutant ${result.mutant}`;
  return {
    title: `gup-vs-hmm worst: ${formatCount(result.runs)} runs, seed ${result.seed}, ${result.kernel}${mutant}`,
    sections: [
      ...(result.complete ? [] : [STOPPED]),
      ...result.tables.flatMap((table) =>
        table.questions.map((question) => questionSection(table, question)),
      ),
      { heading: 'How to read it', blocks: [{ kind: 'key_values', entries: LEGEND }, limits(result)] },
    ],
  };
}

const STOPPED: Section = {
  heading: 'INCOMPLETE',
  blocks: [{ kind: 'paragraph', tone: 'bad', text: 'Stopped before everything was tried.' }],
};

const LEGEND: readonly (readonly [string, string])[] = [
  ['n', 'how often the disturbance is repeated'],
  ['rounds', 'sleeps for a busy page; for a device, faults and retries'],
  ['steps', 'atomic steps of its own, its device engine among them'],
  ['time', 'simulated, from begin to end; NEVER: it had not ended when nothing could step any more'],
];

const limits = (result: WorstResult): Block => ({
  kind: 'list',
  items: [
    `Grade: ${result.grade}. Each figure is the worst of the runs of its row, taken by itself.`,
    'A token (gvr1~...) is the run of the longest time; gup-vs-hmm run TOKEN makes it again. Long ones are in the JSON result.',
    ...result.limits,
  ],
});

function questionSection({ title, rows }: Table, question: Question): Section {
  const own = rows.filter((row) => row.question === question.id);
  const entries: [string, string][] = [
    ['suffers', question.victim],
    ['from', question.disturbance],
    ['facts', question.facts.join(', ')],
  ];
  const blocks: Block[] = [{ kind: 'key_values', entries }, figures(own), ...causes(own)];
  return { heading: `${title}: ${question.id}`, blocks };
}

function figures(rows: readonly Row[]): Block {
  const repeated = rows.some(({ n }) => n > 0);
  const numbers = [...(repeated ? ['n'] : []), 'runs', 'rounds', 'steps', 'time'];
  return {
    kind: 'table',
    columns: [column('memory'), column('driver'), ...numbers.map((title) => column(title, 'right'))],
    rows: rows.map((row): Cell[] => [
      cell(row.memory),
      cell(row.driver, 'strong'),
      ...(repeated ? [cell(String(row.n))] : []),
      cell(formatCount(row.runs)),
      cell(formatCount(Number(row.worst.rounds.value))),
      cell(formatCount(Number(row.worst.steps.value))),
      row.worst.ns.value === 'never' ? cell('NEVER', 'bad') : cell(formatNs(row.worst.ns.value)),
    ]),
  };
}

/** Of each driver the cause of its longest run, with the token if it is short. */
function causes(rows: readonly Row[]): Block[] {
  const places = new Map(rows.map((row) => [`${row.memory} ${row.driver}`, row]));
  return [...places].flatMap(([place, { n, worst }]): Block[] => {
    const { cause, token } = worst.ns;
    const repeated = n > 0 ? `, n ${n}` : '';
    const text: Block = { kind: 'paragraph', text: `${place}${repeated}: ${cause}` };
    return token.length > TOKEN_MAX ? [text] : [text, { kind: 'code', lines: [token] }];
  });
}

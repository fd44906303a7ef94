/** An exploration as a document: verdicts first, then the runs that break something, then how large it was. */
import {
  cell,
  column,
  formatCount,
  type Block,
  type Cell,
  type Document,
  type Section,
} from '../report/index.ts';
import type { ExploreResult } from './backend.ts';

type Verdict = ExploreResult['verdicts'][number];

export function exploreDocument(result: ExploreResult): Document {
  const mutant = result.mutant === null ? '' : `, mutant ${result.mutant}`;
  return {
    title: `gup-vs-hmm explore: ${result.scope.title}, ${result.scope.driver}${mutant}`,
    sections: [verdictSection(result), runSection(result.verdicts), sizeSection(result)],
  };
}

function verdictSection(result: ExploreResult): Section {
  const columns = ['property', 'expected', 'got', 'grade'].map((title) => column(title));
  const rows = result.verdicts.map((verdict): Cell[] => [
    cell(verdict.property),
    cell(verdict.expected),
    verdict.as_expected ? cell(verdict.got, tone(verdict)) : cell(`UNEXPECTED: ${verdict.got}`, 'bad'),
    cell(verdict.grade),
  ]);
  const blocks: Block[] = [];
  if (!result.exhausted)
    blocks.push({
      kind: 'paragraph',
      tone: 'bad',
      text: 'UNDECIDED: the budget was spent before all states were seen.',
    });
  blocks.push({ kind: 'table', columns, rows });
  return { heading: 'Verdicts', blocks };
}

const tone = ({ got }: Verdict): 'good' | 'plain' => (got === 'held' ? 'good' : 'plain');

/** The shortest run of each, with its token on a line of its own, to be copied. */
function runSection(verdicts: readonly Verdict[]): Section {
  const blocks = verdicts.flatMap(({ property, as_expected, counterexample }): Block[] => {
    if (counterexample === null) return [];
    const { text, steps, cycle, token } = counterexample;
    const forEver = cycle === null ? '' : ` After ${formatCount(steps)} steps, for ever: ${inTurn(cycle)}.`;
    const expected = as_expected ? ' (expected)' : '';
    return [
      { kind: 'paragraph', text: `${property}${expected}, ${formatCount(steps)} steps: ${text}.${forEver}` },
      { kind: 'code', lines: [token] },
    ];
  });
  if (blocks.length === 0) blocks.push({ kind: 'paragraph', text: 'Nothing is broken.' });
  return { heading: 'Shortest runs found', blocks };
}

/** `a x 3, b, a`: tasks in the order in which they step. */
function inTurn(tasks: readonly string[]): string {
  if (tasks.length === 0) return 'nothing steps';
  const turns: { task: string; times: number }[] = [];
  for (const task of tasks) {
    const last = turns.at(-1);
    if (last?.task === task) last.times++;
    else turns.push({ task, times: 1 });
  }
  return turns.map(({ task, times }) => (times === 1 ? task : `${task} x ${times}`)).join(', ');
}

function sizeSection(result: ExploreResult): Section {
  const entries: [string, string][] = [
    ['states', formatCount(result.states)],
    ['estimated before', `at least about ${formatCount(result.states_estimate)}`],
    ['transitions', formatCount(result.transitions)],
    ['longest way', `${formatCount(result.depth)} states`],
    ['a collision', `at most ${result.collision_probability.toExponential(1)}`],
    ['reduction', result.reduction],
  ];
  return { heading: 'How large it was', blocks: [{ kind: 'key_values', entries }] };
}

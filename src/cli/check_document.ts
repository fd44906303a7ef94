/** A property campaign as a document: verdicts, violations with the token that replays them, how much was tried. */
import {
  cell,
  column,
  formatCount,
  type Block,
  type Cell,
  type Document,
  type Section,
} from '../report/index.ts';
import type { CheckResult } from './backend.ts';
import { SAMPLED_REACH } from './sampled_reach.ts';

/** Violations that are listed before the rest is counted. */
const LISTED = 10;

export function checkDocument(result: CheckResult): Document {
  const mutant = result.mutant === null ? '' : `, mutant ${result.mutant}`;
  const sections = [verdictSection(result), violationSection(result), effortSection(result)];
  return { title: `gup-vs-hmm check: ${formatCount(result.runs)} runs${mutant}`, sections };
}

function verdictSection(result: CheckResult): Section {
  const columns = ['property', 'driver', 'expected', 'got', 'grade'].map((title) => column(title));
  const rows = result.verdicts.map((verdict): Cell[] => {
    const got = verdict.got.replace('_', ' ');
    return [
      cell(verdict.property),
      cell(verdict.driver),
      cell(verdict.expected),
      verdict.as_expected ? cell(got, 'good') : cell(`UNEXPECTED: ${got}`, 'bad'),
      cell(verdict.grade),
    ];
  });
  const blocks: Block[] = [];
  if (!result.complete)
    blocks.push({ kind: 'paragraph', tone: 'bad', text: 'INCOMPLETE: stopped before all runs were made.' });
  blocks.push({ kind: 'table', columns, rows });
  return { heading: 'Verdicts', blocks };
}

/** Each violation with the token of its schedule on a line of its own, to be copied. */
function violationSection(result: CheckResult): Section {
  const listed = result.violations.slice(0, LISTED);
  const blocks = listed.flatMap(({ property, driver, expected, text, token }): Block[] => [
    { kind: 'paragraph', text: `${property} under ${driver}${expected ? ' (expected)' : ''}: ${text}` },
    { kind: 'code', lines: [token] },
  ]);
  if (listed.length === 0) blocks.push({ kind: 'paragraph', text: 'None was found.' });
  if (listed[0] !== undefined) blocks.push(...howToGoOn(listed[0].token));
  const more = result.violations.length - listed.length;
  if (more > 0) blocks.push({ kind: 'note', text: `${formatCount(more)} more are in the JSON result.` });
  return { heading: 'Violations', blocks };
}

/** The commands that tell the story of a token, and run it again; a token needs no quotes. */
function howToGoOn(token: string): Block[] {
  return [
    {
      kind: 'note',
      text: 'explain it: gup-vs-hmm explain TOKEN; run it again: gup-vs-hmm run TOKEN. The first:',
    },
    { kind: 'code', lines: [`gup-vs-hmm explain ${token}`] },
  ];
}

/** The strategy, and what PCT promises of one run. */
function strategyBlocks({ strategy }: CheckResult): Block[] {
  if (strategy === undefined) return [];
  const { name, paper, bound } = strategy;
  const source = paper === null ? '' : ` (${paper})`;
  const blocks: Block[] = [{ kind: 'paragraph', text: `Schedules by ${name}${source}.` }];
  if (bound === null) return blocks;
  const { depth, tasks, steps, probability, runs_for_99_percent } = bound;
  const text =
    `Bound: one run of a workload finds a bug of depth ${depth} in it with a probability of at least ` +
    `1/(n k^(d-1)) = 1/(${tasks} x ${steps}^${depth - 1}) = ${probability.toExponential(2)}, for the most tasks and steps of the trial runs; ` +
    `99% confidence for one workload takes ${formatCount(runs_for_99_percent)} runs of it.`;
  return [...blocks, { kind: 'paragraph', text }];
}

function effortSection(result: CheckResult): Section {
  const rows = result.floors.map(({ name, share, floor }): Cell[] => [
    cell(name),
    cell(inPercent(share), share < floor ? 'bad' : 'plain'),
    cell(share < floor ? `${inPercent(floor)} NOT reached` : inPercent(floor)),
  ]);
  const blocks: Block[] = [
    {
      kind: 'key_values',
      entries: [
        ['runs', formatCount(result.runs)],
        ['discarded', formatCount(result.discarded)],
        [
          'first unexpected violation',
          result.runs_to_first === null ? 'none' : `after ${formatCount(result.runs_to_first)} runs`,
        ],
        ['seed', String(result.seed)],
      ],
    },
    ...strategyBlocks(result),
  ];
  if (rows.length > 0) {
    const columns = [column('in what share of runs'), column('share', 'right'), column('at least', 'right')];
    blocks.push({ kind: 'table', columns, rows });
  }
  if (result.violations.length === 0 && result.runs > 0)
    blocks.push({ kind: 'note', text: zeroBound(result.runs) });
  return { heading: 'How much was tried', blocks };
}

/** The rule of three: no failure in n independent runs bounds their share by 3/n with 95 % confidence. */
function zeroBound(runs: number): string {
  const perMillion = Math.ceil(3_000_000 / runs);
  return (
    `0 of ${formatCount(runs)} runs is an upper bound and not a proof: with 95 % confidence fewer than ` +
    `${formatCount(perMillion)} in a million runs of these generators fail. ${reachText()}`
  );
}

/** What a bound on runs does not say: how many of the states they came to. */
function reachText(): string {
  const { title, states, runs, reached } = SAMPLED_REACH;
  return (
    `Where all states are known, random runs come to few of them: ${formatCount(runs)} to ` +
    `${inPercent(reached / states)} of the ${formatCount(states)} of ${title}; explore sees all.`
  );
}

function inPercent(share: number): string {
  return `${(Math.round(share * 1_000) / 10).toFixed(1)} %`;
}

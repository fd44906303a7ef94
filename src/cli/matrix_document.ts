/** The matrix of cells as a document, and how far a real kernel agrees with it. */
import type { AgainstResult, Cell as MatrixCell, Difference } from '../compare/matrix/index.ts';
import {
  cell,
  column,
  counted,
  countsInWords,
  formatCount,
  type Block,
  type Cell,
  type Document,
  type Section,
} from '../report/index.ts';
import type { MatrixResult } from './backend.ts';

/** One table for each kind of memory: operations down, drivers across. */
export function matrixDocument(result: MatrixResult): Document {
  return {
    title: `gup-vs-hmm matrix: ${counted(result.cells.length, 'cell')}, ${result.kernel}`,
    sections: [
      ...cellSections(result.cells),
      HOW_TO_READ_CELLS,
      ...(result.complete ? [] : [{ heading: 'INCOMPLETE', blocks: [STOPPED] }]),
    ],
  };
}

const STOPPED: Block = { kind: 'paragraph', tone: 'bad', text: 'Stopped before all cells were made.' };

const LEGEND: readonly (readonly [string, string])[] = [
  ['done', 'it returned without error while the driver held on'],
  ['BLOCKED', 'it had not returned, and did only when the driver let go'],
  ['refused', 'the driver was not let in'],
  ['failed', 'it returned an error'],
];

export const HOW_TO_READ_CELLS: Section = {
  heading: 'How to read it',
  blocks: [{ kind: 'key_values', entries: LEGEND }],
};

/** One section for each kind of memory. */
export function cellSections(cells: readonly MatrixCell[]): Section[] {
  const memories = [...new Set(cells.map(({ memory }) => memory))];
  return memories.map((memory) =>
    memorySection(
      memory,
      cells.filter((each) => each.memory === memory),
    ),
  );
}

function memorySection(memory: string, cells: readonly MatrixCell[]): Section {
  const told = cells.filter(({ events }) => Object.keys(events).length > 0);
  const blocks: Block[] = [table(cells, outcomeCell), { kind: 'key_values', entries: details(cells) }];
  if (told.length > 0) {
    blocks.push({ kind: 'paragraph', text: 'What the mirrors were told meanwhile:' });
    blocks.push(table(told, ({ events }) => cell(countsInWords(events))));
  }
  return { heading: memory, blocks };
}

/** Operations down, drivers across. */
function table(cells: readonly MatrixCell[], textOf: (found: MatrixCell) => Cell): Block {
  const drivers = [...new Set(cells.map(({ driver }) => driver))];
  const operations = [...new Set(cells.map(({ op }) => op))];
  const rows = operations.map((op): Cell[] => [
    cell(op, 'strong'),
    ...drivers.map((driver) => {
      const found = cells.find((each) => each.op === op && each.driver === driver);
      return found === undefined ? cell('') : textOf(found);
    }),
  ]);
  const columns = ['operation', ...drivers].map((title) => column(title));
  return { kind: 'table', columns, keys: 1, rows };
}

function outcomeCell({ outcome }: MatrixCell): Cell {
  const words = { completed: 'done', blocked: 'BLOCKED', refused: 'refused', failed: 'failed' } as const;
  if (outcome === 'completed') return cell(words.completed);
  return cell(words[outcome], outcome === 'blocked' ? 'bad' : 'muted');
}

/** How the cells that did not complete ended or wait, each with its drivers and operations. */
function details(cells: readonly MatrixCell[]): [string, string][] {
  const found = new Map<string, Map<string, string[]>>();
  for (const each of cells) {
    const text = detailOf(each);
    if (text === null) continue;
    const drivers = found.get(text) ?? new Map<string, string[]>();
    found.set(text, drivers.set(each.driver, [...(drivers.get(each.driver) ?? []), each.op]));
  }
  const all = new Set(cells.map(({ op }) => op)).size;
  return [...found].map(([text, drivers]) => [text, whoAndWhat(drivers, all)]);
}

function detailOf({
  outcome,
  errno,
  sleeps_in: sleepsIn,
  interruptible,
  killable,
}: MatrixCell): string | null {
  if (outcome === 'completed') return null;
  if (outcome !== 'blocked') return `${outcome}, ${errno ?? ''}`;
  const where = sleepsIn === null ? 'spins' : `sleeps in ${sleepsIn}`;
  if (interruptible === true) return `${where}, a signal ends it`;
  return `${where}, ${killable === true ? 'only SIGKILL ends it' : 'no signal ends it'}`;
}

/** `gup, get: punch, zero`: drivers with the same operations stand together. */
function whoAndWhat(drivers: ReadonlyMap<string, readonly string[]>, all: number): string {
  const groups = new Map<string, string[]>();
  for (const [driver, ops] of drivers) {
    const key = ops.length === all && all > 1 ? 'every operation' : ops.join(', ');
    groups.set(key, [...(groups.get(key) ?? []), driver]);
  }
  return [...groups].map(([ops, names]) => `${names.join(', ')}: ${ops}`).join('; ');
}

export function againstDocument(result: AgainstResult): Document {
  return {
    title: `gup-vs-hmm matrix: ${result.kernel} against ${result.observed_release}`,
    sections: againstSections(result),
  };
}

/** How many fields agree, and each one that does not. */
export function againstSections(result: AgainstResult): Section[] {
  return [
    summarySection(result),
    differenceSection('Disagree', result.disagree, () => undefined),
    differenceSection('Tolerated', result.tolerated, ({ reason }) => reason),
  ];
}

function summarySection(result: AgainstResult): Section {
  const sides = (cells: AgainstResult['only_in_model']): string =>
    cells.map(({ memory, driver, cells: count }) => `${memory} ${driver} ${formatCount(count)}`).join(', ') ||
    'none';
  const entries: [string, string][] = [
    ['cells', formatCount(result.cells)],
    ['fields', formatCount(result.fields)],
    ['agree', formatCount(result.agree)],
    ['tolerated', formatCount(result.tolerated.length)],
    ['disagree', formatCount(result.disagree.length)],
    ['only in the model', sides(result.only_in_model)],
    ['only observed', sides(result.only_observed)],
  ];
  const blocks: Block[] = [{ kind: 'key_values', entries }];
  return { heading: 'Cells', blocks: result.complete ? blocks : [STOPPED, ...blocks] };
}

function differenceSection<T extends Difference>(
  heading: string,
  differences: readonly T[],
  reasonOf: (difference: T) => string | undefined,
): Section {
  const items = differences.map((difference) => {
    const { memory, driver, op, field, model, observed } = difference;
    const reason = reasonOf(difference);
    const text = `${memory} ${driver} ${op}, ${field}: the model has ${model}, observed was ${observed}`;
    return reason === undefined ? text : `${text} (${reason})`;
  });
  const blocks: Block[] =
    items.length === 0 ? [{ kind: 'paragraph', text: 'None.' }] : [{ kind: 'list', items }];
  return { heading, blocks };
}

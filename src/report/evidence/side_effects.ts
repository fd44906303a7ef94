/**
 * What stands still while a truncate or a punch waits for a driver, as sections of the report on real kernels: observation and
 * comparison -> document. The rows of kernels that were seen to do the same are one row.
 */
import type {
  ObservedEffect,
  ObservedSideEffects,
  ObservedStory,
  SideEffectsAgainst,
} from '../../compare/side_effects/index.ts';
import { formatCount, listed } from '../count.ts';
import { cell, column, type Block, type Cell, type Section } from '../document.ts';

/** One kernel: its name in the project (linux-6.1), what was seen, and the model beside it. */
export interface SideEffectsEvidence {
  readonly kernel: string;
  readonly observed: ObservedSideEffects;
  readonly against: SideEffectsAgainst;
}

/** Empty without a kernel. */
export function sideEffectsSections(kernels: readonly SideEffectsEvidence[]): Section[] {
  if (kernels.length === 0) return [];
  return [
    standingSection(kernels),
    goingOnSection(kernels),
    storySection(kernels),
    comparisonSection(kernels),
  ];
}

/** Who was seen in one state: `kernel memory` of each. */
interface Group<T> {
  readonly first: T;
  readonly seen: { readonly kernel: string; readonly memory: string; readonly item: T }[];
}

/** Items of all kernels that are alike by `keyOf`, in the order of the first one's observation. */
function grouped<T extends { readonly memory: string }>(
  kernels: readonly SideEffectsEvidence[],
  itemsOf: (observed: ObservedSideEffects) => readonly T[],
  keyOf: (item: T) => string,
): Group<T>[] {
  const groups = new Map<string, Group<T>>();
  for (const { kernel, observed } of kernels) {
    for (const item of itemsOf(observed)) {
      const group = groups.get(keyOf(item)) ?? { first: item, seen: [] };
      group.seen.push({ kernel, memory: item.memory, item });
      groups.set(keyOf(item), group);
    }
  }
  return [...groups.values()];
}

/** `all`, or by name: which memories of which kernels. */
function where<T>({ seen }: Group<T>, kernels: readonly SideEffectsEvidence[]): string {
  const memories = [...new Set(kernels.flatMap(({ observed }) => observed.effects.map((row) => row.memory)))];
  const parts = memories.flatMap((memory) => {
    const names = [...new Set(seen.filter((each) => each.memory === memory).map((each) => each.kernel))];
    return names.length === 0
      ? []
      : [names.length === kernels.length ? memory : `${memory} (${listed(names)})`];
  });
  return parts.length === memories.length && parts.every((part) => memories.includes(part))
    ? 'all'
    : parts.join(', ');
}

const callOf = ({ behind, call }: ObservedEffect): string =>
  behind === null ? call : `${call}, behind ${behind}`;
const yesNo = (answer: boolean | null): string => (answer === null ? '-' : answer ? 'yes' : 'no');

const waitOf = ({ wait, driver }: ObservedEffect): string => `${wait} (${driver})`;

/** Rows of one call that are alike whatever the wait: the waits stand in the row. */
function standingRow(group: Group<ObservedEffect>, kernels: readonly SideEffectsEvidence[]): Cell[] {
  const { first, seen } = group;
  const all = (nameOf: (item: ObservedEffect) => string): string =>
    [...new Set(seen.map(({ item }) => nameOf(item)))].join('\n');
  return [
    cell(callOf(first)),
    cell(first.state ?? '-'),
    cell(first.waits_for ?? '-'),
    cell(all(({ sleeps_in: place }) => place ?? 'running')),
    cell(yesNo(first.interruptible)),
    cell(yesNo(first.killable), first.killable === false ? 'bad' : 'plain'),
    cell(all(waitOf)),
    cell(where(group, kernels)),
  ];
}

function standingSection(kernels: readonly SideEffectsEvidence[]): Section {
  const groups = grouped(
    kernels,
    ({ effects }) => effects.filter(({ outcome }) => outcome === 'stands_still'),
    ({ behind, call, state, waits_for, interruptible, killable }) =>
      JSON.stringify([behind, call, state, waits_for, interruptible, killable]),
  );
  const ended = groups.filter(({ first }) => first.killable !== false).map(({ first }) => callOf(first));
  const killed = ended.length === 0 ? 'none of them' : `only ${listed(ended)}`;
  return {
    heading: 'What stands still behind a waiting call',
    blocks: [
      {
        kind: 'paragraph',
        text:
          'While a truncate to 0 or a punch of the held pages waited for a driver that pins, other processes made one call each: on ' +
          'the same file, in its directory, on its filesystem (src/witness/side_effects.md). These stood still until the driver let go. ' +
          `SIGKILL ends ${killed}; the process of every other one stays for as long as the holder likes.`,
      },
      {
        kind: 'table',
        columns: ['call', 'state', 'waits for', 'sleeps in', 'signal', 'SIGKILL', 'while', 'seen on'].map(
          (title) => column(title),
        ),
        rows: groups.map((group) => standingRow(group, kernels)),
      },
      {
        kind: 'note',
        text: 'behind: another call stood still already when this one was made, holding what this one needs.',
      },
    ],
  };
}

function goingOnSection(kernels: readonly SideEffectsEvidence[]): Section {
  const groups = grouped(
    kernels,
    ({ effects }) => effects.filter(({ outcome }) => outcome !== 'stands_still'),
    ({ driver, wait, behind, call, errno }) => JSON.stringify([driver, wait, behind, call, errno]),
  );
  const situations = new Map<string, string[]>();
  for (const group of groups) {
    const { behind, call, errno } = group.first;
    const situation = `${waitOf(group.first)}${behind === null ? '' : `, behind ${behind}`}`;
    const on = where(group, kernels);
    const remarks = [...(errno === null ? [] : [errno]), ...(on === 'all' ? [] : [on])];
    const text = remarks.length === 0 ? call : `${call} (${remarks.join('; ')})`;
    situations.set(situation, [...(situations.get(situation) ?? []), text]);
  }
  return {
    heading: 'What goes on meanwhile',
    blocks: [
      { kind: 'paragraph', text: 'These returned while the call waited; an errno where they returned one.' },
      {
        kind: 'key_values',
        entries: [...situations].map(([situation, calls]): [string, string] => [situation, calls.join(', ')]),
      },
    ],
  };
}

function storySection(kernels: readonly SideEffectsEvidence[]): Section {
  const groups = grouped(
    kernels,
    ({ stories }) => stories,
    ({ driver, story, facts }) => JSON.stringify([driver, story, facts]),
  );
  // One story after the other, though each filesystem may tell it in its own words.
  const order = [...new Set(groups.map(({ first }) => first.story))];
  groups.sort((a, b) => order.indexOf(a.first.story) - order.indexOf(b.first.story));
  const rows = groups.map((group): Cell[] => [
    cell(`${group.first.story} (${group.first.driver})`),
    cell(group.first.facts.map(({ question, answer }) => factInWords(question, answer)).join('\n')),
    cell(where(group, kernels)),
  ]);
  return {
    heading: 'Longer stories of a wait',
    blocks: [
      { kind: 'table', columns: ['story', 'what was seen', 'seen on'].map((title) => column(title)), rows },
      ...recordedBlocks(kernels),
    ],
  };
}

/** `second truncate: stands still, D in do_truncate`. */
function factInWords(question: string, answer: string): string {
  const [word, state, place] = answer.split(' ');
  const said = word === 'stands_still' ? `stands still, ${state ?? ''} in ${place ?? ''}` : answer;
  return `${question.replaceAll('_', ' ')}: ${said}`;
}

/** Counts that depend on the machine: shown, never compared. */
function recordedBlocks(kernels: readonly SideEffectsEvidence[]): Block[] {
  const items = kernels.flatMap(({ kernel, observed }) =>
    observed.stories
      .filter(({ recorded }) => Object.keys(recorded).length > 0)
      .map((story) => `${story.story} on ${kernel}, ${story.memory}: ${recordedInWords(story)}`),
  );
  if (items.length === 0) return [];
  return [
    { kind: 'paragraph', text: 'Counts of these runs, which another machine or moment may change:' },
    { kind: 'list', items },
  ];
}

function recordedInWords({ recorded }: ObservedStory): string {
  return Object.entries(recorded)
    .map(([what, count]) => `${what} ${formatCount(count)}`)
    .join(', ');
}

function comparisonSection(kernels: readonly SideEffectsEvidence[]): Section {
  const rows = kernels.map(({ kernel, against }): Cell[] => [
    cell(`${kernel} (${against.observed_release})`),
    ...[against.rows, against.compared_rows, against.stories, against.compared_stories].map((count) =>
      cell(formatCount(count)),
    ),
    ...[against.fields, against.agree, against.tolerated.length].map((count) => cell(formatCount(count))),
    cell(formatCount(against.disagree.length), against.disagree.length > 0 ? 'bad' : 'plain'),
  ]);
  const titles = ['rows', 'compared', 'stories', 'compared', 'fields', 'agree', 'tolerated', 'disagree'];
  return {
    heading: 'Side effects: the model beside the kernels',
    blocks: [
      {
        kind: 'table',
        columns: [column('kernel'), ...titles.map((title) => column(title, 'right'))],
        keys: 1,
        rows,
      },
      ...differenceBlocks(kernels),
      ...notModelledBlocks(kernels),
    ],
  };
}

function differenceBlocks(kernels: readonly SideEffectsEvidence[]): Block[] {
  const items = kernels.flatMap(({ kernel, against }) =>
    [
      ...against.disagree.map((each) => ({ ...each, why: 'DISAGREES' })),
      ...against.tolerated.map((each) => ({ ...each, why: `tolerated: ${each.reason}` })),
    ].map(
      ({ memory, what, field, model, observed, why }) =>
        `${kernel} ${memory} ${what}, ${field}: the model has ${model}, observed was ${observed} (${why})`,
    ),
  );
  return items.length === 0 ? [] : [{ kind: 'list', items }];
}

/** The same for every kernel: what the model lacks it lacks on each. */
function notModelledBlocks([first]: readonly SideEffectsEvidence[]): Block[] {
  const reasons = new Map<string, string[]>();
  for (const { what, reason } of first?.against.not_modelled ?? [])
    reasons.set(reason, [...(reasons.get(reason) ?? []), what]);
  if (reasons.size === 0) return [];
  const entries = [...reasons].map(([reason, what]): [string, string] => [what.join(', '), reason]);
  return [
    { kind: 'paragraph', text: 'Calls and stories that the model does not have, and why:' },
    { kind: 'key_values', entries },
  ];
}

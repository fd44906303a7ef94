/** What real kernels said to the facts that were only derived: a section of the report. */
import { cell, column, type Block, type Cell, type Section, type Tone } from '../document.ts';

/** One fact on one kernel. */
export interface FactRow {
  /** A fact's number, or the name of a finding of this project. */
  readonly id: string;
  readonly claim: string;
  readonly how: string;
  readonly status: 'confirmed' | 'refuted' | 'not_staged';
  /** Where a refuted one differs, or why one was not staged. */
  readonly reason: string;
  readonly evidence: readonly string[];
}

/** All facts on one kernel, every kernel with the same ones in the same order. */
export interface FactTestimony {
  /** As `uname -r` says. */
  readonly release: string;
  readonly verdicts: readonly FactRow[];
}

const TONES: Record<FactRow['status'], Tone> = { confirmed: 'good', refuted: 'bad', not_staged: 'muted' };

export function disputedFactsSection(testimonies: readonly FactTestimony[]): Section {
  return {
    heading: 'Disputed facts',
    blocks: [
      {
        kind: 'paragraph',
        text:
          'Facts and findings that were derived by reading, staged on real kernels: confirmed if all that it predicts ' +
          'was seen, refuted if anything was otherwise.',
      },
      verdictTable(testimonies),
      ...refutations(testimonies),
      ...notStaged(testimonies),
      ...stagings(testimonies),
      ...alarms(testimonies),
    ],
  };
}

function verdictTable(testimonies: readonly FactTestimony[]): Block {
  const [first] = testimonies;
  const rows = (first?.verdicts ?? []).map(({ id, claim }): Cell[] => [
    cell(id),
    cell(claim),
    ...testimonies.map((testimony) => {
      const status = verdictOf(testimony, id)?.status ?? 'not_staged';
      return cell(status.replace('_', ' '), TONES[status]);
    }),
  ]);
  const columns = [column('fact'), column('claim'), ...testimonies.map(({ release }) => column(release))];
  return { kind: 'table', columns, rows };
}

function verdictOf({ verdicts }: FactTestimony, id: string): FactRow | undefined {
  return verdicts.find((verdict) => verdict.id === id);
}

function refutations(testimonies: readonly FactTestimony[]): Block[] {
  const items = testimonies.flatMap(({ release, verdicts }) =>
    verdicts
      .filter(({ status }) => status === 'refuted')
      .map(({ id, reason }) => `${id} on ${release}: ${reason}`),
  );
  return items.length === 0
    ? []
    : [
        { kind: 'paragraph', text: 'What was otherwise:' },
        { kind: 'list', items },
      ];
}

function notStaged(testimonies: readonly FactTestimony[]): Block[] {
  const reasons = testimonies.flatMap(({ verdicts }) =>
    verdicts.filter(({ status }) => status === 'not_staged').map(({ id, reason }) => `${id}: ${reason}`),
  );
  const items = [...new Set(reasons)];
  return items.length === 0
    ? []
    : [
        { kind: 'paragraph', text: 'Not staged, and why:' },
        { kind: 'list', items },
      ];
}

function stagings(testimonies: readonly FactTestimony[]): Block[] {
  const staged = (testimonies[0]?.verdicts ?? []).filter(({ status }) => status !== 'not_staged');
  if (staged.length === 0) return [];
  return [
    { kind: 'paragraph', text: 'How each was staged:' },
    { kind: 'key_values', entries: staged.map(({ id, how }) => [id, how]) },
  ];
}

/** `memory: line` is a kernel's warning when it has the words that warnings begin with. */
const ALARM = /: (?:WARNING|BUG|Oops|Kernel panic|INFO|the guest ended)\b/;

function alarms(testimonies: readonly FactTestimony[]): Block[] {
  const items = testimonies.flatMap(({ release, verdicts }) =>
    verdicts.flatMap(({ id, evidence }) =>
      [...new Set(evidence)].filter((line) => ALARM.test(line)).map((line) => `${id} on ${release}, ${line}`),
    ),
  );
  return items.length === 0
    ? []
    : [
        {
          kind: 'paragraph',
          text: "Warnings and worse in the kernel's log (the observations have them in full):",
        },
        { kind: 'list', items },
      ];
}

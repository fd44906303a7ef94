/**
 * cells of the model + cells of a real kernel -> where they agree and where not, field by field.
 */
import { MODEL_REVISION } from '../model_revision.ts';
import type { Cell } from './cell.ts';
import type { ObservedCell } from './observed_cells.ts';
import { TOLERATED, type ToleratedRule } from './tolerated.ts';

/** Compared in every cell that both sides have. */
const ALWAYS = [
  'outcome',
  'errno',
  'sleeps_in',
  'interruptible',
  'interrupt_errno',
  'killable',
  'size_bytes',
  'blocks',
  'cpu_reads',
  'device_reads',
  'file_reads',
  'after_release',
] as const satisfies readonly (keyof Cell)[];

/** Compared in cells that completed: how often a wait begins again, and tells mirrors again, is a matter of time. */
const IN_COMPLETED = ['events', 'entries_cleared'] as const satisfies readonly (keyof Cell)[];

export type ComparedField = (typeof ALWAYS)[number] | (typeof IN_COMPLETED)[number];

export const COMPARED_FIELDS: readonly ComparedField[] = [...ALWAYS, ...IN_COMPLETED];

export interface Difference {
  readonly memory: string;
  readonly driver: string;
  readonly op: string;
  readonly field: ComparedField;
  /** As JSON. */
  readonly model: string;
  readonly observed: string;
}

export interface ToleratedDifference extends Difference {
  readonly reason: string;
}

/** Cells that only one side has. */
export interface OneSided {
  readonly memory: string;
  readonly driver: string;
  readonly cells: number;
}

export interface AgainstResult {
  readonly schema: 'gup-vs-hmm/matrix-against/1';
  readonly model_revision: number;
  readonly kernel: string;
  /** `uname -r` of the kernel that was observed. */
  readonly observed_release: string;
  /** False when the user stopped it. */
  readonly complete: boolean;
  /** Cells that both sides have, and fields compared in them. */
  readonly cells: number;
  readonly fields: number;
  readonly agree: number;
  readonly tolerated: readonly ToleratedDifference[];
  readonly disagree: readonly Difference[];
  readonly only_in_model: readonly OneSided[];
  readonly only_observed: readonly OneSided[];
}

export interface Sides {
  readonly kernel: string;
  readonly complete: boolean;
  readonly model: readonly Cell[];
  readonly observed: readonly ObservedCell[];
  readonly observedRelease: string;
}

export function against(sides: Sides, rules: readonly ToleratedRule[] = TOLERATED): AgainstResult {
  const { kernel, complete, model, observed, observedRelease } = sides;
  const known = new Map(observed.map((cell) => [placeOf(cell), cell]));
  const pairs = model.flatMap((cell) => {
    const other = known.get(placeOf(cell));
    return other === undefined ? [] : [{ cell, other }];
  });
  const compared = pairs.flatMap(({ cell, other }) => comparedFields(cell, other));
  const differences = compared.filter(({ model: mine, observed: theirs }) => mine !== theirs);
  const judged = differences.map((difference) => ({ difference, rule: ruleFor(difference, rules) }));
  const common = new Set(pairs.map(({ cell }) => placeOf(cell)));
  return {
    schema: 'gup-vs-hmm/matrix-against/1',
    model_revision: MODEL_REVISION,
    kernel,
    observed_release: observedRelease,
    complete,
    cells: pairs.length,
    fields: compared.length,
    agree: compared.length - differences.length,
    tolerated: judged.flatMap(({ difference, rule }) =>
      rule === undefined ? [] : [{ ...difference, reason: rule.reason }],
    ),
    disagree: judged.flatMap(({ difference, rule }) => (rule === undefined ? [difference] : [])),
    only_in_model: oneSided(model, common),
    only_observed: oneSided(observed, common),
  };
}

type Place = Pick<Cell, 'memory' | 'driver' | 'op'>;

const placeOf = ({ memory, driver, op }: Place): string => `${memory} ${driver} ${op}`;

/** The fields of one cell that are compared, with both sides' values. */
function comparedFields(cell: Cell, other: ObservedCell): Difference[] {
  const completed = cell.outcome === 'completed' && other.outcome === 'completed';
  const fields = completed ? COMPARED_FIELDS : ALWAYS;
  const { memory, driver, op } = cell;
  return fields.flatMap((field) => {
    const theirs = other[field];
    if (theirs === undefined) return [];
    return [
      { memory, driver, op, field, model: asJson(comparable(cell, other, field)), observed: asJson(theirs) },
    ];
  });
}

/** The model's field; of what a release left only what was noted on the other side too. */
function comparable(cell: Cell, other: ObservedCell, field: ComparedField): unknown {
  const { after_release: mine } = cell;
  const { after_release: theirs } = other;
  if (field !== 'after_release' || mine === null || theirs === null || theirs === undefined)
    return cell[field];
  return Object.fromEntries(Object.entries(mine).filter(([key]) => key in theirs));
}

/** JSON with the keys of objects in order, and without counters that are 0. */
function asJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => {
    if (typeof inner !== 'object' || inner === null || Array.isArray(inner)) return inner;
    const entries = Object.entries(inner).filter(([, member]) => member !== 0);
    return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}

function ruleFor(difference: Difference, rules: readonly ToleratedRule[]): ToleratedRule | undefined {
  const fits = (wanted: string | undefined, got: string): boolean => wanted === undefined || wanted === got;
  return rules.find(
    (rule) =>
      rule.field === difference.field &&
      fits(rule.memory, difference.memory) &&
      fits(rule.driver, difference.driver) &&
      fits(rule.op, difference.op) &&
      fits(rule.model, difference.model) &&
      fits(rule.observed, difference.observed),
  );
}

function oneSided(cells: readonly Place[], common: ReadonlySet<string>): OneSided[] {
  const counts = new Map<string, OneSided>();
  for (const { memory, driver } of cells.filter((cell) => !common.has(placeOf(cell)))) {
    const key = `${memory} ${driver}`;
    counts.set(key, { memory, driver, cells: (counts.get(key)?.cells ?? 0) + 1 });
  }
  return [...counts.values()];
}

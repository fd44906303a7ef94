/**
 * The fidelity table: each mechanism of the model with what holds it.
 *
 *     mechanisms (data) + cells made by the model + planted faults -> rows
 */
import { MECHANISMS, type Mechanism } from '../../kernel/facts/mechanisms/index.ts';
import { LEFT_OUT } from '../../kernel/facts/left_out.ts';
import { RELEASES } from '../../kernel/release/releases.ts';
import { ALL_MUTANTS } from '../../mutants/index.ts';
import type { CellPlace } from '../matrix/index.ts';
import { type Coverage, modelPaths } from './coverage.ts';
import { propertyOf } from './property_files.ts';

/** A planted fault in a path of a mechanism, and the property tests that find it. */
export interface HoldingFault {
  readonly fault: string;
  /** Files in `properties/`. Empty: only a comparison with a real kernel finds it. */
  readonly properties: readonly string[];
}

export interface FidelityRow {
  readonly name: string;
  readonly symbols: readonly string[];
  readonly paths: readonly string[];
  readonly modelled: string;
  readonly simplified: string;
  readonly left_out: readonly string[];
  /** Facts that the labels of its paths cite. */
  readonly facts: readonly string[];
  /** Rules in which releases differ, each with the releases that have it. */
  readonly rules: readonly { readonly rule: string; readonly kernels: readonly string[] }[];
  /** Cells that were seen on a real kernel and that the model makes by this mechanism. */
  readonly cells: CellSummary;
  readonly faults: readonly HoldingFault[];
  /** Paths that neither such a cell nor a planted fault runs through. */
  readonly unwitnessed: readonly string[];
  /** Why there are any; null where there are none. */
  readonly reason: string | null;
}

export interface CellSummary {
  readonly count: number;
  /** Kernels, kinds of memory, drivers and operations of these cells. */
  readonly kernels: readonly string[];
  readonly memories: readonly string[];
  readonly drivers: readonly string[];
  readonly operations: readonly string[];
}

/** True if a real kernel was seen to make that cell. */
export type Seen = (place: CellPlace) => boolean;

/** One row for each mechanism, in their own order. */
export function fidelityRows(
  covered: readonly Coverage[],
  seen: Seen,
  mechanisms: readonly Mechanism[] = MECHANISMS,
): FidelityRow[] {
  const facts = new Map(modelPaths(RELEASES[0]?.name ?? '').map((path) => [path.name, path.facts]));
  return mechanisms.map((mechanism) => {
    const { name, symbols, paths, modelled, simplified, leftOut = [], rules = [], reason } = mechanism;
    return {
      ...{ name, symbols, paths, modelled, simplified },
      left_out: leftOut.map((topic) => LEFT_OUT[topic].what),
      facts: sortedFacts(paths.flatMap((path) => facts.get(path) ?? [])),
      rules: rules.map((rule) => ({
        rule,
        kernels: RELEASES.filter((release) => release.rules[rule]).map((release) => release.name),
      })),
      cells: summaryOf(covered.flatMap(({ cellsOf }) => seenThrough(paths, cellsOf, seen))),
      faults: faultsIn(paths),
      unwitnessed: paths.filter(
        (path) =>
          faultsIn([path]).length === 0 &&
          covered.every(({ cellsOf }) => seenThrough([path], cellsOf, seen).length === 0),
      ),
      reason: reason ?? null,
    };
  });
}

/** What is wrong with the table: empty when each path has its mechanism, and its witness or its mechanism's reason. */
export function fidelityGaps(rows: readonly FidelityRow[], pathNames: readonly string[]): string[] {
  const named = new Set(rows.flatMap(({ paths }) => paths));
  return [
    ...pathNames.filter((path) => !named.has(path)).map((path) => `${path}: no mechanism names this path`),
    ...rows.flatMap(({ name, paths }) =>
      paths.filter((path) => !pathNames.includes(path)).map((path) => `${name}: there is no path ${path}`),
    ),
    ...rows.flatMap(({ name, unwitnessed, reason }) => {
      const none = unwitnessed.join(', ');
      if (none !== '' && reason === null)
        return [`${name}: neither a cell nor a planted fault holds ${none}, and no reason is given`];
      return none === '' && reason !== null
        ? [`${name}: it gives a reason for having no witness, and has one for each path`]
        : [];
    }),
  ];
}

/** Cells that entered any of the paths, once each. */
function seenThrough(paths: readonly string[], cellsOf: Coverage['cellsOf'], seen: Seen): CellPlace[] {
  const cells = new Set(paths.flatMap((path) => cellsOf.get(path) ?? []));
  return [...cells].filter(seen);
}

function summaryOf(cells: readonly CellPlace[]): CellSummary {
  const distinct = (field: keyof CellPlace): string[] =>
    [...new Set(cells.map((cell) => cell[field]))].sort();
  return {
    count: cells.length,
    kernels: distinct('kernel'),
    memories: distinct('memory'),
    drivers: distinct('driver'),
    operations: distinct('op'),
  };
}

function faultsIn(paths: readonly string[]): HoldingFault[] {
  return ALL_MUTANTS.filter(({ patches }) => patches.some(({ path }) => paths.includes(path))).map(
    ({ name, breaks }) => ({ fault: name, properties: [...new Set(breaks.map(propertyOf))] }),
  );
}

function sortedFacts(facts: readonly string[]): string[] {
  return [...new Set(facts)].sort((a, b) => Number(a.slice(1)) - Number(b.slice(1)));
}

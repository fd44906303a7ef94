/** Second section: each property under each driver, what was expected of it and what came out. */
import type { ComparisonResult, Verdict } from '../compare/result.ts';
import { counted, formatCount } from './count.ts';
import { cell, column, type Block, type Cell, type Section } from './document.ts';
import { driverNames } from './driver_order.ts';

const COLUMNS = ['property', 'driver', 'expected', 'got', 'grade', 'facts'].map((title) => column(title));

export function propertySection(result: ComparisonResult): Section {
  if (result.verdicts.length === 0) {
    return { heading: 'Properties', blocks: [{ kind: 'paragraph', text: 'No property was judged.' }] };
  }
  const verdicts = inOrder(result);
  const blocks: Block[] = [
    { kind: 'table', columns: COLUMNS, rows: verdicts.map((verdict, at) => row(verdict, verdicts[at - 1])) },
  ];
  const surprises = verdicts.filter((verdict) => !verdict.as_expected);
  if (surprises.length > 0) blocks.push({ kind: 'list', items: surprises.map(surprise) });
  blocks.push({ kind: 'key_values', entries: meanings(verdicts) });
  return { heading: 'Properties', blocks };
}

/** Properties in the order of the result, and the drivers of each in the order of reports. */
function inOrder(result: ComparisonResult): Verdict[] {
  const properties = [...new Set(result.verdicts.map((verdict) => verdict.property))];
  const drivers = driverNames(result);
  const rank = (verdict: Verdict): number =>
    properties.indexOf(verdict.property) * (drivers.length + 1) + drivers.indexOf(verdict.driver);
  return [...result.verdicts].sort((a, b) => rank(a) - rank(b));
}

/** A property's name stands in its first row only. */
function row(verdict: Verdict, above: Verdict | undefined): Cell[] {
  return [
    cell(verdict.property === above?.property ? '' : verdict.property),
    cell(verdict.driver),
    cell(verdict.expected),
    cell(
      gotInWords(verdict),
      verdict.as_expected ? (verdict.got === 'not_exercised' ? 'muted' : 'good') : 'bad',
    ),
    cell(verdict.grade),
    cell(verdict.facts.join(' ')),
  ];
}

/** The word UNEXPECTED stands in the text itself, for readers without colour. */
function gotInWords(verdict: Verdict): string {
  const got = {
    held: 'held',
    broken: `broken ${formatCount(verdict.violations)}x`,
    not_exercised: 'not exercised',
  }[verdict.got];
  return verdict.as_expected ? got : `UNEXPECTED: ${got}`;
}

function surprise(verdict: Verdict): string {
  const must = verdict.expected === 'holds' ? 'must hold' : 'is broken by such a driver by construction';
  const example = verdict.example === null ? '' : `; first violation: ${verdict.example}`;
  const violations = verdict.got === 'broken' ? ` (${counted(verdict.violations, 'violation')})` : '';
  return `${verdict.property} ${must}, yet under ${verdict.driver} it came out as ${verdict.got.replace('_', ' ')}${violations}${example}`;
}

function meanings(verdicts: readonly Verdict[]): [string, string][] {
  return [...new Map(verdicts.map((verdict) => [verdict.property, verdict.title]))];
}

/**
 * The order in which drivers stand in every report.
 *
 * Fixed, and not the order in which the user named them: the citation id does not know that order, and one id
 * must have one report.
 */
import type { ComparisonResult } from '../compare/result.ts';

const KNOWN = ['none', 'gup', 'gup_longterm', 'get', 'hmm_mirror', 'notifier', 'list_notifier'];

/** The drivers of a result: built-in ones in the order of the argument, then others by name. */
export function driverNames(result: Pick<ComparisonResult, 'drivers'>): string[] {
  return Object.keys(result.drivers).sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
}

function rank(driver: string): number {
  const known = KNOWN.indexOf(driver);
  return known < 0 ? KNOWN.length : known;
}

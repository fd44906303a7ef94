/**
 * The sentences that a comparison comes down to, generated from its numbers and nothing else.
 */
import type { Certificate, ComparisonResult, DriverResult } from '../compare/result.ts';
import { counted, formatCount, listed, total } from './count.ts';
import { driverNames } from './driver_order.ts';
import { ARGUED_KINDS, arguedNoun, operationEntries, sumOf, waitsOf } from './operation_sums.ts';
import { formatNs, formatPageNs } from './time.ts';

const ENDINGS: Record<Certificate['ended_by'], string> = {
  release: 'until the driver was made to let go',
  user: 'until a later call of the program let go',
  signal: 'until a signal ended it',
  itself: 'until it ended by itself',
  never: 'for ever',
};

/**
 * Who blocked whom: one sentence over all drivers, then what else was blocked or never reached.
 * Drivers that were refused, or had nothing to do, are not praised for blocking nobody.
 */
export function blockingSentences(result: ComparisonResult): string[] {
  const where = `On ${result.input.name} (${result.memory}, ${result.kernel})`;
  const drivers = driverNames(result);
  const present = ARGUED_KINDS.filter((kind) =>
    drivers.some((name) => (driverOf(result, name).ops[kind]?.total ?? 0) > 0),
  );
  const further = drivers.flatMap((name) => furtherSentences(result, name));
  if (present.length === 0) {
    return [
      `${where}, nobody asked for a truncate or fallocate: this comparison cannot say who blocks them.`,
      ...further,
    ];
  }
  const most = Math.max(...drivers.map((name) => sumOf(driverOf(result, name), 'total', ARGUED_KINDS)));
  const noun = arguedNoun(present);
  const blockers = drivers.filter((name) => sumOf(driverOf(result, name), 'blocked', ARGUED_KINDS) > 0);
  const clauses = blockers.map((name) => blockerClause(result, name, noun));
  clauses.push(
    ...harmlessClauses(result, blockers, clauses.length === 0 ? ` of ${formatCount(most)} ${noun}` : ''),
  );
  return [`${where}, ${clauses.join('; ')}.`, ...further];
}

function driverOf(result: ComparisonResult, name: string): DriverResult {
  const driver = result.drivers[name];
  if (driver === undefined) throw new Error(`no driver ${name} in the result`);
  return driver;
}

function blockerClause(result: ComparisonResult, name: string, noun: string): string {
  const driver = driverOf(result, name);
  const blocked = sumOf(driver, 'blocked', ARGUED_KINDS);
  const all = sumOf(driver, 'total', ARGUED_KINDS);
  const ending = endingsInWords(result, name, blocked);
  return `${name} blocked ${formatCount(blocked)} of ${formatCount(all)} ${noun}${ending}`;
}

/** How the blocked calls ended, as their certificates say; empty if the certificates do not cover them all. */
function endingsInWords(result: ComparisonResult, name: string, blocked: number): string {
  const endings = new Map<Certificate['ended_by'], number>();
  for (const certificate of result.certificates) {
    if (certificate.driver !== name || !certificate.blocked || !ARGUED_KINDS.includes(certificate.kind))
      continue;
    endings.set(certificate.ended_by, (endings.get(certificate.ended_by) ?? 0) + certificate.count);
  }
  const parts = [...endings].sort(([, a], [, b]) => b - a);
  if (parts.reduce((sum, [, count]) => sum + count, 0) !== blocked) return '';
  const [first] = parts;
  if (parts.length === 1 && first !== undefined) return `, ${blocked > 1 ? 'each ' : ''}${ENDINGS[first[0]]}`;
  return `, ${listed(parts.map(([ending, count]) => `${formatCount(count)} ${ENDINGS[ending]}`))}`;
}

/** The drivers that blocked no truncate or fallocate, and why. `ofWhat` completes the first `none`. */
function harmlessClauses(result: ComparisonResult, blockers: readonly string[], ofWhat: string): string[] {
  const others = driverNames(result).filter((name) => !blockers.includes(name));
  const refused = others.filter((name) => neverActed(driverOf(result, name)) && refusals(result, name) > 0);
  const idle = others.filter(
    (name) => name !== 'none' && neverActed(driverOf(result, name)) && !refused.includes(name),
  );
  const active = others.filter((name) => name !== 'none' && !refused.includes(name) && !idle.includes(name));
  const clauses: string[] = [];
  if (active.length > 0) clauses.push(`${listed(active)} blocked none${ofWhat}`);
  if (others.includes('none'))
    clauses.push(`without a driver none${clauses.length === 0 ? ofWhat : ''} was blocked`);
  for (const name of refused) {
    const errnos = Object.keys(driverOf(result, name).refusals).sort().join(', ');
    clauses.push(
      `${name} was refused by the kernel (${errnos}, ${counted(refusals(result, name), 'time')}) and held nothing`,
    );
  }
  if (idle.length > 0) clauses.push(`${listed(idle)} had nothing to do`);
  return clauses;
}

function refusals(result: ComparisonResult, name: string): number {
  return total(driverOf(result, name).refusals);
}

/** No page held, no fault taken, no event seen, no transfer done. */
function neverActed(driver: DriverResult): boolean {
  const done = driver.transfers + driver.device_faults + driver.pages_held_max;
  return done + total(driver.notifier) === 0;
}

function furtherSentences(result: ComparisonResult, name: string): string[] {
  const driver = driverOf(result, name);
  const sentences: string[] = [];
  const also = operationEntries(driver).filter(
    ([kind, stats]) => stats.blocked > 0 && !ARGUED_KINDS.includes(kind),
  );
  if (also.length > 0) {
    sentences.push(
      `${name} also blocked ${listed(also.map(([kind, stats]) => `${formatCount(stats.blocked)} ${kind}`))}.`,
    );
  }
  const never = sumOf(driver, 'never');
  const unreached = sumOf(driver, 'unreached');
  if (never + unreached > 0) {
    sentences.push(
      `Under ${name} ${counted(never, 'call')} never ended and ${counted(unreached, 'later call')} ` +
        `${unreached === 1 ? 'was' : 'were'} never reached.`,
    );
  }
  if (driver.blocks_freed_under_reference > 0) {
    sentences.push(
      `Under ${name} ${counted(driver.blocks_freed_under_reference, 'block')} ` +
        `${driver.blocks_freed_under_reference === 1 ? 'was' : 'were'} freed while the device held a reference.`,
    );
  }
  return sentences;
}

/** What the drivers cost: faults, retries and callbacks of those that are told, memory of those that hold. */
export function costSentence(result: ComparisonResult): string | null {
  const clauses = driverNames(result).flatMap((name) => {
    const parts = costParts(driverOf(result, name));
    return parts.length === 0 ? [] : [`${name} ${parts.join('; ')}`];
  });
  return clauses.length === 0 ? null : `What it cost (simulated): ${clauses.join('. ')}.`;
}

function costParts(driver: DriverResult): string[] {
  const parts: string[] = [];
  const events = total(driver.notifier);
  const callback = waitsOf(driver, 'callback');
  const faultLock = waitsOf(driver, 'fault_lock');
  if (driver.device_faults + driver.retries > 0) {
    parts.push(
      `took ${counted(driver.device_faults, 'device fault')} and ${counted(driver.retries, 'retry', 'retries')}`,
    );
  }
  if (events + callback.count > 0) {
    parts.push(
      `was called back ${counted(events, 'time')}, for which callers waited ${formatNs(callback.ns)}`,
    );
  }
  if (faultLock.count > 0) {
    parts.push(
      `kept ${counted(faultLock.count, 'call')} waiting ${formatNs(faultLock.ns)} for locks of its faults`,
    );
  }
  if (driver.pages_held_max > 0) {
    parts.push(
      `held up to ${counted(driver.pages_held_max, 'page')} (${formatPageNs(driver.page_ns_held)} in all)`,
    );
  }
  return parts;
}

/** Whether the verdicts are as expected: what the exit code says, in words. */
export function expectationSentence(result: ComparisonResult): { text: string; good: boolean } {
  const unexpected = result.verdicts.filter((verdict) => !verdict.as_expected);
  const unexercised = result.verdicts.filter((verdict) => verdict.got === 'not_exercised').length;
  const breaking = result.verdicts.some((verdict) => verdict.as_expected && verdict.got === 'broken');
  const rest =
    unexercised === 0
      ? ''
      : ` ${formatCount(unexercised)} of them ${unexercised === 1 ? 'was' : 'were'} not exercised.`;
  if (result.verdicts.length === 0) return { text: 'No property was judged.', good: true };
  if (unexpected.length > 0) {
    const text = `${formatCount(unexpected.length)} of ${counted(result.verdicts.length, 'verdict')} NOT as expected.`;
    return { text: text + rest, good: false };
  }
  const all =
    result.verdicts.length === 1
      ? 'The one verdict is'
      : `All ${formatCount(result.verdicts.length)} verdicts are`;
  return {
    text: `${all} as expected${breaking ? ', what a pin breaks by construction included' : ''}.${rest}`,
    good: true,
  };
}

/** What the workload was, on one line. */
export function inputInWords(result: ComparisonResult): string {
  const { input } = result;
  const counts = [
    counted(input.operations, 'operation'),
    counted(input.tasks, 'task'),
    counted(input.files, 'file'),
  ];
  const title =
    input.title === '' || input.title === input.name ? input.name : `${input.name}: ${input.title}`;
  return `${title} (${input.source}; ${counts.join(', ')})`;
}

/**
 * What a comparison does not show. Written by the tool, from the data, so that nobody who cites a result has to
 * find out by himself.
 */
import type { ComparisonResult, Grade, LogDivergence } from '../compare/result.ts';
import { counted, formatCount, listed, total } from './count.ts';
import type { Block, Section } from './document.ts';
import { driverNames } from './driver_order.ts';
import { ARGUED_KINDS } from './operation_sums.ts';

/** Names listed before the rest is counted. */
const NAMED = 10;

const GRADES: Record<Grade, string> = {
  exhausted: 'every interleaving of the stated scope was tried',
  bounded:
    'schedules up to a stated number of preemptions were tried, with a stated chance to find a violation',
  sampled: 'random schedules were tried; none found is an upper bound on their share, not a proof',
  witnessed: 'seen on a real kernel',
  replayed: 'one order of the operations was replayed, and one order is not all orders',
};

export function limitsSection(result: ComparisonResult): Section {
  const items = [
    costs(result),
    ...whatIf(result),
    'Blocked means: if user space did nothing more, the call would never end, and what it waits for leads to a reference, lock, ' +
      'fault or callback of the driver. The device does finish the transfers it has begun. A wait that ends by itself is ' +
      'counted as a wait, not as blocked.',
    'Fairness is assumed: a kernel task or device engine that can run does run at some time, and rwsems are handed over in FIFO order.',
    ...grades(result),
    'A count of 0 is about this workload, order and device plan: zero in n is not never.',
    ...onBlock(result),
    ...plan(result),
    ...missingKinds(result),
    ...unexercised(result),
    ...notModelled(result),
  ];
  const blocks: Block[] = [{ kind: 'list', items }, ...logDivergences(result)];
  return { heading: 'What this is not', blocks };
}

function costs(result: ComparisonResult): string {
  return (
    `Times are simulated with cost table ${result.cost_table}, never measured, and figures of different machines meet in it; ` +
    'an order of two drivers counts only if it survives the ranges of the table.'
  );
}

function whatIf(result: ComparisonResult): string[] {
  if (result.input.source !== 'log') return [];
  const dax = result.memory.endsWith('_dax') ? 'without DAX and ' : '';
  return [`The log was recorded ${dax}without this device: the replay on ${result.memory} is a what-if.`];
}

function grades(result: ComparisonResult): string[] {
  const used = new Set(result.verdicts.map((verdict) => verdict.grade));
  const present = (Object.keys(GRADES) as Grade[]).filter((grade) => used.has(grade));
  return present.map((grade) => `Grade "${grade}": ${GRADES[grade]}.`);
}

function onBlock(result: ComparisonResult): string[] {
  return result.on_block === 'release'
    ? [
        'A blocked call is counted once; the driver is then made to let go of that file, the call ends, and the driver attaches again. How long it waited is then our doing: without us, for ever.',
      ]
    : ['A blocked call stays asleep, and the later calls of its task are counted as unreached.'];
}

function plan(result: ComparisonResult): string[] {
  return result.plan.text.length === 0
    ? []
    : [`The device plan is ours, not the program's: ${result.plan.text.join('; ')}.`];
}

function missingKinds(result: ComparisonResult): string[] {
  const drivers = driverNames(result);
  const missing = ARGUED_KINDS.filter((kind) =>
    drivers.every((name) => (result.drivers[name]?.ops[kind]?.total ?? 0) === 0),
  );
  return missing.length === 0
    ? []
    : [
        `The workload has no ${listed(missing, 'or')}: nothing is shown about ${missing.length === 1 ? 'it' : 'them'}.`,
      ];
}

function unexercised(result: ComparisonResult): string[] {
  const verdicts = result.verdicts.filter((verdict) => verdict.got === 'not_exercised');
  const names = verdicts.map((verdict) => `${verdict.property} under ${verdict.driver}`);
  return names.length === 0 ? [] : [`Not exercised, so neither held nor broken: ${names.join(', ')}.`];
}

function notModelled(result: ComparisonResult): string[] {
  const calls = Object.entries(result.not_modelled).sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  if (calls.length === 0) return [];
  const named = calls.slice(0, NAMED).map(([name, count]) => `${name} ${formatCount(count)}`);
  const rest = calls.length - named.length;
  const more = rest === 0 ? '' : ` and ${formatCount(rest)} more`;
  return [
    `Calls of the log that are not modelled (${formatCount(total(result.not_modelled))}): ${named.join(', ')}${more}.`,
  ];
}

/** Where the model ends a call otherwise than the log does, drivers with the same divergence on one line. */
function logDivergences(result: ComparisonResult): Block[] {
  const groups = new Map<string, { first: LogDivergence; drivers: string[] }>();
  for (const divergence of result.log_divergences) {
    const { driver, ...rest } = divergence;
    const key = JSON.stringify([rest.kind, rest.logged, rest.modelled, rest.count, rest.first_line]);
    const group = groups.get(key) ?? { first: divergence, drivers: [] };
    group.drivers.push(driver);
    groups.set(key, group);
  }
  if (groups.size === 0) return [];
  const all = [...groups.values()];
  const items = all.slice(0, NAMED).map(({ first, drivers }) => {
    const line = first.first_line === null ? '' : `, first at line ${first.first_line}`;
    return (
      `${counted(first.count, first.kind, first.kind)}: the log has ${first.logged}, the model ${first.modelled} ` +
      `(${drivers.join(', ')}${line})`
    );
  });
  if (all.length > NAMED) items.push(`and ${formatCount(all.length - NAMED)} more, in the JSON result`);
  return [
    {
      kind: 'paragraph',
      text: "Calls that end otherwise in the model than in the log; the model's result was kept:",
    },
    { kind: 'list', items },
  ];
}

/** Third section: who waited for whom, why, what stood still behind a blocked call, and where the drivers part. */
import {
  WAIT_CLASSES,
  type ComparisonResult,
  type OperationStats,
  type StoodStill,
} from '../compare/result.ts';
import { OPERATION_KINDS, type OperationKind } from '../workload/operation.ts';
import { certificateBlocks } from './certificate_groups.ts';
import { countsInWords, formatCount, listed, sortedEntries, total } from './count.ts';
import { cell, column, type Block, type Cell, type Column, type Section } from './document.ts';
import { driverNames } from './driver_order.ts';
import { ARGUED_KINDS, waited } from './operation_sums.ts';
import { formatNs } from './time.ts';

export function waitSection(result: ComparisonResult): Section {
  return {
    heading: 'Who waited for whom',
    blocks: [
      ...operationBlocks(result),
      ...certificateBlocks(result.certificates),
      ...stoodStillBlocks(result),
      ...divergenceBlocks(result),
      ...contentBlocks(result),
    ],
  };
}

interface Row {
  kind: OperationKind;
  driver: string;
  stats: OperationStats;
}

function operationBlocks(result: ComparisonResult): Block[] {
  const rows = OPERATION_KINDS.flatMap((kind) => rowsOf(result, kind));
  const telling = new Set(
    rows.filter((row) => ARGUED_KINDS.includes(row.kind) || waited(row.stats)).map((row) => row.kind),
  );
  const blocks: Block[] = [];
  const shown = rows.filter((row) => telling.has(row.kind));
  if (shown.length > 0) blocks.push(operationTable(shown));
  const silent = OPERATION_KINDS.filter((kind) => !telling.has(kind)).flatMap((kind) => {
    const most = Math.max(0, ...rowsOf(result, kind).map((row) => row.stats.total));
    return most === 0 ? [] : [`${kind} ${formatCount(most)}`];
  });
  if (silent.length > 0) {
    blocks.push({ kind: 'note', text: `No wait under any driver: ${silent.join(', ')}.` });
  }
  return blocks;
}

function rowsOf(result: ComparisonResult, kind: OperationKind): Row[] {
  return driverNames(result).flatMap((driver) => {
    const stats = result.drivers[driver]?.ops[kind];
    return stats === undefined || stats.total + stats.unreached === 0 ? [] : [{ kind, driver, stats }];
  });
}

/** Columns that are 0 throughout say nothing and are left out. */
function operationTable(rows: readonly Row[]): Block {
  const counters = (['total', 'blocked', 'never', 'unreached'] as const).filter(
    (name) => name === 'total' || name === 'blocked' || rows.some(({ stats }) => stats[name] > 0),
  );
  const columns: Column[] = [
    column('operation'),
    column('driver'),
    ...counters.map((name) => column(name, 'right')),
    column('waits'),
    column('longest', 'right'),
  ];
  const cells = rows.map(({ kind, driver, stats }): Cell[] => [
    cell(kind),
    cell(driver),
    ...counters.map((name) =>
      cell(formatCount(stats[name]), name !== 'total' && stats[name] > 0 ? 'strong' : 'plain'),
    ),
    cell(waitsInWords(stats)),
    cell(stats.wait_ns_max === 0 ? '-' : formatNs(stats.wait_ns_max)),
  ]);
  return { kind: 'table', columns, rows: cells };
}

function waitsInWords(stats: OperationStats): string {
  const waits = WAIT_CLASSES.filter((name) => stats.waits[name] > 0).map(
    (name) => `${name} ${formatCount(stats.waits[name])}x ${formatNs(stats.wait_ns[name])}`,
  );
  return waits.length === 0 ? 'none' : waits.join('\n');
}

/** K32: what else would have waited behind the blocked call, and what would not. */
function stoodStillBlocks(result: ComparisonResult): Block[] {
  const groups = new Map<string, { first: StoodStill; behind: Set<string> }>();
  for (const still of result.stood_still) {
    const key = JSON.stringify([still.driver, still.file, still.waited, still.proceeded, still.queued]);
    const group = groups.get(key) ?? { first: still, behind: new Set() };
    group.behind.add(still.behind);
    groups.set(key, group);
  }
  if (groups.size === 0) return [];
  const items = [...groups.values()].map(({ first, behind }) => {
    const stood = first.waited.length === 0 ? 'nothing' : locksInWords(first.waited);
    const went = first.proceeded.length === 0 ? 'nothing' : first.proceeded.join(', ');
    const queued =
      total(first.queued) === 0 ? '' : `; of the workload itself ${countsInWords(first.queued)} queued up`;
    return `behind ${listed([...behind], 'or')} of ${first.file} under ${first.driver}: ${stood} stood still; ${went} proceeded${queued}`;
  });
  return [
    { kind: 'paragraph', text: 'While such a call was blocked, other calls on the file, each tried (K32):' },
    { kind: 'list', items },
  ];
}

/** `read, write (i_rwsem); chmod (freeze)`: kinds by the lock they waited for. */
function locksInWords(waits: StoodStill['waited']): string {
  const byLock = new Map<string, string[]>();
  for (const wait of waits) byLock.set(wait.for, [...(byLock.get(wait.for) ?? []), wait.kind]);
  return [...byLock].map(([lock, kinds]) => `${kinds.join(', ')} (${lock})`).join('; ');
}

function divergenceBlocks(result: ComparisonResult): Block[] {
  const first = result.first_divergence;
  if (first === null) {
    const alone = Object.keys(result.drivers).length < 2;
    return alone
      ? []
      : [{ kind: 'paragraph', text: 'The drivers differ in no observation on this schedule.' }];
  }
  const line = first.line === null ? '' : ` (line ${first.line})`;
  const text = `First divergence: operation ${first.op}${line}, ${first.kind} by ${first.task}: ${first.what}`;
  return [
    { kind: 'paragraph', text },
    { kind: 'list', items: sortedEntries(first.drivers).map(([driver, seen]) => `${driver}: ${seen}`) },
  ];
}

/** Whether the files end up the same, whatever the driver. */
function contentBlocks(result: ComparisonResult): Block[] {
  const drivers = driverNames(result);
  const names = [
    ...new Set(drivers.flatMap((driver) => Object.keys(result.drivers[driver]?.files ?? {}))),
  ].sort();
  if (drivers.length < 2 || names.length === 0) return [];
  const differing = names.filter(
    (name) => new Set(drivers.map((driver) => result.drivers[driver]?.files[name])).size > 1,
  );
  const text =
    differing.length === 0
      ? `File contents at the end are the same under every driver (${formatCount(names.length)} compared).`
      : `File contents at the end differ between drivers: ${differing.join(', ')}. A transfer that races with a call that removes blocks may land before it under one driver and after it under another; that is no loss unless I5 is broken.`;
  return [{ kind: 'note', text }];
}

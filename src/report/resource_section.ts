/** Fourth section: what each driver held and caused. Fifth: what was refused. */
import type { ComparisonResult, DriverResult } from '../compare/result.ts';
import { countsInWords, formatCount } from './count.ts';
import { cell, column, type Block, type Section } from './document.ts';
import { driverNames } from './driver_order.ts';
import { operationEntries, waitsOf } from './operation_sums.ts';
import { formatNs, formatPageNs } from './time.ts';

const MEASURES: readonly (readonly [title: string, text: (driver: DriverResult) => string])[] = [
  ['pages held at once, at most', (driver) => formatCount(driver.pages_held_max)],
  [
    'pages held, times time',
    (driver) => (driver.page_ns_held === '0' ? '0' : formatPageNs(driver.page_ns_held)),
  ],
  ['blocks freed under a reference', (driver) => formatCount(driver.blocks_freed_under_reference)],
  ['notifier events', (driver) => countsInWords(driver.notifier).replaceAll(', ', '\n') || '0'],
  ['waits in its callbacks', (driver) => waitsInWords(driver, 'callback')],
  ['waits for locks of its faults', (driver) => waitsInWords(driver, 'fault_lock')],
  ['device faults', (driver) => formatCount(driver.device_faults)],
  ['retries', (driver) => formatCount(driver.retries)],
  ['transfers', (driver) => formatCount(driver.transfers)],
  ['transfers that failed', (driver) => formatCount(driver.transfers_failed)],
  ['simulated time in all', (driver) => formatNs(driver.simulated_ns)],
];

export function resourceSection(result: ComparisonResult): Section {
  const drivers = driverNames(result);
  const rows = MEASURES.map(([title, text]) => [
    cell(title),
    ...drivers.map((name) => cell(textOf(result.drivers[name], text))),
  ]);
  const columns = [column(''), ...drivers.map((name) => column(name, 'right'))];
  return { heading: 'Resources held', blocks: [{ kind: 'table', columns, rows }] };
}

function textOf(driver: DriverResult | undefined, text: (driver: DriverResult) => string): string {
  return driver === undefined ? '-' : text(driver);
}

function waitsInWords(driver: DriverResult, waitClass: 'callback' | 'fault_lock'): string {
  const waits = waitsOf(driver, waitClass);
  return waits.count === 0 ? '0' : `${formatCount(waits.count)}x ${formatNs(waits.ns)}`;
}

export function refusalSection(result: ComparisonResult): Section {
  const items = driverNames(result).flatMap((name) => {
    const driver = result.drivers[name];
    return driver === undefined ? [] : refusalsOf(name, driver);
  });
  const block: Block =
    items.length === 0
      ? { kind: 'paragraph', text: 'None: the kernel refused no call of a driver, and no operation failed.' }
      : { kind: 'list', items };
  return { heading: 'Refusals', blocks: [block] };
}

function refusalsOf(name: string, driver: DriverResult): string[] {
  const items: string[] = [];
  if (Object.keys(driver.refusals).length > 0) {
    items.push(`${name}: the kernel refused the driver ${countsInWords(driver.refusals)}`);
  }
  const failed = operationEntries(driver).filter(([, stats]) => Object.keys(stats.refused).length > 0);
  if (failed.length > 0) {
    const kinds = failed.map(([kind, stats]) => `${kind} ${countsInWords(stats.refused)}`);
    items.push(`${name}: operations that failed: ${kinds.join('; ')}`);
  }
  return items;
}

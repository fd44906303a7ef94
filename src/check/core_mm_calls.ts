/**
 * What a driver calls of core mm while it runs, and how much it does itself: counted as its paths are executed.
 *
 * Each entry of the driver's own paths is preceded by a count, planted as a fault would be. What core mm does inside one of
 * its functions is not counted again.
 */
import type { Driver } from '../drivers/driver.ts';
import type { System } from '../drivers/system.ts';
import type { AnyPath, Entry, Patch } from '../machine/program.ts';
import { CHECK_INVARIANTS } from '../invariants/index.ts';
import { smallSetup } from '../run/setup.ts';
import { drawRuns } from './draw_runs.ts';
import type { Ground } from './hunt.ts';
import { ALL_OPERATIONS, onSystem } from './profile.ts';
import { Runner } from './run_one.ts';

export interface CallCounts {
  readonly driver: string;
  readonly runs: number;
  /** Entries of its own paths, and those among them that are no call of core mm. */
  readonly entries: number;
  readonly own_entries: number;
  /** Times that entries of its own were executed, marks and jumps left out. */
  readonly own_steps: number;
  /** Device faults that it was asked to deal with. */
  readonly device_faults: number;
  /** Calls of core mm, by function. */
  readonly calls: Readonly<Record<string, number>>;
}

/** Entries that call core mm as a plain function or take its locks; every call of another path is one too. */
const PLAIN_CALLS: Readonly<Record<string, string>> = {
  mmu_interval_read_retry: 'mmu_interval_read_retry',
  mmu_interval_set_seq: 'mmu_interval_set_seq',
  'mmget_not_zero failed': 'mmget_not_zero',
  mmap_read_lock: 'mmap_read_lock',
  mmap_write_lock: 'mmap_write_lock',
  put_page: 'put_page',
  unpin_user_pages: 'unpin_user_pages',
  'unpin what was pinned': 'put_page or unpin_user_pages (a short result)',
};

/** The driver's own paths: its operations, and what they call that bears its name. */
function ownPaths(driver: Driver): AnyPath<System>[] {
  const { attach, detach, begin_transfer, device_fault, end_transfer, invalidate, notifier_ops } = driver;
  const operations: (AnyPath<System> | null | undefined)[] = [
    ...[attach, detach, begin_transfer, device_fault, end_transfer, invalidate],
    ...[notifier_ops?.release, notifier_ops?.invalidate_range_start],
  ];
  const found = new Set(operations.flatMap((operation) => operation ?? []));
  for (const path of found) {
    for (const entry of path.entries)
      if (entry.op === 'call' && entry.direct !== null && isOwn(driver, entry.direct))
        found.add(entry.direct);
  }
  return [...found];
}

const isOwn = (driver: Driver, path: AnyPath<System>): boolean => path.name.startsWith(`${driver.name} `);

/** The function of core mm that an entry calls, '' for work of the driver's own, null for what is no work. */
function calledBy(driver: Driver, entry: Entry<System>): string | null {
  if (entry.op === 'mark' || entry.op === 'jump' || entry.op === 'ret' || entry.op === 'up') return null;
  if (entry.op === 'call') return entry.direct !== null && isOwn(driver, entry.direct) ? null : entry.name;
  return PLAIN_CALLS[entry.name] ?? '';
}

export function coreMmCalls(ground: Ground, seed: number, runs: number): CallCounts {
  const { driver } = ground;
  const paths = ownPaths(driver);
  const counts = new Map<string, number>();
  const patches = paths.flatMap((path) => {
    const names = new Set(path.entries.map(({ name }) => name));
    return [...names].flatMap((name) => counting(driver, path, name, counts));
  });
  const runner = new Runner(smallSetup(ground, { patches }), CHECK_INVARIANTS.slice(0, 0));
  let deviceFaults = 0;
  for (const run of drawRuns(seed, runs, onSystem(ALL_OPERATIONS, ground.memory, ground.kernel))) {
    runner.run(run, (events) => {
      deviceFaults += events.filter(({ event }) => event.type === 'device_fault').length;
    });
  }
  const work = paths.flatMap(({ entries }) => entries.map((entry) => calledBy(driver, entry)));
  const called = [...counts].filter(([name]) => name !== '').sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    driver: driver.name,
    runs,
    entries: work.filter((name) => name !== null).length,
    own_entries: work.filter((name) => name === '').length,
    own_steps: counts.get('') ?? 0,
    device_faults: deviceFaults,
    calls: Object.fromEntries(called),
  };
}

/** A count before the only entry of that name, if it is work. */
function counting(
  driver: Driver,
  path: AnyPath<System>,
  at: string,
  counts: Map<string, number>,
): Patch<System>[] {
  const entries = path.entries.filter(({ name }) => name === at);
  const [entry] = entries;
  const called = entry === undefined ? null : calledBy(driver, entry);
  if (entry === undefined || entries.length > 1 || called === null) return [];
  const act = (): void => {
    counts.set(called, (counts.get(called) ?? 0) + 1);
  };
  return [{ path: path.name, at, entries: [{ op: 'act', name: `count ${at}`, act }, entry] }];
}

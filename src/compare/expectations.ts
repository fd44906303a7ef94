/**
 * What a scenario file expects, held against what came out: one sentence for each expectation that was not met.
 */
import { errnoName } from '../kernel/errno.ts';
import { size_byte, size_page } from '../kernel/fs/inode.ts';
import { inodeOf } from '../run/syscalls.ts';
import { type Offset, offsetToBytes } from '../workload/offset.ts';
import type { Counts } from '../workload/effects.ts';
import type { EndExpectation, Expectation, Workload } from '../workload/workload.ts';
import type { Effects } from './operation_effects.ts';
import { type Observation, observationInWords, observationOf, type Observed } from './observation.ts';

/** Sentences that name the scenario, the line, the operation and the driver. `memory`: where the files lay. */
export function unmetExpectations(observed: Observed, memory: string): string[] {
  const { session, metrics } = observed.replay;
  const { workload } = session;
  const driver = session.system.driver.name;
  const mine = (audience: Pick<Expectation, 'drivers' | 'memory'>): boolean =>
    (audience.drivers?.includes(driver) ?? true) &&
    (audience.memory?.includes(memory) ?? session.system.fs.dax);
  const sentences = workload.expect.filter(mine).flatMap((expectation) => {
    const seen = observationOf(observed, expectation.op);
    const missed = seen === undefined ? [['an end', 'none'] as const] : missedIn(expectation, seen);
    const did = missedEffects(expectation, observed.replay.effects.of(expectation.op));
    const place = `${placeOf(workload, expectation.op)} under ${driver}`;
    return [...missed, ...did].map(([expected, got]) => `${place}: expected ${expected}, got ${got}`);
  });
  const atEnd = workload.expectEnd
    .filter(mine)
    .flatMap((expectation) => missedAtEnd(observed, expectation, metrics.blocksFreedUnderReference));
  return [...sentences, ...atEnd.map((text) => `${workload.name} at the end under ${driver}: ${text}`)];
}

/** `longterm_refused:12: operation 3 (punch)`: a scenario goes by the name of its file without the suffix. */
function placeOf(workload: Workload, op: number): string {
  const { line, op: operation } = workload.ops[op] as Workload['ops'][number];
  return `${workload.name}${line === undefined ? '' : `:${line}`}: operation ${op} (${operation.kind})`;
}

/** What was expected, and what came instead. */
type Missed = readonly [string, string];

/** What of an expectation the operation's end and waits did not meet; of several the first. */
function missedIn({ outcome, errno, waits }: Expectation, seen: Observation): Missed[] {
  const got = observationInWords(seen);
  if (outcome !== undefined && !isOutcome(outcome, seen)) return [[outcome, got]];
  if (errno !== undefined && errnoName(seen.ret) !== errno) return [[errno, got]];
  if (waits !== undefined && seen.waited !== waits) {
    return [[waits === 'none' ? 'no wait' : `a wait of class ${waits}`, got]];
  }
  return [];
}

function missedEffects({ counts, reads, transfer }: Expectation, effects: Effects): Missed[] {
  const missed = missedCounts(counts, effects);
  if (reads !== undefined && effects.reads !== reads)
    missed.push([`to read ${reads}`, effects.reads ?? 'nothing']);
  const ended = transferInWords(effects);
  if (transfer !== undefined && ended !== transfer) missed.push([`transfer ${transfer}`, ended]);
  return missed;
}

function missedCounts(counts: Counts = new Map(), effects: Effects): Missed[] {
  return [...counts].flatMap(([name, wanted]): Missed[] =>
    effects.count(name) === wanted ? [] : [[`${name} ${wanted}`, String(effects.count(name))]],
  );
}

function transferInWords({ transfer }: Effects): string {
  return transfer === undefined ? 'never' : (errnoName(transfer) ?? 'completed');
}

function isOutcome(outcome: NonNullable<Expectation['outcome']>, seen: Observation): boolean {
  switch (outcome) {
    case 'completed':
      return seen.end === 'completed' && !seen.blocked;
    case 'blocked':
      return seen.blocked;
    case 'never':
    case 'failed':
      return seen.end === outcome;
  }
}

function missedAtEnd({ replay }: Observed, expectation: EndExpectation, freed: number): string[] {
  const { system, workload } = replay.session;
  const missed: string[] = [];
  for (const [name, size] of expectation.sizes ?? []) {
    const inode = inodeOf(workload.files.findIndex((file) => file.name === name));
    const found: Offset = { page: size_page(system, inode), byte: size_byte(system, inode) };
    if (found.page === size.page && found.byte === size.byte) continue;
    missed.push(`expected ${name} to have ${offsetToBytes(size)} bytes, got ${offsetToBytes(found)}`);
  }
  const { blocksFreedUnderReference: wanted } = expectation;
  if (wanted !== undefined && (wanted === 'some') !== freed > 0) {
    missed.push(
      `expected ${wanted === 'some' ? 'blocks' : 'no blocks'} freed under a reference, got ${freed}`,
    );
  }
  for (const [expected, got] of missedCounts(expectation.counts, replay.effects.total)) {
    missed.push(`expected ${expected}, got ${got}`);
  }
  for (const invariant of expectation.breaks ?? []) {
    if (!replay.monitor.violations.has(invariant)) missed.push(`expected ${invariant} broken, it held`);
  }
  for (const invariant of expectation.holds ?? []) {
    const found = replay.monitor.violations.get(invariant);
    if (found !== undefined) missed.push(`expected ${invariant} to hold, it broke: ${found.first}`);
  }
  return missed;
}

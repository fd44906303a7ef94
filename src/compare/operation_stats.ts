/**
 * replay -> counts per operation kind.
 */
import { errnoName } from '../kernel/errno.ts';
import type { OperationKind } from '../workload/operation.ts';
import { DEVICE_KINDS } from '../workload/operation.ts';
import type { OperationWait } from './operation_waits.ts';
import type { Replay } from './replay.ts';
import { type OperationStats, WAIT_CLASSES, type WaitNs } from './result.ts';

/** True when the operation was blocked in the sense of D5: it, or one of its waits, needed user space to go on. */
export function wasBlocked(replay: Replay, op: number, waits: readonly OperationWait[]): boolean {
  return replay.blocked.has(op) || waits.some((wait) => wait.blocked);
}

/** Counts of every kind that occurs, the device user's own calls included. */
export function operationStats(
  replay: Replay,
  waits: ReadonlyMap<number, readonly OperationWait[]>,
): Partial<Record<OperationKind, OperationStats>> {
  const stats: Partial<Record<OperationKind, OperationStats>> = {};
  const of = (kind: OperationKind): OperationStats => (stats[kind] ??= noOperations());
  replay.session.outcomes.forEach((outcome, op) => {
    if (outcome === undefined) return;
    const counts = of(outcome.op.kind);
    const own = waits.get(op) ?? [];
    counts.total++;
    if (wasBlocked(replay, op, own)) counts.blocked++;
    if (outcome.endTime < 0) counts.never++;
    else addErrno(counts.refused, outcome.ret);
    for (const wait of own) addWait(counts, wait);
  });
  for (const op of replay.unreached) {
    const entry = replay.session.workload.ops[op];
    if (entry !== undefined) of(entry.op.kind).unreached++;
  }
  return stats;
}

/** Device calls that the kernel or the driver refused, by errno. */
export function refusals(stats: Partial<Record<OperationKind, OperationStats>>): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const kind of DEVICE_KINDS) {
    for (const [errno, count] of Object.entries(stats[kind]?.refused ?? {}))
      counts[errno] = (counts[errno] ?? 0) + count;
  }
  return counts;
}

function noOperations(): OperationStats {
  const counts = { total: 0, blocked: 0, never: 0, unreached: 0, refused: {} };
  return { ...counts, wait_ns: noWaits(), wait_ns_max: 0, waits: noWaits() };
}

function noWaits(): WaitNs {
  return Object.fromEntries(WAIT_CLASSES.map((name) => [name, 0])) as WaitNs;
}

function addErrno(counts: Record<string, number>, ret: number): void {
  const errno = errnoName(ret);
  if (errno !== null) counts[errno] = (counts[errno] ?? 0) + 1;
}

function addWait(counts: OperationStats, wait: OperationWait): void {
  counts.waits[wait.class]++;
  counts.wait_ns[wait.class] += wait.ns;
  counts.wait_ns_max = Math.max(counts.wait_ns_max, wait.ns);
}

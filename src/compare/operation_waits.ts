/**
 * wait log -> the waits of each operation, as certificates and counts need them.
 *
 * A run of the driver's callback is one wait of class `callback`, with whatever the callback itself slept on inside
 * it. All other sleeps are waits of their own.
 */
import type { CallbackRecord, WaitRecord } from '../observe/waits.ts';
import type { OperationKind } from '../workload/operation.ts';
import type { Replay } from './replay.ts';
import type { ChainLink, WaitClass } from './result.ts';

export interface OperationWait {
  readonly class: WaitClass;
  /** Simulated time; 0 for a wait that never ended. */
  readonly ns: number;
  readonly ended: boolean;
  /** Without user space it would not have ended (D5). */
  readonly blocked: boolean;
  readonly chain: readonly ChainLink[];
}

/** By operation number, agents' operations included; in the order in which the waits began. */
export function waitsByOperation(replay: Replay): Map<number, OperationWait[]> {
  const inside = new Map<number, WaitRecord[]>();
  const found: { op: number; start: number; wait: OperationWait }[] = [];
  for (const record of replay.waits.waits) {
    // A callback that never returned is in no record of its own: the sleep in it stands for it.
    if (record.insideCallback && record.end >= 0) append(inside, record.op, record);
    else found.push({ op: record.op, start: record.start, wait: sleepWait(replay, record) });
  }
  for (const callback of replay.waits.callbacks) {
    const sleeps = (inside.get(callback.op) ?? []).filter(
      ({ start, end }) => start >= callback.start && end <= callback.end,
    );
    found.push({ op: callback.op, start: callback.start, wait: callbackWait(replay, callback, sleeps) });
  }
  const waits = new Map<number, OperationWait[]>();
  for (const { op, wait } of found.sort((a, b) => a.start - b.start || a.op - b.op)) append(waits, op, wait);
  return waits;
}

/** The wait that took longest; one that never ended before all others. */
export function longestWait(waits: readonly OperationWait[]): OperationWait | undefined {
  const length = (wait: OperationWait): number => (wait.ended ? wait.ns : Infinity);
  return waits.reduce<OperationWait | undefined>(
    (longest, wait) => (longest === undefined || length(wait) > length(longest) ? wait : longest),
    undefined,
  );
}

/** Operations of the workload that were blocked behind another waiter, in order. */
export function queuedOperations({
  replay,
  waits,
}: {
  readonly replay: Replay;
  readonly waits: ReadonlyMap<number, readonly OperationWait[]>;
}): { kind: OperationKind; file: string }[] {
  return replay.session.workload.ops.flatMap(({ op: { kind } }, op) => {
    const blocked = waits.get(op)?.find((wait) => wait.blocked);
    return blocked?.class === 'cascade' ? [{ kind, file: replay.fileOf(op) }] : [];
  });
}

function sleepWait(replay: Replay, record: WaitRecord): OperationWait {
  const described = replay.blockedAs.get(record) ?? record.described;
  return {
    class: described.class,
    ns: record.end < 0 ? 0 : record.end - record.start,
    ended: record.end >= 0,
    blocked: record.blocked,
    chain: described.chain as readonly ChainLink[],
  };
}

function callbackWait(
  replay: Replay,
  callback: CallbackRecord,
  sleeps: readonly WaitRecord[],
): OperationWait {
  const { session } = replay;
  const task = session.taskName(session.outcomes[callback.op]?.task ?? session.agentTask);
  const name = session.system.driver.invalidate?.name ?? session.system.driver.name;
  const longest = longestWait(sleeps.map((record) => sleepWait(replay, record)));
  return {
    class: 'callback',
    ns: callback.end - callback.start,
    ended: true,
    blocked: sleeps.some((record) => record.blocked),
    chain: [
      { node: 'task', text: `${task} runs the notifier` },
      { node: 'callback', text: `${name} must return first` },
      ...(longest?.chain.slice(1) ?? []),
    ],
  };
}

function append<T>(lists: Map<number, T[]>, key: number, item: T): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [item]);
  else list.push(item);
}

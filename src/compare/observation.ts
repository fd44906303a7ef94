/**
 * What user space can see of one operation, and where two drivers first differ in it.
 */
import { errnoName } from '../kernel/errno.ts';
import type { Workload, WorkloadTask } from '../workload/workload.ts';
import { longestWait, type OperationWait } from './operation_waits.ts';
import { wasBlocked } from './operation_stats.ts';
import type { Replay } from './replay.ts';
import type { Divergence, WaitClass } from './result.ts';

export interface Observation {
  /** `unreached`: never begun, since its task was still in an earlier operation. */
  readonly end: 'completed' | 'failed' | 'never' | 'unreached';
  /** Return value of an operation that ended, otherwise 0. */
  readonly ret: number;
  readonly blocked: boolean;
  /** Class of the longest wait. */
  readonly waited: WaitClass | 'none';
}

/** A replay with the waits of its operations. */
export interface Observed {
  readonly replay: Replay;
  readonly waits: ReadonlyMap<number, readonly OperationWait[]>;
}

/** Undefined for an operation that the replay did not get to before it was stopped. */
export function observationOf({ replay, waits }: Observed, op: number): Observation | undefined {
  const outcome = replay.session.outcomes[op];
  if (outcome === undefined) {
    return replay.unreached.has(op)
      ? { end: 'unreached', ret: 0, blocked: false, waited: 'none' }
      : undefined;
  }
  const own = waits.get(op) ?? [];
  const ended = outcome.endTime >= 0;
  const result = outcome.ret < 0 ? 'failed' : 'completed';
  return {
    end: ended ? result : 'never',
    ret: ended ? outcome.ret : 0,
    blocked: wasBlocked(replay, op, own),
    waited: longestWait(own)?.class ?? 'none',
  };
}

/** `blocked in a reference wait, completed`. */
export function observationInWords({ end, ret, blocked, waited }: Observation): string {
  const wait = waited === 'none' ? '' : `${blocked ? 'blocked' : 'waited'} (${waited}), `;
  const ends = {
    completed: ret === 0 ? 'completed' : `returned ${ret}`,
    failed: `failed with ${errnoName(ret) ?? String(ret)}`,
    never: 'never ended',
    unreached: 'never reached',
  };
  return `${wait}${ends[end]}`;
}

/** What was seen under one driver, operation by operation. */
export interface ObservedDriver {
  readonly name: string;
  readonly observations: readonly (Observation | undefined)[];
}

/** The first operation of the workload that two of the drivers saw differently; null when there is none. */
export function firstDivergence(workload: Workload, observed: readonly ObservedDriver[]): Divergence | null {
  for (const [op, entry] of workload.ops.entries()) {
    const seen = observed.map(({ observations }) => observations[op]);
    const known = seen.filter((each) => each !== undefined);
    if (known.length < seen.length) return null;
    const words = known.map(observationInWords);
    if (new Set(words).size < 2) continue;
    return {
      op,
      line: entry.line ?? null,
      kind: entry.op.kind,
      task: (workload.tasks[entry.task] as WorkloadTask).name,
      what: differenceInWords(known),
      drivers: Object.fromEntries(observed.map(({ name }, index) => [name, words[index] as string])),
    };
  }
  return null;
}

function differenceInWords(seen: readonly Observation[]): string {
  const differ = (of: (each: Observation) => unknown): boolean => new Set(seen.map(of)).size > 1;
  if (differ(({ blocked }) => blocked)) return 'whether it is blocked';
  if (differ(({ end }) => end) || differ(({ ret }) => ret)) return 'how it ends';
  return 'how it waits';
}

/**
 * Where a call ends otherwise in the model than in the log: the model's result is kept, and the difference counted
 * (D8).
 */
import { errnoName } from '../kernel/errno.ts';
import type { Replay } from './replay.ts';
import type { LogDivergence } from './result.ts';

/** By kind and pair of results, in the order of their first lines. */
export function logDivergences(replay: Replay): LogDivergence[] {
  const { session } = replay;
  const groups = new Map<string, LogDivergence>();
  session.workload.ops.forEach(({ op, logged, line }, index) => {
    const outcome = session.outcomes[index];
    if (logged === undefined || outcome === undefined || outcome.endTime < 0) return;
    const model = errnoName(outcome.ret) ?? 'success';
    const log = logged.errno ?? 'success';
    if (model === log) return;
    const key = `${op.kind} ${log} ${model}`;
    const known = groups.get(key);
    if (known !== undefined) known.count++;
    else {
      const driver = session.system.driver.name;
      groups.set(key, {
        driver,
        kind: op.kind,
        logged: log,
        modelled: model,
        count: 1,
        first_line: line ?? null,
      });
    }
  });
  return [...groups.values()];
}

/**
 * replay -> verdicts: which properties held on this schedule, and whether that was to be expected (D7).
 */
import { expectedVerdict, INVARIANTS, type Invariant } from '../invariants/index.ts';
import type { OperationKind } from '../workload/operation.ts';
import type { Replay } from './replay.ts';
import type { OperationStats, Verdict } from './result.ts';

/** Every property under the driver of the replay. */
export function verdicts(replay: Replay, ops: Partial<Record<OperationKind, OperationStats>>): Verdict[] {
  return INVARIANTS.map((invariant) => verdictOn(replay, invariant, ops));
}

function verdictOn(
  replay: Replay,
  invariant: Invariant,
  ops: Partial<Record<OperationKind, OperationStats>>,
): Verdict {
  const { driver, fs, rules } = replay.session.system;
  const { expected, facts } = expectedVerdict(driver, invariant.id, fs.dax, rules);
  const violations = replay.monitor.violations.get(invariant.id);
  const silent = invariant.kinds?.every((kind) => (ops[kind]?.total ?? 0) === 0) ?? false;
  const unbroken = expected === 'breaks' || silent ? 'not_exercised' : 'held';
  return {
    property: invariant.id,
    title: invariant.title,
    driver: driver.name,
    expected,
    got: violations === undefined ? unbroken : 'broken',
    // One workload need not show what a driver of this kind gives up.
    as_expected: violations === undefined || expected === 'breaks',
    grade: 'replayed',
    facts: [...(expected === 'breaks' ? facts : invariant.facts)],
    violations: violations?.count ?? 0,
    example: violations?.first ?? null,
  };
}

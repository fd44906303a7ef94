/**
 * One workload under one driver: what became of each operation, and every event in order.
 */
import { errnoName } from '../kernel/errno.ts';
import type { KernelEvent, StampedEvent } from '../kernel/event.ts';
import type { Driver } from '../drivers/driver.ts';
import { expectedVerdict, INVARIANTS } from '../invariants/index.ts';
import type { Session } from '../run/session.ts';
import { fileName } from '../run/wait_graph.ts';
import { encodeSchedule, type Schedule } from '../schedule/index.ts';
import { certificateOfOperation } from './certificates.ts';
import { type ReplayConditions, type ReplayInput, withPlan } from './conditions.ts';
import { defaultOnBlock } from './on_block.ts';
import { unmetExpectations } from './expectations.ts';
import { MODEL_REVISION } from './model_revision.ts';
import type { Observed } from './observation.ts';
import { wasBlocked } from './operation_stats.ts';
import { waitsByOperation } from './operation_waits.ts';
import { type GeneratedSystem, type Replay, replay } from './replay.ts';
import type { BrokenProperty, RunEvent, RunOperation, RunResult } from './run_result.ts';

/** The schedule of a run whose operations begin in the workload's own order, as `--schedule` takes it. */
export const IN_ORDER = 'in-order';

/**
 * Runs the workload in its own order, or as the schedule says.
 *
 * Throws InputError for options that do not fit the workload, and for a user's driver that fails.
 */
export function run(
  input: ReplayInput,
  tested: Driver,
  conditions: ReplayConditions,
  schedule?: Schedule,
  generated?: GeneratedSystem,
): RunResult {
  const workload = withPlan(input.workload, conditions.hold);
  const seen: StampedEvent[] = [];
  const done = replay(workload, tested, conditions, {
    onBlock: defaultOnBlock(workload),
    ...(schedule === undefined ? {} : { schedule }),
    ...(generated === undefined ? {} : { generated }),
    onEvents: (events) => seen.push(...events),
    probe: false,
  });
  const observed: Observed = { replay: done, waits: waitsByOperation(done) };
  return {
    schema: 'gup-vs-hmm/run/1',
    model_revision: MODEL_REVISION,
    complete: done.complete,
    input: { name: workload.name, sha256: input.sha256 },
    driver: tested.name,
    memory: conditions.memory,
    kernel: conditions.kernel,
    cost_table: conditions.costTable.name,
    seed: conditions.seed,
    schedule: schedule === undefined ? IN_ORDER : encodeSchedule(schedule),
    ops: workload.ops.map((_, op) => operationOf(observed, op)),
    blocks_freed_under_reference: done.metrics.blocksFreedUnderReference,
    events: seen.map((event) => eventOf(done.session, event)),
    unmet: unmetExpectations(observed, conditions.memory),
    broken: brokenUnder(done, generated?.holds ?? []),
  };
}

/** The properties that the run broke, those that nobody expects of the driver first. */
function brokenUnder({ session, monitor }: Replay, holds: readonly string[]): BrokenProperty[] {
  const { driver, fs, rules } = session.system;
  return INVARIANTS.flatMap(({ id, title }): BrokenProperty[] => {
    const found = monitor.violations.get(id);
    if (found === undefined) return [];
    const expected = !holds.includes(id) && expectedVerdict(driver, id, fs.dax, rules).expected === 'breaks';
    return [{ property: id, title, expected, text: found.first }];
  }).sort((a, b) => Number(a.expected) - Number(b.expected));
}

function operationOf({ replay: done, waits }: Observed, op: number): RunOperation {
  const { session } = done;
  const entry = session.workload.ops[op] as (typeof session.workload.ops)[number];
  const outcome = session.outcomes[op];
  const own = waits.get(op) ?? [];
  const ret = outcome === undefined || outcome.endTime < 0 ? null : outcome.ret;
  return {
    task: session.taskName(entry.task),
    op,
    line: entry.line ?? null,
    kind: entry.op.kind,
    ret,
    errno: ret === null ? null : errnoName(ret),
    blocked: wasBlocked(done, op, own),
    certificate: certificateOfOperation(done, op, own),
    begin_ns: outcome?.startTime ?? null,
    end_ns: ret === null ? null : (outcome?.endTime ?? null),
  };
}

function eventOf(session: Session, { time, task, event }: StampedEvent): RunEvent {
  return { ns: time, task: session.taskName(task), event: event.type, text: fieldsInWords(session, event) };
}

/** `file data, page 3, pages 4, write`: the fields of an event, inodes and tasks by name. */
function fieldsInWords(session: Session, event: KernelEvent): string {
  return Object.entries(event)
    .filter(([name]) => name !== 'type')
    .map(([name, value]: [string, string | number | boolean]) => {
      if (name === 'inode') return `file ${fileName(session, Number(value))}`;
      if (name === 'task') return `task ${session.taskName(Number(value))}`;
      if (typeof value === 'boolean') return value ? name : `not ${name}`;
      return `${name} ${value}`;
    })
    .join(', ');
}

/**
 * A workload in its own order: one operation begins when the one before has ended or can go no further by itself (D8).
 *
 * With `release`, an operation that a driver blocks is noted, the driver then lets go of the file, the operation ends
 * and the driver is given the memory again. With `stay`, it sleeps on until a later operation of the workload wakes it,
 * if one does, and operations of its task that come up meanwhile are not reached.
 */
import type { Session } from './session.ts';
import { PlanAgent } from './plan_agent.ts';
import { driveUntil } from './timed.ts';

export interface SequentialOptions {
  readonly onBlock: 'release' | 'stay';
  /** Called now and then with the number of operations done; returns true to stop early. */
  readonly onProgress?: (done: number, total: number) => boolean;
  /** Called for each operation that could go no further by itself, while it is asleep. */
  readonly onBlocked?: (op: number, task: number) => void;
  /** Called when the driver has been made to let go of what an operation waited for. */
  readonly onReleased?: (op: number) => void;
}

export interface SequentialRun {
  /** False when `onProgress` stopped it. */
  readonly complete: boolean;
  /** Operations never begun since their task was still in an earlier one. */
  readonly unreached: ReadonlySet<number>;
}

const PROGRESS_EVERY = 256;

export function runSequential(session: Session, options: SequentialOptions): SequentialRun {
  const agent = new PlanAgent(session);
  const unreached = new Set<number>();
  const { ops } = session.workload;
  let now = 0;
  for (let index = 0; index < ops.length; index++) {
    if (index % PROGRESS_EVERY === 0 && options.onProgress?.(index, ops.length) === true) {
      return { complete: false, unreached };
    }
    const { task, op } = ops[index] as (typeof ops)[number];
    // A task that an earlier operation has woken gets back to user space first.
    driveUntil(session, () => session.ready(task));
    if (!session.ready(task) || session.nextOp(task) !== index) {
      unreached.add(index);
      session.skip(task, index);
      continue;
    }
    now = agent.before(op, index, task, now);
    session.system.m.clock.advance(task, now);
    session.start(task);
    runToEnd(session, agent, index, task, options);
    now = Math.max(now, session.system.m.clock.of(task));
    agent.after(op, task);
  }
  driveUntil(session, () => false);
  return { complete: true, unreached };
}

function runToEnd(
  session: Session,
  agent: PlanAgent,
  op: number,
  task: number,
  options: SequentialOptions,
): void {
  const ended = (): boolean => session.outcomes[op]?.endTime !== -1;
  while (!driveUntil(session, ended)) {
    options.onBlocked?.(op, task);
    if (options.onBlock === 'stay' || !agent.release(task)) return;
    options.onReleased?.(op);
    if (driveUntil(session, ended)) {
      agent.giveBack();
      return;
    }
  }
}

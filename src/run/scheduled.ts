/**
 * A workload under a free schedule: at each step a strategy says which task goes on.
 *
 * A user task that is picked in user space begins its next operation and takes its first step. Engines and the journal
 * thread step when they are picked. Each task keeps the order of its own operations, and nothing else is kept.
 */
import { positionName } from '../machine/code.ts';
import { TASK_DEAD, TASK_USER } from '../machine/task.ts';
import { JOB_RUNNING, REGION, type System } from '../drivers/system.ts';
import { COUNTER } from '../kernel/kernel.ts';
import type { Strategy, View } from '../schedule/strategy.ts';
import type { Session } from './session.ts';

export interface ScheduledOptions {
  /** Steps after which user space begins nothing more; what has begun runs on. Absent: it never stops. */
  readonly freezeAt?: number;
}

export interface ScheduledRun {
  readonly steps: number;
}

/** No short run takes as many steps: past it the model loops, which is a bug in the project. */
const STEPS_MAX = 100_000;

/** Runs until nothing can step. Throws when the strategy picks a task that cannot step, and after STEPS_MAX steps. */
export function runScheduled(
  session: Session,
  strategy: Strategy,
  options: ScheduledOptions = {},
): ScheduledRun {
  const view = new SessionView(session);
  const freezeAt = options.freezeAt ?? Infinity;
  for (let steps = 0; steps < STEPS_MAX; steps++) {
    view.look(steps >= freezeAt);
    if (view.enabled.length === 0) return { steps };
    const task = strategy.pick(view);
    if (!view.enabled.includes(task)) throw new Error(`the schedule picked task ${task}, which cannot step`);
    if (session.ready(task)) session.start(task);
    session.step(task);
    view.current = task;
  }
  throw new Error(
    `no end after ${STEPS_MAX} steps: ${view.enabled.map((task) => session.taskName(task)).join(', ')}`,
  );
}

class SessionView implements View {
  current = -1;
  readonly enabled: number[] = [];
  private readonly session: Session;

  constructor(session: Session) {
    this.session = session;
  }

  /** Finds the tasks that can step now; with `frozen`, only those in the kernel. */
  look(frozen: boolean): void {
    const { session, enabled } = this;
    const { m } = session.system;
    enabled.length = 0;
    for (let task = 0; task < m.count; task++) {
      if (m.runnable(task) || (!frozen && session.ready(task))) enabled.push(task);
    }
  }

  positionOf(task: number): string {
    const { m } = this.session.system;
    const state = m.state(task);
    if (state === TASK_USER) return 'user';
    return state === TASK_DEAD ? 'dead' : positionName(m.position(task));
  }

  opOf(task: number): number {
    const { session } = this;
    const running = session.currentOp(task);
    if (running >= 0) return running;
    return session.isUser(task)
      ? session.nextOp(task)
      : transferOp(session.system, task - session.engineTask);
  }
}

/** The operation whose transfer a device carries out, or -1. What a transfer writes is one more than its operation. */
function transferOp(k: System, device: number): number {
  const count = k.counters.get(0, COUNTER.regions);
  for (let region = 0; region < count; region++) {
    if (k.regions.get(region, REGION.device) !== device || k.regions.get(region, REGION.job) !== JOB_RUNNING)
      continue;
    return k.regions.get(region, REGION.job_token) - 1;
  }
  return -1;
}

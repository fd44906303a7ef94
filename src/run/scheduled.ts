/**
 * A workload under a free schedule: at each step a strategy says which task goes on.
 *
 * A user task that is picked in user space begins its next operation and takes its first step. Engines and the journal
 * thread step when they are picked. Each task keeps the order of its own operations, and nothing else is kept.
 */
import { positionName } from '../machine/code.ts';
import { TASK_DEAD, TASK_USER } from '../machine/task.ts';
import type { Strategy, View } from '../schedule/strategy.ts';
import type { Session } from './session.ts';

export interface ScheduledOptions {
  /** An operation begins no earlier than what has happened before it: its duration is its own. Absent: each task has its time. */
  readonly inTime?: boolean;
  /**
   * Steps after which the tasks that can step take turns, whatever the strategy would say: none of them stands still for ever
   * (D5, weak fairness). Absent: PATIENCE.
   */
  readonly patience?: number;
  /** Steps after which user space begins nothing more; what has begun runs on. Absent: it never stops. */
  readonly freezeAt?: number;
}

export interface ScheduledRun {
  readonly steps: number;
  /** False: tasks could still step after as many fair steps as the strategy had; they go round in circles (I12). */
  readonly ended: boolean;
}

/** No run of a few operations takes as many steps. */
const PATIENCE = 50_000;

/** Runs until nothing can step, or until it is clear that it never ends. Throws for a pick that cannot step. */
export function runScheduled(
  session: Session,
  strategy: Strategy,
  options: ScheduledOptions = {},
): ScheduledRun {
  const view = new SessionView(session);
  const { freezeAt = Infinity, patience = PATIENCE } = options;
  for (let steps = 0; steps < 2 * patience; steps++) {
    view.look(steps >= freezeAt);
    if (view.enabled.length === 0) return { steps, ended: true };
    const task = steps < patience ? strategy.pick(view) : nextInTurn(view);
    if (!view.enabled.includes(task)) throw new Error(`the schedule picked task ${task}, which cannot step`);
    if (session.ready(task)) {
      if (options.inTime === true) session.system.m.clock.advance(task, session.system.m.clock.latest());
      session.start(task);
    }
    session.step(task);
    view.current = task;
  }
  return { steps: 2 * patience, ended: false };
}

/** The next task after the current one that can step, and after the last the first again. */
function nextInTurn({ current, enabled }: View): number {
  return enabled.find((task) => task > current) ?? (enabled[0] as number);
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
    const behind = session.operationBehind(task);
    return behind < 0 && session.isUser(task) ? session.nextOp(task) : behind;
  }
}

/**
 * The parts of a side effect played on the model: holder, waiter and bystanders each do what they are told, one call after
 * the other, and everything runs until nothing can step. `src/witness/side_effects.md` has the steps.
 */
import { TASK_INTERRUPTIBLE } from '../../machine/task.ts';
import { errnoName } from '../../kernel/errno.ts';
import { REGION } from '../../drivers/system.ts';
import { driveUntil } from '../../run/timed.ts';
import { fileName, functionOf, sleepOf, waitOf } from '../../run/wait_graph.ts';
import { runSequential } from '../../run/sequential.ts';
import type { Session } from '../../run/session.ts';
import { WAIT } from '../../kernel/kernel.ts';
import type { Offset } from '../../workload/offset.ts';
import type { Operation } from '../../workload/operation.ts';
import type { Workload, WorkloadOp } from '../../workload/workload.ts';
import type { Driver } from '../../drivers/driver.ts';
import type { ReplayConditions } from '../conditions.ts';
import { openSession } from '../replay.ts';
import { LAYOUT } from './layout.ts';

const { holder, file, map, pages } = LAYOUT;
/** The driver's pages: region 0. */
const REGION_RANGE = { region: 0, from: map + LAYOUT.deviceFrom, to: map + LAYOUT.deviceTo };
const at = (page: number): Offset => ({ page, byte: 0 });

/** A call that sleeps, and what it sleeps on. */
export interface Stand {
  /** As in /proc. */
  readonly state: 'S' | 'D';
  /** Path of the model; sleeps.ts has the kernel's names for it. */
  readonly sleeps_in: string;
  readonly waits_for: string;
}

export class Play {
  readonly session: Session;

  /** Callbacks for removed entries that the driver had since the stage was set. */
  callbacks = 0;

  /**
   * Everybody ready, the driver attached: steps 1 to 3. `outlives`: the device stays when the holder is gone. Throws InputError
   * for what openSession() refuses.
   */
  constructor(tested: Driver, conditions: ReplayConditions, outlives = false) {
    this.session = openSession(stage(outlives), tested, conditions);
    runSequential(this.session, {
      onBlock: 'stay',
      onBlocked: (op) => {
        throw new Error(`setting the stage: operation ${op} sleeps`);
      },
    });
    this.session.onEvents = (events) => {
      for (const { event } of events)
        if (event.type === 'callback_start' && event.event === 'CLEAR') this.callbacks++;
    };
  }

  /** Lets a task begin a call and runs until nothing can step. Returns the call's number. */
  begin(task: number, op: Operation): number {
    const number = this.enter(task, op);
    this.settle();
    return number;
  }

  /** The same, but nobody else moves: the task goes as far as it gets alone. */
  beginAlone(task: number, op: Operation): number {
    const number = this.enter(task, op);
    while (this.session.system.m.runnable(task)) this.session.step(task);
    return number;
  }

  /** Starts a transfer of the whole region and stops the world in the middle of it: the device is slow. */
  beginTransfer(): void {
    const { regions } = this.session.system;
    this.enter(holder, { kind: 'dma_write', ...REGION_RANGE, fence: false });
    const inFlight = driveUntil(this.session, () => regions.get(REGION_RANGE.region, REGION.flight_end) > 0);
    if (!inFlight) throw new Error('the transfer did not begin');
  }

  private enter(task: number, op: Operation): number {
    const { session } = this;
    const { m } = session.system;
    const number = session.outcomes.length;
    m.clock.advance(task, m.clock.latest());
    session.startOp(task, number, op, (session.workload.tasks[task] as { mm: number }).mm);
    return number;
  }

  /** A signal with a handler. */
  signal(task: number): void {
    this.session.system.m.signal(task);
    this.settle();
  }

  settle(): void {
    driveUntil(this.session, () => false);
  }

  /** What the call returned, or undefined while it has not. */
  result(call: number): number | undefined {
    const outcome = this.session.outcomes[call];
    return outcome === undefined || outcome.endTime < 0 ? undefined : outcome.ret;
  }

  stand(task: number): Stand {
    const { session } = this;
    return {
      state: session.system.m.state(task) === TASK_INTERRUPTIBLE ? 'S' : 'D',
      sleeps_in: functionOf(session, task),
      waits_for: waitsFor(session, task),
    };
  }

  /** In the words of a story's facts: `stands_still S ext4_break_layouts`, `completed`, an errno. */
  inWords(call: number, task: number): string {
    const ret = this.result(call);
    if (ret !== undefined) return (ret < 0 ? errnoName(ret) : null) ?? 'completed';
    const { state, sleeps_in } = this.stand(task);
    return `stands_still ${state} ${sleeps_in}`;
  }
}

/** In the words of `src/witness/waits_for.ts`. */
function waitsFor(current: Session, task: number): string {
  const sleep = sleepOf(current.system, task);
  switch (sleep.kind) {
    case WAIT.page_idle:
      return 'a page without references';
    case WAIT.thaw:
      return 'the freeze to end';
    case WAIT.writers:
      return 'calls that write to end';
    case WAIT.drain:
      return 'the device to finish';
    default: {
      const link = waitOf(current, task).chain.find(({ node }) => node !== 'task');
      const text = link?.text.replace(/^for /, '').replace(/ \([^)]*\)/, '') ?? 'nothing that is known';
      return text.replace(`of ${fileName(current, file + 1)}`, 'of the file');
    }
  }
}

/** Steps 1 to 3 and the readiness of everybody else. */
function stage(survivesExit: boolean): Workload {
  const { neighbour, clone, elsewhere, filledPages } = LAYOUT;
  const tasks = ['holder', 'waiter', 'first bystander', 'bystander'];
  const ops: WorkloadOp[] = [];
  const add = (task: number, ...more: readonly Operation[]): void => {
    ops.push(...more.map((op) => ({ task, op })));
  };
  for (const made of [elsewhere, neighbour, clone, file]) add(holder, { kind: 'open', file: made });
  for (const [made, length] of [
    [elsewhere, 1] as const,
    [neighbour, 1] as const,
    [file, filledPages] as const,
  ])
    add(holder, { kind: 'write', file: made, start: at(0), end: at(length) }, { kind: 'fsync', file: made });
  add(holder, { kind: 'truncate', file, size: at(pages) });
  tasks.forEach((_, task) => {
    if (task !== holder) for (const used of [file, clone, elsewhere]) add(task, { kind: 'open', file: used });
    add(task, { kind: 'mmap', file, pgoff: 0, shared: true, writable: true, from: map, to: map + pages });
  });
  add(
    holder,
    { kind: 'attach', ...REGION_RANGE, perTransfer: false, survivesExit, writable: true },
    { kind: 'dma_write', ...REGION_RANGE, fence: false, wait: true },
  );
  return {
    ...{ name: 'side effects', title: 'side effects of a wait', source: 'scenario' },
    files: ['elsewhere', 'neighbour', 'clone', 'file', 'fresh'].map((name) => ({
      ...{ name, size: at(0), extents: [], exists: false },
    })),
    tasks: tasks.map((name, mm) => ({ name, mm })),
    ...{ regions: ['device', 'other device'], ops, expect: [], expectEnd: [], notModelled: new Map() },
  };
}

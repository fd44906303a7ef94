/**
 * One workload under one driver, with everything that watches it.
 */
import type { Driver } from '../drivers/driver.ts';
import type { StampedEvent } from '../kernel/event.ts';
import { INVARIANTS, InvariantMonitor } from '../invariants/index.ts';
import { Metrics } from '../observe/metrics.ts';
import { type Described, WaitLog, type WaitRecord } from '../observe/waits.ts';
import { REGION } from '../drivers/system.ts';
import { blamingBuild, blamingDriver } from '../run/blame_driver.ts';
import { runScheduled, type ScheduledOptions } from '../run/scheduled.ts';
import { runSequential, type SequentialRun } from '../run/sequential.ts';
import { Session, type Setup } from '../run/session.ts';
import { fileName, waitOf } from '../run/wait_graph.ts';
import { ReplayStrategy, type Schedule } from '../schedule/index.ts';
import { InputError } from '../workload/input_error.ts';
import type { Workload } from '../workload/workload.ts';
import { type ReplayConditions, setupFor } from './conditions.ts';
import type { OnBlock } from './on_block.ts';
import type { StoodStill } from './result.ts';
import { EffectLog } from './operation_effects.ts';
import { StoodStillProbe } from './stood_still.ts';

export interface ReplayOptions {
  readonly onBlock: OnBlock;
  /** Who goes on at each step; absent: one operation after the other, in the workload's own order. */
  readonly schedule?: Schedule;
  /** What a generated run is made on, beside its schedule; absent: what the conditions and the workload say. */
  readonly generated?: GeneratedSystem;
  /** Takes the events of each step as well. */
  readonly onEvents?: (events: readonly StampedEvent[]) => void;
  /** True: find out by trial what stands still behind each blocked operation (K32). */
  readonly probe: boolean;
}

export interface GeneratedSystem {
  readonly setup: Setup;
  /** Steps after which user space begins nothing more; null: it never stops. */
  readonly freezeAt: number | null;
  /** Steps after which the tasks take turns. */
  readonly patience: number;
  /** Properties that hold in such workloads, whatever the driver breaks in others. */
  readonly holds: readonly string[];
}

/** A replay that has come to its end, or as far as it got. */
export interface Replay {
  /** False when the user stopped it. */
  readonly complete: boolean;
  readonly onBlock: OnBlock;
  readonly session: Session;
  readonly waits: WaitLog;
  readonly metrics: Metrics;
  readonly monitor: InvariantMonitor;
  /** Operations that could go no further by themselves. */
  readonly blocked: ReadonlySet<number>;
  /** Waits of blocked operations as they were at that moment. */
  readonly blockedAs: ReadonlyMap<WaitRecord, Described>;
  /** Operations that ended when the driver was made to let go. */
  readonly released: ReadonlySet<number>;
  /** Operations never begun since their task was still in an earlier one. */
  readonly unreached: ReadonlySet<number>;
  readonly stoodStill: readonly StoodStill[];
  /** What each operation did; empty for a workload that expects nothing. */
  readonly effects: EffectLog;
  /** Name of the file an operation is about; `no file` when there is none. */
  readonly fileOf: (op: number) => string;
}

/** Runs a workload to its end. Throws InputError for what the workload or the user's driver gets wrong. */
export function replay(
  workload: Workload,
  tested: Driver,
  conditions: ReplayConditions,
  options: ReplayOptions,
): Replay {
  const { schedule, generated } = options;
  const session =
    generated === undefined
      ? openSession(workload, tested, conditions)
      : newSession(workload, tested, generated.setup);
  const watch = new Watch(session, options);
  const probe = new StoodStillProbe(session);
  const run = blamingDriver(session, () =>
    schedule === undefined
      ? inOrder(session, watch, options.probe ? probe : null, conditions, options.onBlock)
      : bySchedule(session, schedule, generated),
  );
  watch.monitor.end();
  const { waits, metrics, monitor, effects, blocked, blockedAs, released } = watch;
  return {
    ...run,
    ...{ session, waits, metrics, monitor, effects, blocked, blockedAs, released },
    onBlock: options.onBlock,
    stoodStill: probe.found,
    fileOf: (op) => watch.fileOf(op),
  };
}

function inOrder(
  session: Session,
  watch: Watch,
  probe: StoodStillProbe | null,
  { onProgress, signal }: ReplayConditions,
  onBlock: OnBlock,
): SequentialRun {
  return runSequential(session, {
    onBlock,
    onProgress: (done, total) => {
      onProgress({ what: session.system.driver.name, done, total });
      return signal.aborted;
    },
    onBlocked: (op, task) => {
      if (watch.noteBlocked(op, task)) probe?.behind(op, watch.fileOf(op));
    },
    onReleased: (op) => watch.released.add(op),
  });
}

/** Throws InputError for a workload with a device plan, which goes by the workload's own order. */
function bySchedule(session: Session, schedule: Schedule, generated?: GeneratedSystem): SequentialRun {
  const { workload, outcomes } = session;
  if (workload.plan !== undefined) {
    throw new InputError({
      file: workload.name,
      problem:
        'a schedule and a device plan contradict each other: the plan goes by the order of the operations',
      hint: 'run it without --schedule, or a scenario that has its own device operations',
    });
  }
  const { ended, steps } = runScheduled(session, new ReplayStrategy(schedule), optionsOf(generated));
  // A generated run may be there to show that it never ends: I12 says so.
  if (!ended && generated === undefined)
    throw new Error(`no end after ${steps} steps: some tasks go round in circles`);
  const unreached = workload.ops.flatMap((_, op) => (outcomes[op] === undefined ? [op] : []));
  return { complete: true, unreached: new Set(unreached) };
}

/** An operation of a generated run begins no earlier than what has happened before it, so that its time is its own. */
function optionsOf(generated: GeneratedSystem | undefined): ScheduledOptions {
  if (generated === undefined) return {};
  const { freezeAt, patience } = generated;
  return { inTime: true, patience, ...(freezeAt === null ? {} : { freezeAt }) };
}

/** A session for the workload. Throws InputError when its files do not fit the filesystem. */
export function openSession(workload: Workload, tested: Driver, conditions: ReplayConditions): Session {
  return newSession(workload, tested, setupFor(conditions, tested, workload));
}

function newSession(workload: Workload, tested: Driver, setup: Setup): Session {
  try {
    return blamingBuild(tested, () => new Session(setup, workload));
  } catch (error) {
    if (error instanceof RangeError)
      throw new InputError({ file: workload.name, problem: error.message }, { cause: error });
    throw error;
  }
}

/** The observers of one session, in the order in which they may look, and what they found of blocked operations. */
class Watch {
  readonly waits: WaitLog;
  readonly metrics = new Metrics();
  readonly monitor: InvariantMonitor;
  readonly effects: EffectLog;
  readonly blocked = new Set<number>();
  readonly blockedAs = new Map<WaitRecord, Described>();
  readonly released = new Set<number>();
  private readonly session: Session;
  /** Inode of operations that name no file themselves, from their first wait or callback. */
  private readonly inodes = new Map<number, number>();

  constructor(session: Session, options: Pick<ReplayOptions, 'onEvents'>) {
    this.session = session;
    this.waits = new WaitLog(
      (task) => {
        this.noteInode(session.currentOp(task), task);
        return waitOf(session, task);
      },
      (task) => session.currentOp(task),
    );
    this.monitor = new InvariantMonitor(session, this.waits, INVARIANTS);
    this.effects = new EffectLog(session);
    const { expect, expectEnd } = session.workload;
    const expecting = expect.length + expectEnd.length > 0;
    session.onEvents = (events) => {
      this.noteRegions(events);
      this.waits.observe(events);
      this.metrics.observe(events);
      this.monitor.observe(events);
      if (expecting) this.effects.observe(events);
      options.onEvents?.(events);
    };
  }

  /** True when it is the first time that this operation can go no further. */
  noteBlocked(op: number, task: number): boolean {
    const wait = this.waits.current(task);
    if (wait !== undefined) this.blockedAs.set(wait, wait.described);
    const first = !this.blocked.has(op);
    this.blocked.add(op);
    return first;
  }

  fileOf(op: number): string {
    const operation = this.session.outcomes[op]?.op ?? this.session.workload.ops[op]?.op;
    if (operation !== undefined && 'file' in operation) {
      return this.session.workload.files[operation.file]?.name ?? 'no file';
    }
    const inode = this.inodes.get(op);
    return inode === undefined ? 'no file' : fileName(this.session, inode);
  }

  private noteInode(op: number, task: number): void {
    const operation = this.session.outcomes[op]?.op;
    if (operation === undefined || 'file' in operation || this.inodes.has(op)) return;
    const frames = this.session.system.m.frames(task);
    const inode = frames.map(({ frame }) => frame['inode'] ?? 0).find((found) => found > 0);
    if (inode !== undefined) this.inodes.set(op, inode);
  }

  /** Regions say which file they are of: those that are called back, and those that device calls name. */
  private noteRegions(events: readonly StampedEvent[]): void {
    for (const { task, event } of events) {
      if (event.type === 'callback_start') this.noteRegion(this.session.currentOp(task), event.region);
      else if (event.type === 'op_start') {
        const operation = this.session.outcomes[event.op]?.op;
        if (operation !== undefined && 'region' in operation) this.noteRegion(event.op, operation.region);
      }
    }
  }

  private noteRegion(op: number, region: number): void {
    // A callback for a whole address space is for no region.
    if (region < 0) return;
    const inode = this.session.system.regions.get(region, REGION.inode);
    if (op >= 0 && inode > 0 && !this.inodes.has(op)) this.inodes.set(op, inode);
  }
}

/**
 * A workload on a system: sets the state up, starts operations, steps tasks and notes how operations end. Which task
 * steps next is the caller's choice.
 */
import type { Code } from '../machine/code.ts';
import { compile } from '../machine/code.ts';
import { DenseStore } from '../machine/dense_store.ts';
import type { MachineSnapshot } from '../machine/machine.ts';
import type { AnyPath, Patch } from '../machine/program.ts';
import { RunsStore } from '../machine/runs_store.ts';
import { TASK_USER } from '../machine/task.ts';
import { device_engine, release_device } from '../drivers/device.ts';
import type { Driver } from '../drivers/driver.ts';
import { JOB_RUNNING, REGION, System } from '../drivers/system.ts';
import type { StampedEvent } from '../kernel/event.ts';
import { allocate_range, EXT_MAPPED, EXT_UNWRITTEN, ext_pfn } from '../kernel/fs/extent.ts';
import type { Filesystem } from '../kernel/fs/filesystem.ts';
import { journal_commit, kjournald } from '../kernel/fs/journal.ts';
import { i_size_write } from '../kernel/fs/inode.ts';
import { type Capacities, COUNTER, INODE, LLONG_MAX_PAGES, MM } from '../kernel/kernel.ts';
import type { Release } from '../kernel/release/rules.ts';
import { columns, type Store, type Table, visitRuns } from '../machine/store.ts';
import type { Operation } from '../workload/operation.ts';
import type { Workload } from '../workload/workload.ts';
import { enterSyscall, filesystemPaths, inodeOf, SYSCALL_PATHS } from './syscalls.ts';

export interface Setup {
  readonly filesystem: Filesystem;
  readonly release: Release;
  readonly driver: Driver;
  readonly costs: Readonly<Record<string, number>>;
  readonly store: 'dense' | 'runs';
  readonly capacities: Capacities;
  readonly blocks: number;
  readonly anonPages: number;
  readonly cachePages: number;
  readonly pmd_pages: number;
  readonly grain: 'page' | 'run';
  readonly durability: boolean;
  readonly devices: number;
  /** Planted faults. */
  readonly patches: readonly Patch<System>[];
  /** Where the state is kept, for an exploration. Absent: a store of its own, of the kind that `store` says. */
  readonly storage?: DenseStore;
}

/**
 * Columns of a task's progress: `next` is the place of its next operation among its own, `running` the number + 1 of the operation it
 * is in, 0 for none.
 */
const PROGRESS = columns('next', 'running');

/** How an operation went. */
export interface Outcome {
  readonly op: Operation;
  readonly task: number;
  readonly startTime: number;
  /** -1 while it has not ended. */
  endTime: number;
  ret: number;
  /** A signal was pending when it ended. */
  signalled: boolean;
}

/** Everything a session knows at one moment, between two steps. */
export interface SessionSnapshot {
  readonly machine: MachineSnapshot;
  readonly current: number;
  readonly outcomes: readonly (Outcome | undefined)[];
}

/** Content of the pages that a file has from the start: never the token of an operation. */
export const INITIAL_CONTENT = 0x30000000;

export class Session {
  readonly system: System;
  readonly setup: Setup;
  readonly store: Store;
  workload: Workload;
  /**
   * By operation number; operations an agent adds are numbered after the workload's. A log, not state: written when the operation
   * begins and again when it ends, in the same step in which anybody reads it.
   */
  outcomes: (Outcome | undefined)[] = [];
  /** Takes the events of each step. */
  onEvents: (events: readonly StampedEvent[]) => void = () => undefined;
  /** Machine task of the first device engine, of the journal thread and of the agent that follows a device plan. */
  engineTask = 0;
  journalTask = 0;
  agentTask = 0;
  private readonly progress: Table;
  private queues: number[][] = [];

  constructor(setup: Setup, workload: Workload) {
    this.setup = setup;
    const made = setup.store === 'dense' ? new DenseStore({ fingerprints: false }) : new RunsStore();
    this.store = setup.storage ?? made;
    const rows = setup.capacities.tasks;
    this.progress = this.store.table({ name: 'progress', width: Object.keys(PROGRESS).length, rows });
    this.system = new System({
      ...setup,
      store: this.store,
      code: codeFor(setup),
      release_device,
      // A dense cell is an Int32; 2^30 pages is beyond anything a small setup can hold.
      llong_max_pages: setup.store === 'dense' ? 2 ** 30 : LLONG_MAX_PAGES,
    });
    this.system.onReturn = (task, ret) => {
      this.returned(task, ret);
    };
    this.workload = workload;
    this.load(workload);
  }

  /** Starts afresh with another workload on the same (dense) system. */
  reload(workload: Workload): void {
    (this.store as DenseStore).clear();
    this.system.m.reset();
    this.system.events.length = 0;
    this.load(workload);
  }

  /** The next operation a task would start, or -1. */
  nextOp(task: number): number {
    return this.queues[task]?.[this.progress.get(task, PROGRESS.next)] ?? -1;
  }

  /** True when the task can start its next operation: it is in user space and has one. */
  ready(task: number): boolean {
    return task < this.queues.length && this.system.m.state(task) === TASK_USER && this.nextOp(task) >= 0;
  }

  /** Number of the operation a task is in, or -1. */
  currentOp(task: number): number {
    return this.progress.get(task, PROGRESS.running) - 1;
  }

  /** The operation that started the last transfer of a region. What a transfer writes is one more than its operation. */
  transferOf(region: number): number {
    return this.system.regions.get(region, REGION.job_token) - 1;
  }

  /** The operation a task works for: its own, for a device engine the one whose transfer it carries out; -1 for none. */
  operationBehind(task: number): number {
    const own = this.currentOp(task);
    const device = task - this.engineTask;
    if (own >= 0 || device < 0 || device >= this.system.devices) return own;
    const { regions, counters } = this.system;
    const count = counters.get(0, COUNTER.regions);
    for (let region = device; region < count; region += this.system.devices) {
      if (regions.get(region, REGION.job) === JOB_RUNNING) return this.transferOf(region);
    }
    return -1;
  }

  /** Starts the task's next operation; the first step is the caller's to take. */
  start(task: number): number {
    const op = this.nextOp(task);
    this.setNext(task, this.progress.get(task, PROGRESS.next) + 1);
    const entry = this.workload.ops[op] as Workload['ops'][number];
    this.startOp(task, op, entry.op, (this.workload.tasks[entry.task] as { mm: number }).mm);
    return op;
  }

  /** Passes over an operation that cannot begin. */
  skip(task: number, op: number): void {
    if (this.nextOp(task) === op) this.setNext(task, this.progress.get(task, PROGRESS.next) + 1);
  }

  /** The task goes on with the operation at `place` among its own, whatever it has done. */
  setNext(task: number, place: number): void {
    this.progress.set(task, PROGRESS.next, place);
  }

  /**
   * Starts any operation in a task that is in user space; `number` is where its outcome is noted, `token` what it
   * leaves in pages it writes.
   */
  startOp(task: number, number: number, op: Operation, mm: number, token = number + 1): void {
    const { m } = this.system;
    m.current = task;
    this.progress.set(task, PROGRESS.running, number + 1);
    this.outcomes[number] = { op, task, startTime: m.clock.of(task), endTime: -1, ret: 0, signalled: false };
    this.system.emit({ type: 'op_start', task, op: number });
    m.spend('syscall');
    enterSyscall(this.system, task, op, { mm, token, tasks: this.workload.tasks });
  }

  /** One atomic step of a runnable task. */
  step(task: number): void {
    this.system.m.step(task);
    this.flush();
  }

  /** Hands the events that have gathered to the observer. */
  flush(): void {
    const { events } = this.system;
    if (events.length === 0) return;
    this.onEvents(events);
    events.length = 0;
  }

  /** Tasks that can take a step inside the kernel. */
  runnable(): number[] {
    const found: number[] = [];
    for (let task = 0; task < this.system.m.count; task++) if (this.system.m.runnable(task)) found.push(task);
    return found;
  }

  /** True for a task of the workload, false for engines, the journal thread and the agent. */
  isUser(task: number): boolean {
    return task < this.workload.tasks.length;
  }

  /** How many address spaces the workload has. */
  get addressSpaces(): number {
    return this.workload.tasks.reduce((count, task) => Math.max(count, task.mm + 1), 0);
  }

  taskName(task: number): string {
    if (this.isUser(task)) return (this.workload.tasks[task] as { name: string }).name;
    if (task === this.journalTask) return this.system.fs.name === 'ext4' ? 'jbd2' : 'xfs log';
    if (task === this.agentTask) return 'device user';
    return `dev${task - this.engineTask}`;
  }

  /** A copy of what a step can change, to go back to with {@link restore}. */
  snapshot(): SessionSnapshot {
    return {
      machine: this.system.m.snapshot(),
      current: this.system.m.current,
      outcomes: this.outcomes.map((outcome) => outcome && { ...outcome }),
    };
  }

  /** Back to where the snapshot was taken, which can be gone back to again; whoever observes is not told. */
  restore(snapshot: SessionSnapshot): void {
    this.system.m.restore(snapshot.machine);
    this.system.m.current = snapshot.current;
    this.system.events.length = 0;
    this.outcomes = snapshot.outcomes.map((outcome) => outcome && { ...outcome });
  }

  /** The process of a task does not exist before some fork makes it: its address space is empty and its tasks are held. */
  awaitFork(child: number): void {
    const { mm } = this.workload.tasks[child] as { mm: number };
    this.system.mms.set(mm, MM.tasks, 0);
    this.system.mms.set(mm, MM.users, 0);
    for (const task of this.tasksOf(mm)) this.system.m.hold(task);
  }

  /** Tasks that work in an address space. */
  private tasksOf(mm: number): number[] {
    return this.workload.tasks.flatMap((task, index) => (task.mm === mm ? [index] : []));
  }

  private load(workload: Workload): void {
    this.workload = workload;
    this.outcomes = [];
    const { system } = this;
    const { m } = system;
    this.queues = workload.tasks.map(() => []);
    workload.ops.forEach((entry, index) => (this.queues[entry.task] as number[]).push(index));
    for (const task of workload.tasks) {
      m.addTask();
      system.mms.set(task.mm, MM.tasks, system.mms.get(task.mm, MM.tasks) + 1);
      system.mms.set(task.mm, MM.users, 1);
      if (task.memlockPages !== undefined) system.mms.set(task.mm, MM.memlock, task.memlockPages + 1);
    }
    for (const { op } of workload.ops) if (op.kind === 'fork') this.awaitFork(op.child);
    this.engineTask = m.count;
    for (let device = 0; device < system.devices; device++) {
      const task = m.addTask();
      m.enter(task, device_engine as never, (frame: Record<string, number>) => {
        frame['device'] = device;
      });
    }
    this.journalTask = m.addTask();
    m.enter(this.journalTask, kjournald, () => undefined);
    this.agentTask = m.addTask();
    this.loadFiles(workload);
    system.events.length = 0;
  }

  private loadFiles(workload: Workload): void {
    const { system } = this;
    system.inodeCount = workload.files.length;
    workload.files.forEach((file, index) => {
      const inode = inodeOf(index);
      if (!file.exists) return;
      system.inodes.set(inode, INODE.nlink, 1);
      i_size_write(system, inode, file.size.page, file.size.byte);
      for (const extent of file.extents) {
        const state = extent.state === 'written' ? EXT_MAPPED : EXT_UNWRITTEN;
        if (!allocate_range(system, inode, extent.from, extent.to, state)) {
          throw new RangeError(
            `${file.name}: the filesystem of ${system.options.blocks} blocks has no room for it`,
          );
        }
        if (extent.state === 'written') this.fill(inode, extent.from, extent.to, INITIAL_CONTENT + inode);
      }
    });
    journal_commit(system);
  }

  private fill(inode: number, from: number, to: number, content: number): void {
    const { system } = this;
    visitRuns(system.extents, inode, from, to, (page, end, extent) => {
      const pfn = ext_pfn(extent);
      system.data.setRange(0, pfn, pfn + end - page, content);
      system.media.setRange(0, pfn, pfn + end - page, content);
    });
    system.shadow.setRange(inode, from, to, content);
  }

  /** Other threads of a new process are there as soon as it is: what makes them is not modelled. */
  private forked(child: number): void {
    const { m } = this.system;
    const { mm } = this.workload.tasks[child] as { mm: number };
    for (const task of this.tasksOf(mm)) if (m.is_new(task)) m.wake_up_new_task(task);
  }

  private returned(task: number, ret: number): void {
    const op = this.currentOp(task);
    const outcome = this.outcomes[op];
    if (op < 0 || outcome === undefined) return;
    outcome.endTime = this.system.m.clock.of(task);
    outcome.ret = ret;
    outcome.signalled = this.system.m.signal_pending(task);
    this.progress.set(task, PROGRESS.running, 0);
    if (outcome.op.kind === 'fork' && ret > 0) this.forked(outcome.op.child);
    this.system.emit({ type: 'op_end', task, op, ret });
  }
}

const codes = new Map<string, { setup: Setup; code: Code<System> }>();

function notifierPaths({ notifier_ops }: Driver): AnyPath<System>[] {
  return notifier_ops === undefined ? [] : [notifier_ops.invalidate_range_start, notifier_ops.release];
}

/** Compiled once for each filesystem and driver without planted faults. */
function codeFor(setup: Setup): Code<System> {
  const { name, dax } = setup.filesystem;
  const key = `${name} ${String(dax)} ${setup.driver.name}`;
  const known = codes.get(key);
  if (known?.setup.driver === setup.driver && setup.patches.length === 0) return known.code;
  const { driver } = setup;
  const code = compile<System>(
    [
      ...SYSCALL_PATHS,
      ...filesystemPaths(setup.filesystem),
      device_engine,
      release_device,
      kjournald,
      driver.attach,
      driver.detach,
      driver.begin_transfer,
      driver.device_fault,
      driver.end_transfer,
      ...(driver.invalidate === null ? [] : [driver.invalidate]),
      ...notifierPaths(driver),
    ],
    setup.patches,
  );
  if (setup.patches.length === 0) codes.set(key, { setup, code });
  return code;
}

/**
 * A scope on the kernel model, as a search sees it: the same session, drivers and invariants as everything else.
 *
 * A step is what a schedule picks (src/run/scheduled.ts): one atomic step, which for a task in user space begins its next operation.
 * Invariants look at each event right after its step, at each wait when it begins, and at each state in which nothing steps
 * unless user space begins something: a run that user space leaves off at any moment ends in one of those.
 */
import type { DenseStore } from '../machine/dense_store.ts';
import { TASK_USER } from '../machine/task.ts';
import type { Invariant } from '../invariants/index.ts';
import type { StampedEvent } from '../kernel/event.ts';
import { isBlocked, WaitLog, type WaitRecord } from '../observe/waits.ts';
import type { Driver } from '../drivers/driver.ts';
import { Session, type Setup } from '../run/session.ts';
import { SMALL, smallSetup } from '../run/setup.ts';
import { waitOf } from '../run/wait_graph.ts';
import type { Patch } from '../machine/program.ts';
import type { System } from '../drivers/system.ts';
import { BLOCK_REMOVING_KINDS, DEVICE_KINDS, type OperationKind } from '../workload/operation.ts';
import { Canonical } from './canonical.ts';
import type { Model } from './model.ts';
import { type Program, workloadOf } from './program.ts';
import type { Scope } from './scope.ts';

export interface SessionModelOptions {
  readonly scope: Scope;
  readonly program: Program;
  readonly driver: Driver;
  /** A planted fault. */
  readonly patches: readonly Patch<System>[];
  readonly invariants: readonly Invariant[];
  /** Nanoseconds by cost class; the search has no use for them, the steps do. */
  readonly costs: Readonly<Record<string, number>>;
}

/** Calls that must come to an end whoever does what (I2, I12); the other calls of a scope are a device user's. */
const MUST_END: ReadonlySet<OperationKind> = new Set<OperationKind>([
  ...BLOCK_REMOVING_KINDS,
  ...(['alloc', 'read', 'write', 'fsync', 'msync', 'load', 'store', 'munmap', 'mprotect'] as const),
  ...(['madvise_dontneed', 'clear_refs', 'drop_caches', 'fork'] as const),
]);

/** Blocks for the files, and for what operations put in the place of blocks that wait for a commit. */
function blocksOf({ blocks, fsOps, forks }: Scope): number {
  return blocks * (4 + 2 * fsOps.length + forks) + 4;
}

/** The setup of a scope: that of generated runs, with no more room than the scope can use. */
export function setupOf({ scope, driver, patches, costs }: SessionModelOptions): Setup {
  const { memory, kernel, forks, blocks } = scope;
  const pages = 2 * blocks + 4;
  return smallSetup(
    { memory, kernel, driver, costs },
    {
      patches,
      fingerprints: true,
      blocks: blocksOf(scope),
      anonPages: 4,
      durability: scope.fsOps.some((op) => op === 'fsync' || op === 'msync'),
      capacities: {
        ...SMALL,
        inodes: 4,
        filePages: pages,
        mms: forks + 1,
        addressPages: 8 + pages,
        vmas: 8 + 4 * forks,
      },
    },
  );
}

export class SessionModel implements Model {
  readonly store: DenseStore;
  readonly tasks: number;
  readonly found = new Map<string, string>();
  readonly session: Session;
  /** The task of each step that was taken before the search begins. */
  readonly preamble: readonly number[];
  private readonly program: Program;
  private readonly canonical: Canonical;
  private readonly invariants: readonly Invariant[];
  private readonly noWaits: WaitLog;

  constructor(options: SessionModelOptions) {
    this.program = options.program;
    this.invariants = options.invariants;
    this.session = new Session(setupOf(options), workloadOf(options.program));
    this.store = this.session.store as DenseStore;
    const { m } = this.session.system;
    this.tasks = m.count;
    this.canonical = new Canonical(this.session.system, this.session.addressSpaces);
    this.noWaits = new WaitLog(
      (task) => waitOf(this.session, task),
      (task) => this.session.currentOp(task),
    );
    this.session.onEvents = (events) => {
      this.observe(events);
    };
    this.preamble = this.runPreamble();
  }

  enabled(): number {
    const { session } = this;
    const { m } = session.system;
    let tasks = 0;
    for (let task = 0; task < this.tasks; task++) {
      if (m.runnable(task) || session.ready(task)) tasks |= 1 << task;
    }
    return tasks;
  }

  voluntary(): number {
    const { session, program } = this;
    let tasks = 0;
    for (let task = 0; task < program.tasks.length; task++) {
      if (session.ready(task) && !this.goesOnByItself(task)) tasks |= 1 << task;
    }
    return tasks;
  }

  step(task: number): void {
    const { session } = this;
    if (session.ready(task)) this.begin(task);
    session.step(task);
    this.canonical.apply();
  }

  unfinished(): number {
    const { session, program } = this;
    let tasks = 0;
    for (let task = 0; task < program.tasks.length; task++) {
      const op = session.currentOp(task);
      const kind = op < 0 ? undefined : session.workload.ops[op]?.op.kind;
      if (kind !== undefined && MUST_END.has(kind)) tasks |= 1 << task;
    }
    return tasks | this.faulting();
  }

  look(): void {
    const { m } = this.session.system;
    for (let task = 0; task < this.tasks; task++) if (m.runnable(task)) return;
    for (const { id, atEnd } of this.invariants) {
      for (const text of atEnd?.(this.session, this.noWaits) ?? []) this.note(id, text);
    }
  }

  /** Engines in a fault of their device. */
  private faulting(): number {
    const { system, engineTask } = this.session;
    let tasks = 0;
    for (let task = engineTask; task < engineTask + system.devices; task++) {
      system.m.visitFrames(task, ({ name }) => {
        if (name === system.driver.device_fault.name) tasks |= 1 << task;
      });
    }
    return tasks;
  }

  private begin(task: number): void {
    const { session } = this;
    session.start(task);
    const { backTo } = this.program.tasks[task] as Program['tasks'][number];
    if (backTo !== null && session.nextOp(task) < 0) session.setNext(task, backTo);
  }

  /** What the task would begin is a device's, which has been told to go on. */
  private goesOnByItself(task: number): boolean {
    const { device, backTo, ops } = this.program.tasks[task] as Program['tasks'][number];
    if (!device || backTo === null) return false;
    const next = this.session.workload.ops[this.session.nextOp(task)]?.op;
    return next !== undefined && ops.indexOf(next) >= backTo;
  }

  private observe(events: readonly StampedEvent[]): void {
    let slept = false;
    for (const event of events) {
      if (event.event.type === 'sleep') slept = true;
      for (const { id, onEvent } of this.invariants) {
        if (onEvent === undefined) continue;
        const text = onEvent(this.session, event, this.noWaits);
        if (text !== null) this.note(id, text);
      }
    }
    if (slept) this.observeWaits();
  }

  /** A task that falls asleep can turn another's wait into a blocked one: all are looked at (src/observe/waits.ts). */
  private observeWaits(): void {
    const { session } = this;
    for (let task = 0; task < this.tasks; task++) {
      const op = session.currentOp(task);
      if (op < 0 || !session.system.m.asleep(task)) continue;
      const kind = session.workload.ops[op]?.op.kind;
      // What a device user waits for is no invariant's concern.
      if (kind === undefined || DEVICE_KINDS.has(kind)) continue;
      const described = waitOf(session, task);
      const blocked = isBlocked(described);
      const wait: WaitRecord = { task, op, start: 0, end: -1, described, insideCallback: false, blocked };
      for (const { id, onWait } of this.invariants) {
        const text = onWait?.(session, wait) ?? null;
        if (text !== null) this.note(id, text);
      }
    }
  }

  private note(id: string, text: string): void {
    if (!this.found.has(id)) this.found.set(id, text);
  }

  /** Engines and threads go to sleep, then what is given is done, one operation after the other. */
  private runPreamble(): number[] {
    const { session } = this;
    const { m } = session.system;
    const steps: number[] = [];
    const settle = (): void => {
      for (let task = 0; task < this.tasks; task++) {
        while (m.runnable(task)) {
          steps.push(task);
          this.step(task);
          // Who was woken goes first if it has the lower number.
          if (m.state(task) === TASK_USER) break;
        }
      }
      if (session.runnable().length > 0) settle();
    };
    settle();
    this.program.tasks.forEach(({ given }, task) => {
      for (let done = 0; done < given; done++) {
        steps.push(task);
        this.step(task);
        settle();
      }
    });
    if (this.found.size > 0) throw new Error(`before the search: ${[...this.found.values()].join('; ')}`);
    return steps;
  }
}

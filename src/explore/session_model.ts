/**
 * A scope on the kernel model, as a search sees it: the same session, drivers and invariants as everything else.
 *
 * A step is what a schedule picks (src/run/scheduled.ts): one atomic step, which for a task in user space begins its next operation.
 * Invariants look at each event right after its step, at each wait when it begins, and at each state in which nothing steps
 * unless user space begins something: a run that user space leaves off at any moment ends in one of those.
 */
import { DenseStore } from '../machine/dense_store.ts';
import { HELD_MAX, TASK, TASK_USER, TASK_WIDTH } from '../machine/task.ts';
import type { Invariant } from '../invariants/index.ts';
import type { StampedEvent } from '../kernel/event.ts';
import { isBlocked, WaitLog, type WaitRecord } from '../observe/waits.ts';
import type { Driver } from '../drivers/driver.ts';
import { Session, type Setup } from '../run/session.ts';
import { SMALL, smallSetup } from '../run/setup.ts';
import { waitOf } from '../run/wait_graph.ts';
import { profileFor, underProfile } from '../check/profile.ts';
import { type Mutant, plant } from '../mutants/index.ts';
import { BLOCK_REMOVING_KINDS, DEVICE_KINDS, type OperationKind } from '../workload/operation.ts';
import { Canonical } from './canonical.ts';
import { FootprintStore, FORGOTTEN, IN_USER_SPACE } from './footprints.ts';
import type { Model } from './model.ts';
import { type Program, workloadOf } from './program.ts';
import type { Scope } from './scope.ts';

export interface SessionModelOptions {
  readonly scope: Scope;
  readonly program: Program;
  readonly driver: Driver;
  /** A planted fault. */
  readonly mutant: Mutant | null;
  readonly invariants: readonly Invariant[];
  /** Nanoseconds by cost class; the search has no use for them, the steps do. */
  readonly costs: Readonly<Record<string, number>>;
  /** Record who uses which part of the state: for a reduction. */
  readonly footprints?: boolean;
}

/** Calls that must come to an end whoever does what (I2, I12); the other calls of a scope are a device user's. */
const MUST_END: ReadonlySet<OperationKind> = new Set<OperationKind>([
  ...BLOCK_REMOVING_KINDS,
  ...(['alloc', 'read', 'write', 'fsync', 'msync', 'load', 'store', 'munmap', 'mprotect'] as const),
  ...(['madvise_dontneed', 'clear_refs', 'drop_caches', 'fork'] as const),
]);

/** Steps merged into one at most: a loop of nothing but such steps is left to the search. */
const MERGED_MAX = 64;

/** Blocks for the files, and for what operations put in the place of blocks that wait for a commit. */
function blocksOf({ blocks, fsOps, forks }: Scope): number {
  return blocks * (4 + 2 * fsOps.length + forks) + 4;
}

/** The setup of a scope: that of generated runs, with no more room than the scope can use. */
export function setupOf({ scope, driver, mutant, costs }: SessionModelOptions): Setup {
  const { memory, kernel, forks, blocks } = scope;
  const pages = 2 * blocks + 4;
  const setup = smallSetup(
    { memory, kernel, driver, costs },
    {
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
  return plant(underProfile(profileFor(mutant), setup), mutant);
}

export class SessionModel implements Model {
  readonly store: FootprintStore | DenseStore;
  readonly tasks: number;
  readonly found = new Map<string, string>();
  readonly session: Session;
  /** The task of each step that was taken before the search begins. */
  readonly preamble: readonly number[];
  /** Tasks of the steps that the last call of {@link step} took: the one asked for, and those merged with it. */
  readonly taken: number[] = [];
  /** By task: positions at which its next step is taken at once. Empty: every step is asked for. */
  movers: readonly ReadonlySet<number>[] = [];
  /** By program counter at which a frame rests: bit l for a local that nobody reads any more, and which is 0 from then on. */
  dead: ReadonlyMap<number, number> = new Map();
  /** What a block holds is forgotten when it is freed. */
  forgetsFreed = false;
  readonly footprints: FootprintStore | null;
  private readonly program: Program;
  private readonly canonical: Canonical;
  private readonly invariants: readonly Invariant[];
  private readonly noWaits: WaitLog;
  /** Tasks that went to sleep in the last step; and whether an operation ended in it. */
  private readonly sleeps: StampedEvent[] = [];
  private returned = false;

  constructor(options: SessionModelOptions) {
    this.program = options.program;
    this.invariants = options.invariants;
    this.footprints = options.footprints === true ? new FootprintStore() : null;
    this.store = this.footprints ?? new DenseStore({ fingerprints: true });
    const setup = { ...setupOf(options), storage: this.store };
    this.session = new Session(setup, workloadOf(options.program));
    const { m } = this.session.system;
    this.tasks = m.count;
    const { footprints } = this;
    const reading = footprints === null ? undefined : <T>(read: () => T): T => footprints.loudly(read);
    this.canonical = new Canonical(this.session.system, this.session.addressSpaces, reading);
    this.noWaits = new WaitLog(
      (task) => waitOf(this.session, task),
      (task) => this.session.currentOp(task),
    );
    this.session.onEvents = (events) => {
      this.observe(events);
    };
    this.preamble = this.runPreamble();
    const tasks = this.store.firstCellOf('task');
    this.footprints?.observe(
      { firstCell: (task) => tasks + task * TASK_WIDTH + TASK.held_count, cells: HELD_MAX + 1 },
      {
        firstCell: this.store.firstCellOf('stack'),
        tasks: setup.capacities.tasks,
        cellsEach: setup.capacities.stackCells,
        visitFrames: (task, visit) => {
          m.visitFrames(task, visit);
        },
        contents: { firstCell: this.store.firstCellOf('data'), cells: setup.blocks + 1 },
      },
    );
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
    this.taken.length = 0;
    this.takeStep(task);
    if (this.movers.length > 0) this.merge();
    if (this.footprints === null) this.canonical.apply();
    else this.footprints.quietly(this.makeCanonical);
  }

  private readonly makeCanonical = (): void => {
    const { m } = this.session.system;
    for (const task of this.taken) {
      m.visitFrames(task, (path, firstLocal, goesOnAt) => {
        const locals = Math.min(path.path.locals.length, 31);
        let dead = (this.dead.get(goesOnAt) ?? 0) & ((1 << locals) - 1);
        for (; dead !== 0; dead &= dead - 1) m.stack.set(task, firstLocal + 31 - Math.clz32(dead & -dead), 0);
      });
    }
    if (this.forgetsFreed) this.canonical.forgetFreed(FORGOTTEN);
    this.canonical.apply();
  };

  private takeStep(task: number): void {
    const { session, footprints } = this;
    const { system } = session;
    const ready = session.ready(task);
    footprints?.begin(task, ready ? IN_USER_SPACE : system.m.tasks.get(task, TASK.pc));
    if (ready) this.begin(task);
    this.sleeps.length = 0;
    this.returned = false;
    // What invariants read of the state to judge an event is part of what the step depends on.
    session.step(task);
    footprints?.end(this.sleeps.length > 0 || this.returned);
    if (this.sleeps.length > 0) this.observeSleeps();
    this.taken.push(task);
  }

  /** Takes every step that no order of other steps can change, whoever's it is, until there is none. */
  private merge(): void {
    const { m } = this.session.system;
    for (let task = 0; task < this.tasks && this.taken.length < MERGED_MAX;) {
      const moves = m.runnable(task) && this.movers[task]?.has(m.tasks.get(task, TASK.pc)) === true;
      if (!moves) task++;
      else this.takeStep(task);
    }
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
    const look = (): void => {
      for (let task = engineTask; task < engineTask + system.devices; task++) {
        system.m.visitFrames(task, ({ name }) => {
          if (name === system.driver.device_fault.name) tasks |= 1 << task;
        });
      }
    };
    // Where a task is, is part of every state, whoever reads it.
    if (this.footprints === null) look();
    else this.footprints.quietly(look);
    return tasks;
  }

  private begin(task: number): void {
    const { session } = this;
    session.start(task);
    const { backTo } = this.program.tasks[task] as Program['tasks'][number];
    if (backTo !== null && session.nextOp(task) < 0) session.setNext(task, backTo);
  }

  /** What the task would begin is no choice of user space. */
  private goesOnByItself(task: number): boolean {
    const { byItselfFrom, ops } = this.program.tasks[task] as Program['tasks'][number];
    if (byItselfFrom === null) return false;
    const next = this.session.workload.ops[this.session.nextOp(task)]?.op;
    return next !== undefined && ops.indexOf(next) >= byItselfFrom;
  }

  private observe(events: readonly StampedEvent[]): void {
    for (const event of events) {
      if (event.event.type === 'sleep') this.sleeps.push(event);
      else this.judge(event);
      if (event.event.type === 'op_end') this.returned = true;
    }
  }

  private judge(event: StampedEvent): void {
    for (const { id, onEvent } of this.invariants) {
      const text = onEvent?.(this.session, event, this.noWaits) ?? null;
      if (text !== null) this.note(id, text);
    }
  }

  /** Who waits for whom is asked of all tasks, wherever they are: it is no part of what the step itself depends on. */
  private observeSleeps(): void {
    for (const event of this.sleeps) this.judge(event);
    this.observeWaits();
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

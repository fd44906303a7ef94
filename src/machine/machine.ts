/**
 * Runs compiled paths one atomic step at a time.
 *
 * The machine knows tasks, frames, locks, wait queues and a clock; it knows nothing of memory or files. Which
 * task steps next is the caller's choice: that is a schedule.
 */
import { Clock, type StepCosts } from './clock.ts';
import { type Code, type CompiledPath, FRAME_HEADER, type Instruction, returned } from './code.ts';
import { type FrameView, frameViews, placeView } from './frame.ts';
import { Locks } from './lock.ts';
import type { AnyPath, Frame, Path } from './program.ts';
import type { Store, StoreSnapshot, Table } from './store.ts';
import {
  TASK,
  TASK_DEAD,
  TASK_INTERRUPTIBLE,
  TASK_NEW,
  TASK_RUNNING,
  TASK_USER,
  TASK_WIDTH,
} from './task.ts';
import { WaitQueues } from './wait_queue.ts';

export interface MachineOptions<K, E> {
  readonly store: Store;
  readonly code: Code<K>;
  readonly costs: StepCosts;
  /** Records the dense store makes room for. */
  readonly tasks: number;
  readonly locks: number;
  /** Cells of one task's stack. */
  readonly stackCells: number;
  /** Called when an operation's outermost path returns. */
  readonly onReturn: (task: number, ret: number) => void;
  /** Called when a task goes to sleep and when it is woken. */
  readonly onSleep: (task: number) => void;
  readonly onWake: (task: number) => void;
  /** Called with each event. */
  readonly onEvent: (event: E) => void;
}

export interface MachineSnapshot {
  readonly store: StoreSnapshot;
  readonly times: readonly number[];
  readonly taskCount: number;
}

/** One frame of a sleeping or running task; its locals are read when they are asked for. */
export interface FrameCopy {
  readonly path: string;
  readonly frame: Frame<string>;
}

export class Machine<K, E> {
  readonly clock: Clock;
  readonly locks: Locks;
  readonly queues: WaitQueues;
  readonly tasks: Table;
  /** Row: a task. Its frames, each a header and its locals. */
  readonly stack: Table;
  /** The task whose step is running. */
  current = 0;
  /** Tasks woken so far, in all: tells a scheduler that others may step now. */
  wakeUps = 0;
  /** For who wants to see inside steps: called with each instruction before it runs, and the locals it will see. */
  onInstruction: ((task: number, instruction: Instruction<K>, frame: Frame<string>) => void) | null = null;
  private readonly store: Store;
  private readonly code: Code<K>;
  private readonly options: MachineOptions<K, E>;
  /**
   * By path; the second view is for the frame of a callee that is the caller's own path. Made when
   * the path is first entered, since a short run enters few of them.
   */
  private readonly views: (readonly [FrameView, FrameView] | undefined)[] = [];
  /** By path, for who looks at frames from outside. */
  private readonly makers: (() => FrameView)[] = [];
  private context: K | null = null;
  private taskCount = 0;
  /** What the last return of the running step gave; NaN before there was one. */
  private returned = 0;

  constructor(options: MachineOptions<K, E>) {
    const { store } = options;
    this.options = options;
    this.store = store;
    this.code = options.code;
    this.clock = new Clock(options.costs);
    this.tasks = store.table({ name: 'task', width: TASK_WIDTH, rows: options.tasks });
    this.stack = store.table({ name: 'stack', width: options.stackCells, rows: options.tasks });
    const counters = store.table({ name: 'sleepers', width: 1, rows: 1 });
    const locks = store.table({ name: 'lock', width: 3, rows: options.locks });
    this.queues = new WaitQueues(this.tasks, counters, (task) => {
      this.woken(task);
    });
    this.locks = new Locks(locks, this.tasks, this.queues);
  }

  /** The model the paths are written for; set once, before the first step. */
  bind(context: K): void {
    this.context = context;
  }

  /** Every path that tasks can run, as it is compiled. */
  get paths(): readonly CompiledPath<K>[] {
    return this.code.paths;
  }

  /** True once a task has been in the path. */
  entered(path: CompiledPath<K>): boolean {
    return this.views[path.index] !== undefined;
  }

  get count(): number {
    return this.taskCount;
  }

  /** Adds a task in user space and gives its number. */
  addTask(): number {
    const task = this.taskCount++;
    this.queues.setTaskCount(this.taskCount);
    return task;
  }

  /** Forgets all tasks; the store is cleared by its owner. */
  reset(): void {
    this.taskCount = 0;
    this.queues.setTaskCount(0);
    this.clock.reset();
    this.current = 0;
  }

  /** Puts a task that is in user space at the start of a path. */
  enter<L extends string>(task: number, path: Path<K, L>, pass: (frame: Frame<L>) => void): void {
    const compiled = this.code.of(path);
    const view = this.viewOf(compiled, task, 0);
    pass(view);
    this.tasks.set(task, TASK.pc, compiled.entry);
    this.tasks.set(task, TASK.base, 0);
    this.tasks.set(task, TASK.state, TASK_RUNNING);
  }

  state(task: number): number {
    return this.tasks.get(task, TASK.state);
  }

  /** True when the task can take a step in the kernel. */
  runnable(task: number): boolean {
    return this.state(task) === TASK_RUNNING;
  }

  asleep(task: number): boolean {
    return this.state(task) >= TASK_INTERRUPTIBLE && this.state(task) < TASK_DEAD;
  }

  /** The instruction at which the task's next step begins. Only for a task that is in the kernel. */
  position(task: number): Instruction<K> {
    return this.code.instructions[this.tasks.get(task, TASK.pc)] as Instruction<K>;
  }

  /** Paths of the task's frames, outermost first, with access to each frame's locals. */
  frames(task: number): FrameCopy[] {
    if (!this.runnable(task) && !this.asleep(task)) return [];
    const found: FrameCopy[] = [];
    let instruction = this.position(task);
    let base = this.tasks.get(task, TASK.base);
    for (;;) {
      found.push(this.frameCopy(instruction.path, task, base));
      if (base === 0) return found.reverse();
      instruction = this.code.instructions[this.stack.get(task, base) - 1] as Instruction<K>;
      base = this.stack.get(task, base + 1);
    }
  }

  /**
   * Calls `visit` for each frame of a task in the kernel, innermost first: path, first local in the stack, and where it goes on.
   */
  visitFrames(task: number, visit: (path: CompiledPath<K>, firstLocal: number, pc: number) => void): void {
    if (!this.runnable(task) && !this.asleep(task)) return;
    let pc = this.tasks.get(task, TASK.pc);
    let base = this.tasks.get(task, TASK.base);
    for (;;) {
      visit((this.code.instructions[pc] as Instruction<K>).path, base + FRAME_HEADER, pc);
      if (base === 0) return;
      pc = this.stack.get(task, base) - 1;
      base = this.stack.get(task, base + 1);
    }
  }

  /**
   * Return value of the last path the current task called. It lives no longer than the step that returned: a caller that needs it
   * later keeps it in a local, so that it is no part of the state. Throws when the step has returned from nothing yet.
   */
  get ret(): number {
    if (Number.isNaN(this.returned))
      throw new Error('a return value is read in a later step than the one it was given in');
    return this.returned;
  }

  spend(cost: string, units = 1): void {
    this.clock.spend(this.current, cost, units);
  }

  emit(event: E): void {
    this.options.onEvent(event);
  }

  /** Sends a signal that has a handler: it ends an interruptible sleep; a task in user space handles it at once. */
  signal(task: number): void {
    if (!this.runnable(task) && !this.asleep(task)) return;
    this.tasks.set(task, TASK.signal, 1);
    if (this.state(task) === TASK_INTERRUPTIBLE) this.queues.wake(task);
  }

  signal_pending(task: number): boolean {
    return this.tasks.get(task, TASK.signal) === 1;
  }

  /** A task that some fork is to wake: until then it can neither step nor begin anything. */
  hold(task: number): void {
    this.tasks.set(task, TASK.state, TASK_NEW);
  }

  /** True for a task that is held until a fork wakes it. */
  is_new(task: number): boolean {
    return this.state(task) === TASK_NEW;
  }

  /** A held task enters user space, no earlier than the task that wakes it is in its call. */
  wake_up_new_task(task: number): void {
    this.tasks.set(task, TASK.state, TASK_USER);
    this.clock.advance(task, this.clock.of(this.current));
    this.wakeUps++;
  }

  kill(task: number): void {
    this.tasks.set(task, TASK.state, TASK_DEAD);
  }

  /** Runs one atomic step of a runnable task. */
  step(task: number): void {
    const context = this.context as K;
    const { instructions } = this.code;
    this.current = task;
    this.returned = NaN;
    this.clock.spend(task, 'step', 1);
    let pc = this.tasks.get(task, TASK.pc);
    let base = this.tasks.get(task, TASK.base);
    let frame = this.viewOf((instructions[pc] as Instruction<K>).path, task, base);
    for (let first = true; ; first = false) {
      const instruction = instructions[pc] as Instruction<K>;
      if (!first && instruction.yields) break;
      if (this.onInstruction !== null) this.onInstruction(task, instruction, frame);
      switch (instruction.kind) {
        case 'act':
          instruction.act?.(context, frame);
          pc++;
          continue;
        case 'branch':
          pc = instruction.test?.(context, frame) === true ? instruction.target : pc + 1;
          continue;
        case 'jump':
          pc = instruction.target;
          continue;
        case 'up':
          this.locks.release(task, instruction.query?.(context, frame) as number);
          pc++;
          continue;
        case 'downgrade':
          this.locks.downgrade(task, instruction.query?.(context, frame) as number);
          pc++;
          continue;
        case 'down':
          pc++;
          if (this.down(task, instruction, context, frame)) continue;
          this.park(task, pc, base);
          return;
        case 'sleep':
          this.sleep(task, instruction, context, frame);
          this.park(task, pc + 1, base);
          return;
        case 'call': {
          const callee = this.pushFrame(task, instruction, context, frame, pc, base);
          base += instruction.path.frameSize;
          pc = callee.entry;
          frame = this.viewOf(callee, task, base);
          continue;
        }
        case 'ret': {
          const from = this.stack.get(task, base) - 1;
          const callerBase = this.stack.get(task, base + 1);
          this.returned = returned(instruction, context, frame);
          this.dropFrame(instruction.path, task, base);
          if (from < 0) {
            this.leave(task);
            return;
          }
          pc = from;
          base = callerBase;
          frame = this.viewOf((instructions[pc] as Instruction<K>).path, task, base);
        }
      }
    }
    this.tasks.set(task, TASK.pc, pc);
    this.tasks.set(task, TASK.base, base);
  }

  private sleep(task: number, instruction: Instruction<K>, context: K, frame: Frame<string>): void {
    const { state, exclusive } = instruction;
    this.queues.sleep(task, this.keyOf(instruction, context, frame), state, exclusive);
  }

  /** Takes a lock; false when the task has to wait for it. */
  private down(task: number, { query, write }: Instruction<K>, context: K, frame: Frame<string>): boolean {
    this.clock.spend(task, 'lock', 1);
    return this.locks.acquire(task, query?.(context, frame) as number, write);
  }

  /** A frame for the callee above the caller's at `base`, with its arguments; gives the callee. */
  private pushFrame(
    task: number,
    call: Instruction<K>,
    context: K,
    frame: Frame<string>,
    pc: number,
    base: number,
  ): CompiledPath<K> {
    const callee = call.direct ?? this.code.of(call.callee?.(context, frame) as AnyPath<K>);
    const calleeBase = base + call.path.frameSize;
    // 0 stands for no caller, so the address after the call is kept plus one.
    this.stack.set(task, calleeBase, pc + 2);
    this.stack.set(task, calleeBase + 1, base);
    call.pass?.(context, frame, this.viewOf(callee, task, calleeBase, callee === call.path));
    return callee;
  }

  snapshot(): MachineSnapshot {
    return { store: this.store.snapshot(), times: this.clock.snapshot(), taskCount: this.taskCount };
  }

  restore(snapshot: MachineSnapshot): void {
    this.store.restore(snapshot.store);
    this.clock.restore(snapshot.times);
    this.taskCount = snapshot.taskCount;
    this.queues.setTaskCount(this.taskCount);
  }

  private park(task: number, pc: number, base: number): void {
    this.tasks.set(task, TASK.pc, pc);
    this.tasks.set(task, TASK.base, base);
    this.options.onSleep(task);
  }

  /** A frame that is left is zeros again, so that equal states are equal cell by cell. */
  private dropFrame(path: CompiledPath<K>, task: number, base: number): void {
    for (let cell = 0; cell < path.frameSize; cell++) this.stack.set(task, base + cell, 0);
  }

  private leave(task: number): void {
    this.tasks.set(task, TASK.pc, 0);
    this.tasks.set(task, TASK.base, 0);
    if (this.state(task) !== TASK_DEAD) this.tasks.set(task, TASK.state, TASK_USER);
    this.options.onReturn(task, this.returned);
    // The handler runs on the way back to user space: the signal is no longer pending.
    this.tasks.set(task, TASK.signal, 0);
  }

  private woken(task: number): void {
    this.wakeUps++;
    this.clock.advance(task, this.clock.of(this.current));
    this.clock.spend(task, 'context_switch', 1);
    this.options.onWake(task);
  }

  private keyOf(instruction: Instruction<K>, context: K, frame: Frame<string>) {
    if (instruction.key === null) throw new Error(`${instruction.name}: a sleep needs a key`);
    return instruction.key(context, frame);
  }

  private viewOf(path: CompiledPath<K>, task: number, base: number, second = false): FrameView {
    const views = (this.views[path.index] ??= this.makeViews(path));
    return placeView(second ? views[1] : views[0], task, base);
  }

  private makeViews(path: CompiledPath<K>): readonly [FrameView, FrameView] {
    const view = frameViews(this.stack, path.path.locals);
    return [view(), view()];
  }

  /** Views of its own, which a step does not move on; a local costs nothing until it is asked for. */
  private frameCopy(path: CompiledPath<K>, task: number, base: number): FrameCopy {
    const make = (this.makers[path.index] ??= frameViews(this.stack, path.path.locals));
    return {
      path: path.name,
      get frame() {
        return placeView(make(), task, base);
      },
    };
  }
}

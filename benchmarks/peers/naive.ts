/**
 * The protocol as most people would write it first: a state is an object of objects, a step works on a clone of it, and
 * a state is known by its JSON.
 *
 * The atomic steps are those of `labelled_steps.ts`, one case for each, with the rest of the step written out.
 */
import { PAGES, PROGRAMS, type ProtocolOp, type SearchCounts } from './protocol.ts';

type LockName = 'iRwsem' | 'invalidateLock' | 'driverLock';

interface Lock {
  writer: number | null;
  readers: number;
  /** First come first served. */
  queue: { task: number; write: boolean }[];
}

interface Page {
  block: boolean;
  pte: boolean;
  refs: number;
  devicePte: boolean;
}

/** A function that a task is in; a caller's `at` is where it goes on. */
interface Frame {
  at: string;
  page?: number;
  seq?: number;
  size?: number;
  busy?: number | null;
  from?: number;
}

interface Task {
  state: 'user' | 'running' | 'asleep';
  begun: number;
  frames: Frame[];
}

interface State {
  size: number;
  seq: number;
  invalidating: boolean;
  damage: boolean;
  pages: Page[];
  locks: Record<LockName, Lock>;
  pageIdle: number[][];
  invalidateEnd: number[];
  tasks: Task[];
}

const freshLock = (): Lock => ({ writer: null, readers: 0, queue: [] });

function firstState(): State {
  return {
    size: PAGES,
    seq: 0,
    invalidating: false,
    damage: false,
    pages: Array.from({ length: PAGES }, () => ({ block: true, pte: false, refs: 0, devicePte: false })),
    locks: { iRwsem: freshLock(), invalidateLock: freshLock(), driverLock: freshLock() },
    pageIdle: Array.from({ length: PAGES }, () => []),
    invalidateEnd: [],
    tasks: PROGRAMS.map(() => ({ state: 'user', begun: 0, frames: [] })),
  };
}

/** Walks every state that can be reached, depth first. */
export function searchPlainObjects(): SearchCounts {
  const seen = new Set<string>();
  let transitions = 0;
  let damaged = 0;
  const note = (state: State): boolean => {
    const key = JSON.stringify(state);
    if (seen.has(key)) return false;
    seen.add(key);
    if (state.damage) damaged++;
    return true;
  };
  const walk = (state: State): void => {
    for (let task = 0; task < PROGRAMS.length; task++) {
      if (!canStep(state, task)) continue;
      const next = structuredClone(state);
      takeStep(next, task);
      transitions++;
      if (note(next)) walk(next);
    }
  };
  const first = firstState();
  note(first);
  walk(first);
  return { states: seen.size, transitions, damaged };
}

const taskOf = (s: State, task: number): Task => s.tasks[task] as Task;
const pageOf = (s: State, page: number): Page => s.pages[page] as Page;

function canStep(s: State, task: number): boolean {
  const { state, begun } = taskOf(s, task);
  return (
    state === 'running' || (state === 'user' && begun < (PROGRAMS[task] as readonly ProtocolOp[]).length)
  );
}

function takeStep(s: State, task: number): void {
  const it = taskOf(s, task);
  if (it.state === 'user') {
    const op = PROGRAMS[task]?.[it.begun] as ProtocolOp;
    it.begun++;
    it.state = 'running';
    it.frames.push(firstFrame(op));
  }
  const frame = it.frames.at(-1) as Frame;
  const step = STEPS[frame.at];
  if (step === undefined) throw new Error(`no step ${frame.at}`);
  step(s, task, frame);
}

function firstFrame(op: ProtocolOp): Frame {
  if (op.kind === 'truncate') return { at: 'iRwsem', size: op.size, busy: 0 };
  return { at: op.kind === 'access' ? 'translate' : 'gupFast', page: op.page };
}

/** Leaves the innermost function; the outermost leaves the kernel. */
function leave(s: State, task: number): void {
  const it = taskOf(s, task);
  it.frames.pop();
  if (it.frames.length > 0) return;
  it.state = 'user';
}

function acquire(s: State, task: number, name: LockName, write: boolean): void {
  const lock = s.locks[name];
  if (lock.queue.length === 0 && isFree(lock, write)) {
    grant(lock, task, write);
    return;
  }
  lock.queue.push({ task, write });
  taskOf(s, task).state = 'asleep';
}

function release(s: State, name: LockName, write: boolean): void {
  const lock = s.locks[name];
  if (write) lock.writer = null;
  else lock.readers--;
  for (let head = lock.queue[0]; head !== undefined && isFree(lock, head.write); head = lock.queue[0]) {
    lock.queue.shift();
    taskOf(s, head.task).state = 'running';
    grant(lock, head.task, head.write);
  }
}

const isFree = (lock: Lock, write: boolean): boolean =>
  lock.writer === null && (!write || lock.readers === 0);

function grant(lock: Lock, task: number, write: boolean): void {
  if (write) lock.writer = task;
  else lock.readers++;
}

function sleepOn(s: State, task: number, queue: number[]): void {
  queue.push(task);
  taskOf(s, task).state = 'asleep';
}

function wakeAll(s: State, queue: number[]): void {
  for (const task of queue.splice(0)) taskOf(s, task).state = 'running';
}

function mapPage(s: State, page: number): void {
  if (page < s.size) pageOf(s, page).pte = true;
}

function call(s: State, task: number, frame: Frame, callee: Frame, returnTo: string): void {
  frame.at = returnTo;
  taskOf(s, task).frames.push(callee);
}

const unmapFrame = (frame: Frame): Frame => ({ at: 'rangeStart', from: frame.size as number });
const idleQueue = (s: State, page: number): number[] => s.pageIdle[page] as number[];

type Step = (s: State, task: number, f: Frame) => void;

/** A lock operation and where the function goes on once it has the lock. */
const lockStep =
  (name: LockName, write: boolean, next: string): Step =>
  (s, task, f) => {
    f.at = next;
    acquire(s, task, name, write);
  };

const FAULT_STEPS: Readonly<Record<string, Step>> = {
  translate(s, task, f) {
    const page = pageOf(s, f.page as number);
    if (!page.devicePte) {
      call(s, task, f, { at: 'readBegin', page: f.page as number, seq: 0 }, 'translate');
      return;
    }
    if (!page.block) s.damage = true;
    leave(s, task);
  },
  readBegin(s, task, f) {
    f.seq = s.seq;
    f.at = s.invalidating ? 'woken' : 'faultLock';
    if (s.invalidating) sleepOn(s, task, s.invalidateEnd);
  },
  woken(s, _task, f) {
    f.seq = s.seq;
    f.at = 'faultLock';
  },
  faultLock: lockStep('invalidateLock', false, 'handleMmFault'),
  handleMmFault(s, task, f) {
    mapPage(s, f.page as number);
    const beyond = (f.page as number) >= s.size;
    release(s, 'invalidateLock', false);
    f.at = 'faultDriverLock';
    if (!beyond) return;
    leave(s, task);
    leave(s, task);
  },
  faultDriverLock: lockStep('driverLock', true, 'readRetry'),
  readRetry(s, task, f) {
    const stale = s.seq !== f.seq;
    if (!stale) pageOf(s, f.page as number).devicePte = true;
    release(s, 'driverLock', true);
    if (stale) f.at = 'readBegin';
    else leave(s, task);
  },
};

const PIN_STEPS: Readonly<Record<string, Step>> = {
  gupFast(s, _task, f) {
    const page = pageOf(s, f.page as number);
    if (page.pte) page.refs++;
    f.at = page.pte ? 'unpin' : 'pinLock';
  },
  pinLock: lockStep('invalidateLock', false, 'pinFault'),
  pinFault(s, task, f) {
    mapPage(s, f.page as number);
    release(s, 'invalidateLock', false);
    f.at = 'gupFast';
    if ((f.page as number) >= s.size) leave(s, task);
  },
  unpin(s, task, f) {
    const page = pageOf(s, f.page as number);
    page.refs--;
    if (page.refs === 0) wakeAll(s, idleQueue(s, f.page as number));
    leave(s, task);
  },
};

const UNMAP_STEPS: Readonly<Record<string, Step>> = {
  rangeStart(s, _task, f) {
    s.invalidating = true;
    s.seq++;
    f.at = 'unmapDriverLock';
  },
  unmapDriverLock: lockStep('driverLock', true, 'driverInvalidate'),
  driverInvalidate(s, _task, f) {
    for (const page of s.pages.slice(f.from)) page.devicePte = false;
    release(s, 'driverLock', true);
    f.at = 'zapPtes';
  },
  zapPtes(s, _task, f) {
    for (const page of s.pages.slice(f.from)) page.pte = false;
    f.at = 'rangeEnd';
  },
  rangeEnd(s, task) {
    s.invalidating = false;
    wakeAll(s, s.invalidateEnd);
    leave(s, task);
  },
};

const TRUNCATE_STEPS: Readonly<Record<string, Step>> = {
  iRwsem: lockStep('iRwsem', true, 'invalidateLock'),
  invalidateLock: lockStep('invalidateLock', true, 'breakLayouts'),
  breakLayouts(s, task, f) {
    call(s, task, f, unmapFrame(f), 'layoutBusyPage');
  },
  layoutBusyPage(s, task, f) {
    const busy = s.pages.findIndex((page, index) => index >= (f.size as number) && page.refs > 0);
    f.busy = busy < 0 ? null : busy;
    if (f.busy === null) {
      f.at = 'iSizeWrite';
      return;
    }
    f.at = 'invalidateRelock';
    release(s, 'invalidateLock', true);
    sleepOn(s, task, idleQueue(s, f.busy));
  },
  invalidateRelock: lockStep('invalidateLock', true, 'retryLayouts'),
  retryLayouts(s, task, f) {
    call(s, task, f, unmapFrame(f), 'layoutBusyPage');
  },
  iSizeWrite(s, task, f) {
    s.size = f.size as number;
    call(s, task, f, unmapFrame(f), 'freeBlocks');
  },
  freeBlocks(s, task, f) {
    for (const page of s.pages.slice(f.size)) {
      if (page.refs > 0 || page.devicePte) s.damage = true;
      page.block = false;
    }
    release(s, 'invalidateLock', true);
    release(s, 'iRwsem', true);
    leave(s, task);
  },
};

const STEPS: Readonly<Record<string, Step>> = {
  ...FAULT_STEPS,
  ...PIN_STEPS,
  ...UNMAP_STEPS,
  ...TRUNCATE_STEPS,
};

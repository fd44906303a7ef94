/**
 * operations x drivers x kinds of memory -> cells, each from trials on the model.
 */
import type { Driver } from '../../drivers/driver.ts';
import { errnoName, EFAULT, VM_FAULT_SIGBUS } from '../../kernel/errno.ts';
import type { ReplayConditions } from '../conditions.ts';
import { MODEL_REVISION } from '../model_revision.ts';
import { type AfterRelease, type Cell, FIELD_ORDER } from './cell.ts';
import { Contents, type ZeroedBytes } from './contents.ts';
import { LAYOUT } from './layout.ts';
import { CELL_OPERATIONS, type CellOperation } from './operations.ts';
import { wchanOf } from './sleeps.ts';
import type { Session } from '../../run/session.ts';
import type { Trial } from './stage.ts';
import { errorOf, type Observer, resultOf, runTrial, type Size, sizeOf } from './trial.ts';

export interface MatrixRequest extends Omit<ReplayConditions, 'memory' | 'hold'> {
  /** Takes each trial of each cell when it has come to its end. */
  readonly onTrial?: TrialObserver;
  readonly memories: readonly string[];
  readonly drivers: readonly Driver[];
  /** Ids of {@link CELL_OPERATIONS}. */
  readonly operations: readonly string[];
}

/** Where a cell stands. */
export type CellPlace = Pick<Cell, 'kernel' | 'memory' | 'driver' | 'op'>;

type TrialObserver = (place: CellPlace, session: Session) => void;

export interface MatrixResult {
  readonly schema: 'gup-vs-hmm/matrix/1';
  readonly model_revision: number;
  readonly kernel: string;
  /** False when the user stopped it. */
  readonly complete: boolean;
  readonly cells: readonly Cell[];
}

/** Ordered by memory, driver and operation as they are asked for. Throws InputError for what openSession() refuses. */
export function matrix(request: MatrixRequest): MatrixResult {
  const { memories, drivers, operations, kernel, signal, onProgress } = request;
  const chosen = CELL_OPERATIONS.filter(({ id }) => operations.includes(id));
  const cells: Cell[] = [];
  const total = memories.length * drivers.length * chosen.length;
  for (const memory of memories) {
    for (const tested of drivers) {
      for (const operation of chosen) {
        if (signal.aborted) break;
        onProgress({ what: `cells (${memory}, ${tested.name})`, done: cells.length, total });
        cells.push(cellOf(operation, tested, { ...request, memory }));
      }
    }
  }
  return {
    schema: 'gup-vs-hmm/matrix/1',
    model_revision: MODEL_REVISION,
    kernel,
    complete: cells.length === total,
    cells,
  };
}

export function cellOf(
  operation: CellOperation,
  tested: Driver,
  conditions: ReplayConditions & Pick<MatrixRequest, 'onTrial'>,
): Cell {
  const place = {
    kernel: conditions.kernel,
    memory: conditions.memory,
    driver: tested.name,
    op: operation.id,
  };
  const tried = (trial: Trial): Observer => {
    const ended = runTrial(operation, trial, tested, conditions);
    conditions.onTrial?.(place, ended.session);
    return ended;
  };
  const observer = tried('observe');
  const refusal = errnoName(resultOf(observer, observer.marks.attach) ?? 0);
  if (refusal !== null) {
    const without = tried('refused');
    return inOrder({
      ...place,
      ...NO_WAIT,
      outcome: 'refused',
      errno: refusal,
      ...readingsOf(without, operation),
    });
  }
  if (observer.sleepsIn === undefined) {
    const errno = errorOf(observer, observer.marks.calls);
    const outcome = errno === null ? 'completed' : 'failed';
    return inOrder({ ...place, ...NO_WAIT, outcome, errno, ...readingsOf(observer, operation) });
  }
  return inOrder({
    ...place,
    outcome: 'blocked',
    errno: null,
    sleeps_in: wchanOf(observer.sleepsIn),
    ...signalled(tried('interrupt')),
    ...readingsOf(observer, operation),
    after_release: afterRelease(observer),
  });
}

/** Fields in the order in which cells are published. */
function inOrder(cell: Cell): Cell {
  return Object.fromEntries(FIELD_ORDER.map((field) => [field, cell[field]])) as unknown as Cell;
}

const NO_WAIT = { sleeps_in: null, interruptible: null, interrupt_errno: null, killable: null } as const;

/**
 * The model's signal is one with a handler. What it ends SIGKILL ends as well; and of waits that only SIGKILL ends
 * (TASK_KILLABLE) none of these paths has one.
 */
function signalled(observer: Observer): Pick<Cell, 'interruptible' | 'interrupt_errno' | 'killable'> {
  const [call = -1] = observer.marks.calls;
  const ended = resultOf(observer, call) !== undefined;
  return {
    interruptible: ended,
    interrupt_errno: ended ? errorOf(observer, [call]) : null,
    killable: ended,
  };
}

function afterRelease(observer: Observer): AfterRelease {
  const blocked = observer.marks.calls.find((call) => observer.sizeAfter.has(call));
  if (blocked === undefined) throw new Error('the operation does not end after the driver let go');
  const errno = errorOf(observer, observer.marks.calls);
  const size = observer.sizeAfter.get(blocked) as Size;
  return { outcome: errno === null ? 'completed' : 'failed', errno, ...size };
}

type Readings = Pick<
  Cell,
  | 'size_bytes'
  | 'blocks'
  | 'events'
  | 'entries_cleared'
  | 'cpu_reads'
  | 'device_reads'
  | 'file_reads'
  | 'after_release'
>;

function readingsOf(observer: Observer, operation: CellOperation): Readings {
  const { marks, held, events, entriesCleared } = observer;
  if (held === undefined) throw new Error('the owner never read');
  const contents = contentsOf(observer, operation);
  return {
    size_bytes: held.size_bytes,
    blocks: held.blocks,
    events: Object.fromEntries([...events].sort(([a], [b]) => (a < b ? -1 : 1))),
    entries_cleared: entriesCleared,
    cpu_reads: marks.cpuReads.map((op) => cpuRead(observer, contents, op)),
    device_reads: marks.deviceReads.flatMap((op) => deviceRead(observer, contents, op)),
    file_reads: fileReads(observer, contents),
    after_release: null,
  };
}

function contentsOf({ marks }: Observer, { calls }: CellOperation): Contents {
  const contents = new Contents();
  marks.fileWrites.forEach((op, page) => {
    contents.learn(op + 1, `f${page}`);
  });
  marks.deviceWrites.forEach((op, index) => {
    contents.learn(op + 1, `d${LAYOUT.deviceFrom + index}`);
  });
  contents.learnZeroed(calls.flatMap(({ op }) => zeroedBytes(op)));
  return contents;
}

/** Parts of pages that a call zeroes: at the edges of its range, or behind the new end of the file. */
function zeroedBytes(op: CellOperation['calls'][number]['op']): ZeroedBytes[] {
  if (op.kind === 'truncate') return [{ from: op.size.byte, to: 4096 }].filter(({ from }) => from > 0);
  if (op.kind !== 'punch' && op.kind !== 'zero') return [];
  const { start, end } = op;
  if (start.page === end.page) return [{ from: start.byte, to: end.byte }];
  return [
    { from: start.byte, to: 4096 },
    { from: 0, to: end.byte },
  ].filter(({ from, to }) => from > 0 && to > 0);
}

/** Content of `bytes` bytes that a reader found in a page; what the operation itself wrote it wrote for this page. */
function words(observer: Observer, contents: Contents, value: number, page: number, bytes = 4096): string {
  if (observer.marks.calls.includes(value - 1)) return bytes < 4096 ? `w${page}:${bytes}` : `w${page}`;
  return contents.describe(value, bytes);
}

function cpuRead(observer: Observer, contents: Contents, op: number): string {
  const ret = resultOf(observer, op);
  if (ret === -VM_FAULT_SIGBUS) return 'SIGBUS';
  if (ret === -EFAULT) return 'SIGSEGV';
  const access = observer.found.get(op);
  if (access === undefined) throw new Error(`the CPU read nothing in operation ${op}`);
  return words(observer, contents, access.value, access.page);
}

/** Without a driver a device call succeeds and moves nothing. */
function deviceRead(observer: Observer, contents: Contents, op: number): string[] {
  const errno = errnoName(resultOf(observer, op) ?? 0);
  if (errno !== null) return [errno];
  const access = observer.found.get(op);
  return access === undefined ? [] : [words(observer, contents, access.value, access.page)];
}

function fileReads(observer: Observer, contents: Contents): string[] {
  const { size_bytes } = sizeOf(observer.session);
  return observer.marks.fileReads.flatMap((op, page) => {
    const bytes = Math.min(4096, size_bytes - page * 4096);
    const access = observer.found.get(op);
    if (bytes <= 0) return [];
    if (access === undefined) throw new Error(`read(2) of page ${page} found nothing`);
    return [words(observer, contents, access.value, page, bytes)];
  });
}

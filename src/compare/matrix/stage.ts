/**
 * One trial of a cell as a workload: the file is made and mapped, the driver attached, the device writes, the operation comes,
 * everybody reads, the driver lets go, the file is read. The numbered steps are those of `src/witness/procedure.md`.
 */
import type { Offset } from '../../workload/offset.ts';
import type { Operation } from '../../workload/operation.ts';
import type { Workload, WorkloadFile, WorkloadOp, WorkloadTask } from '../../workload/workload.ts';
import type { CellOperation } from './operations.ts';
import { LAYOUT } from './layout.ts';

/**
 * `observe` reads, releases and looks again; `interrupt` sends a signal instead. `refused`: without the device and the
 * operation, for a driver that was not let in.
 */
export type Trial = 'observe' | 'interrupt' | 'refused';

/** Numbers of operations of the workload. */
export interface Marks {
  /** Who wrote what: content of whole pages by the operation that writes it. */
  readonly fileWrites: readonly number[];
  readonly attach: number;
  readonly deviceWrites: readonly number[];
  readonly calls: readonly number[];
  readonly cpuReads: readonly number[];
  readonly deviceReads: readonly number[];
  readonly fileReads: readonly number[];
}

export interface Stage {
  readonly workload: Workload;
  readonly marks: Marks;
}

const { owner, actor, child, supervisor, file, map, pages, deviceFrom, deviceTo } = LAYOUT;
const REGION = 0;

const at = (page: number): Offset => ({ page, byte: 0 });
const numbers = (from: number, to: number): number[] =>
  Array.from({ length: to - from }, (_, index) => from + index);

/** Operations in order, and the numbers they get. */
class Script {
  readonly ops: WorkloadOp[] = [];

  add(task: number, ...ops: readonly Operation[]): number[] {
    return ops.map((op) => this.ops.push({ task, op }) - 1);
  }
}

/** Step 1, and the mapping of step 2. */
function makeFile(script: Script): number[] {
  script.add(owner, { kind: 'open', file });
  // All at once, as the probe does, then page by page, so that each page has a content of its own.
  script.add(owner, { kind: 'write', file, start: at(0), end: at(pages) });
  const writes = numbers(0, pages).map((page): Operation => ({
    kind: 'write',
    file,
    start: at(page),
    end: at(page + 1),
  }));
  const written = script.add(owner, ...writes);
  script.add(
    owner,
    { kind: 'fsync', file },
    { kind: 'mmap', file, pgoff: 0, shared: true, writable: true, from: map, to: map + pages },
    { kind: 'load', from: map, to: map + pages },
  );
  return written;
}

const attach: Operation = {
  kind: 'attach',
  region: REGION,
  from: map + deviceFrom,
  to: map + deviceTo,
  perTransfer: false,
  survivesExit: true,
  writable: true,
};

const transfers = (kind: 'dma_read' | 'dma_write'): Operation[] =>
  numbers(map + deviceFrom, map + deviceTo).map((page) => ({
    kind,
    region: REGION,
    from: page,
    to: page + 1,
    fence: false,
    wait: true,
  }));

/** Step 7. */
function readWhileHeld(script: Script, trial: Trial): Pick<Marks, 'cpuReads' | 'deviceReads'> {
  const loads = numbers(map, map + pages).map((page): Operation => ({
    kind: 'load',
    from: page,
    to: page + 1,
  }));
  return {
    cpuReads: script.add(owner, ...loads),
    deviceReads: trial === 'refused' ? [] : script.add(owner, ...transfers('dma_read')),
  };
}

/** Steps 8 and 9. */
function releaseAndRead(script: Script, trial: Trial): number[] {
  if (trial !== 'refused') script.add(owner, { kind: 'detach', region: REGION });
  const reads = numbers(0, LAYOUT.readPages).map((page): Operation => ({
    kind: 'read',
    file,
    start: at(page),
    end: at(page + 1),
  }));
  return script.add(owner, ...reads);
}

function performed(script: Script, operation: CellOperation): number[] {
  if (operation.opens) script.add(actor, { kind: 'open', file });
  return operation.calls.flatMap(({ by, op }) => script.add(by === 'actor' ? actor : child, op));
}

export function stageOf(operation: CellOperation, trial: Trial): Stage {
  const script = new Script();
  const fileWrites = makeFile(script);
  const [attached = -1] = script.add(owner, attach);
  const deviceWrites = trial === 'refused' ? [] : script.add(owner, ...transfers('dma_write'));
  const calls = trial === 'refused' ? [] : performed(script, operation);
  const before = { fileWrites, attach: attached, deviceWrites, calls };
  if (trial === 'interrupt') {
    script.add(supervisor, { kind: 'signal', to: actor });
    return {
      workload: workloadOf(operation, script),
      marks: { ...before, cpuReads: [], deviceReads: [], fileReads: [] },
    };
  }
  const held = readWhileHeld(script, trial);
  const fileReads = releaseAndRead(script, trial);
  return { workload: workloadOf(operation, script), marks: { ...before, ...held, fileReads } };
}

function workloadOf(operation: CellOperation, { ops }: Script): Workload {
  return {
    name: operation.id,
    title: `the cell ${operation.id}`,
    source: 'scenario',
    files: FILES,
    tasks: tasksOf(operation),
    regions: ['device'],
    ops,
    expect: [],
    expectEnd: [],
    notModelled: new Map(),
  };
}

const empty = (name: string): WorkloadFile => ({ name, size: at(0), extents: [], exists: true });

/** The target of a reflink is the file before or after the one that everything is about. */
const FILES: readonly WorkloadFile[] = [empty('target below'), empty('file'), empty('target above')];

/** In the order of {@link LAYOUT}; a thread has the owner's address space. */
function tasksOf({ actor: kind }: CellOperation): WorkloadTask[] {
  return [
    { name: 'owner', mm: 0 },
    { name: 'actor', mm: kind === 'thread' ? 0 : 1 },
    { name: 'child', mm: 2 },
    { name: 'supervisor', mm: 3 },
  ];
}

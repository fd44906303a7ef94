/**
 * A scope as a workload: which task does what, where it goes back to, and what has been done before the search begins.
 *
 * The process has the file mapped and has attached every mirror, and every region that is pinned per transfer; nothing is faulted
 * in. A long pin is taken in the course of the search.
 */
import { driverNamed } from '../drivers/drivers.ts';
import type { Driver } from '../drivers/driver.ts';
import { sideBySide } from '../drivers/side_by_side.ts';
import type { Operation } from '../workload/operation.ts';
import type { Workload, WorkloadFile } from '../workload/workload.ts';
import { FILE, FS_OPS, MAPPED_AT, needsTwoFiles } from './fs_ops.ts';
import type { Scope } from './scope.ts';

/** What one task does: its operations in order. */
export interface TaskProgram {
  readonly name: string;
  readonly mm: number;
  readonly ops: readonly Operation[];
  /** How many of the operations are done before the search begins. */
  readonly given: number;
  /** After its last operation it goes on with this one; null: it has done. */
  readonly backTo: number | null;
  /** From this operation on they begin by themselves, as what a device does; before it user space may stop at any time. Null: always. */
  readonly byItselfFrom: number | null;
}

export interface Program {
  readonly files: readonly WorkloadFile[];
  readonly tasks: readonly TaskProgram[];
}

/** The kinds of device users, in the order of their regions. */
type Kind = 'mirror' | 'short pin' | 'long pin';

function regionKinds({ mirrors, shortPins, longPins }: Scope): Kind[] {
  return [
    ...Array<Kind>(mirrors).fill('mirror'),
    ...Array<Kind>(shortPins).fill('short pin'),
    ...Array<Kind>(longPins).fill('long pin'),
  ];
}

/** The driver of a scope: one alone, or the two side by side. Throws RangeError for a name that no driver has. */
export function driverOf(scope: Scope): Driver {
  const find = (name: string): Driver => {
    const driver = driverNamed(name);
    if (driver === undefined) throw new RangeError(`there is no driver ${name}`);
    return driver;
  };
  const drivers = regionKinds(scope).map((kind) =>
    find(kind === 'mirror' ? scope.mirrorDriver : scope.pinDriver),
  );
  return drivers.length === 0 ? find('none') : sideBySide(drivers);
}

/** The tasks of a scope: device users first, then one for each operation, then the processes that are forked. */
export function programOf(scope: Scope): Program {
  const { blocks, fsOps, forks } = scope;
  const map: Operation = {
    kind: 'mmap',
    file: FILE,
    from: MAPPED_AT,
    to: MAPPED_AT + blocks,
    pgoff: 0,
    shared: true,
    writable: true,
    sync: false,
  };
  const users = regionKinds(scope).map((kind, region) => deviceUser(kind, region, blocks));
  const callers = fsOps.map((op, index): TaskProgram => {
    const name = fsOps.indexOf(op) === index ? op : `${op} ${index}`;
    const ops = [FS_OPS[op](blocks)];
    // Who freezes a filesystem thaws it again: what waits for that alone is not held up for ever.
    return op === 'freeze'
      ? { ...IDLE, name, ops: [...ops, { kind: 'thaw' }], byItselfFrom: 1 }
      : { ...IDLE, name, ops };
  });
  const parents = users.length + callers.length;
  const forking = Array.from({ length: forks }, (_, index): TaskProgram[] => {
    const child = parents + 2 * index + 1;
    const store = FS_OPS.store();
    return [
      { ...IDLE, name: `fork ${index}`, ops: [{ kind: 'fork', child }] },
      { ...IDLE, name: `child ${index}`, mm: index + 1, ops: [store] },
    ];
  }).flat();
  const tasks = [...users, ...callers, ...forking];
  const [first] = tasks;
  if (first === undefined) throw new RangeError('a scope needs a task');
  const withMap = { ...first, ops: [map, ...first.ops], given: first.given + 1 };
  const after = (place: number | null): number | null => (place === null ? null : place + 1);
  const places = { backTo: after(first.backTo), byItselfFrom: after(first.byItselfFrom) };
  const count = fsOps.some(needsTwoFiles) ? 2 : 1;
  return {
    files: Array.from({ length: count }, (_, index) => file(`f${index}`, blocks)),
    tasks: [{ ...withMap, ...places }, ...tasks.slice(1)],
  };
}

const IDLE: TaskProgram = { name: '', mm: 0, ops: [], given: 0, backTo: null, byItselfFrom: null };

function file(name: string, pages: number): WorkloadFile {
  return {
    name,
    size: { page: pages, byte: 0 },
    extents: [{ from: 0, to: pages, state: 'written' }],
    exists: true,
  };
}

function deviceUser(kind: Kind, region: number, blocks: number): TaskProgram {
  const range = { region, from: MAPPED_AT, to: MAPPED_AT + blocks };
  const perTransfer = kind === 'short pin';
  const attach: Operation = { kind: 'attach', ...range, writable: true, perTransfer, survivesExit: false };
  const write: Operation = { kind: 'dma_write', ...range, fence: false, wait: true };
  return {
    name: `${kind} ${region}`,
    mm: 0,
    ops: [attach, write],
    given: kind === 'long pin' ? 0 : 1,
    backTo: 1,
    // Direct I/O is a call that user space makes each time; the other devices were told to go on.
    byItselfFrom: kind === 'short pin' ? null : 1,
  };
}

/**
 * The workload in which each task does `begun` operations at least: a loop that went round n times is written out n times. With the
 * operations of the program alone (no `begun`) loops are left to whoever runs it.
 */
export function workloadOf({ files, tasks }: Program, begun?: readonly number[]): Workload {
  const written = tasks.map(({ ops, backTo }, task) => {
    const count = Math.max(begun?.[task] ?? 0, begun === undefined ? ops.length : 0);
    return Array.from({ length: count }, (_, place) => ops[placeIn(ops.length, backTo, place)] as Operation);
  });
  return {
    name: 'scope',
    title: 'scope of a search',
    source: 'generated',
    files,
    tasks: tasks.map(({ name, mm }) => ({ name, mm })),
    regions: Array.from({ length: tasks.length }, (_, region) => `r${region}`),
    ops: written.flatMap((ops, task) => ops.map((op) => ({ task, op }))),
    expect: [],
    expectEnd: [],
    notModelled: new Map(),
  };
}

/** Where among its own the operation stands that a task begins as its `place`-th, from 0. */
function placeIn(length: number, backTo: number | null, place: number): number {
  if (place < length || backTo === null) return Math.min(place, length - 1);
  return backTo + ((place - backTo) % (length - backTo));
}

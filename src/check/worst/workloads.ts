/**
 * Who gets in whose way: a small family of workloads, each with one operation that suffers.
 *
 * Short pins against one truncate (K35), invalidations against one device fault (K127, K131), and one held region against
 * everybody who could be slowed with it (K30, K32). Where it makes sense the disturbance is repeated n times, to see whether
 * what the victim suffers goes up with n.
 */
import type { Offset } from '../../workload/offset.ts';
import type { Operation } from '../../workload/operation.ts';
import type { Workload, WorkloadFile, WorkloadOp } from '../../workload/workload.ts';
import { generatedWorkload } from '../draw_workload.ts';

export interface Ordeal {
  readonly workload: Workload;
  /** Number of the operation that suffers. */
  readonly victim: number;
}

/** One question of a table. */
export interface Question {
  /** `short_pins.truncate`: the table, then who suffers. */
  readonly id: string;
  readonly victim: string;
  readonly disturbance: string;
  readonly facts: readonly string[];
  /** Numbers of repetitions that are tried; [0]: nothing is repeated. */
  readonly repeats: readonly number[];
  readonly ordeal: (n: number) => Ordeal;
}

/** How often a disturbance is repeated. */
const REPEATS = [4, 8, 16];
const PAGES = 4;

const at = (page: number): Offset => ({ page, byte: 0 });

const writtenFile = (name: string): WorkloadFile => ({
  name,
  size: at(PAGES),
  extents: [{ from: 0, to: PAGES, state: 'written' }],
  exists: true,
});

const map = (file: number, from: number, pages = PAGES): Operation => ({
  kind: 'mmap',
  ...{ file, from, to: from + pages, pgoff: 0, shared: true, writable: true, sync: false },
});

const give = (region: number, from: number, to: number, perTransfer: boolean): Operation => ({
  kind: 'attach',
  ...{ region, from, to, perTransfer, survivesExit: false, writable: true },
});

const transfer = (region: number, from: number, fence = false): Operation => ({
  kind: 'dma_read',
  ...{ region, from, to: from + 1, fence },
});

const truncate = (file: number): Operation => ({ kind: 'truncate', file, size: at(0) });
const dontneed = (from: number): Operation => ({ kind: 'madvise_dontneed', from, to: from + 1 });
const onBytes = (kind: 'read' | 'write' | 'punch', file: number, page: number): Operation => ({
  kind,
  ...{ file, start: at(page), end: at(page + 1) },
});

/** Tasks by address space, operations by task; the victim is the last operation of the last task. */
function ordealOf(
  files: number,
  spaces: readonly number[],
  lists: readonly (readonly Operation[])[],
): Ordeal {
  const ops = lists.flatMap((list, task): WorkloadOp[] => list.map((op) => ({ task, op })));
  const names = Array.from({ length: files }, (_, file) => writtenFile(`f${file}`));
  const tasks = spaces.map((mm, task) => ({ name: `t${task}`, mm }));
  return { workload: generatedWorkload(names, tasks, ops), victim: ops.length - 1 };
}

const times = (n: number, op: (turn: number) => Operation): Operation[] =>
  Array.from({ length: n }, (_, turn) => op(turn));

/** Two buffers in one file are used for I/O in turn, so that one of them is pinned most of the time. */
const churn = (n: number): Operation[] => [
  map(0, 0),
  give(0, 0, 1, true),
  give(1, 1, 2, true),
  ...times(n, (turn) => transfer(turn % 2, turn % 2)),
];

const SHORT_PINS: readonly Question[] = [
  {
    id: 'short_pins.truncate',
    victim: 'truncate of the file',
    disturbance: 'n short transfers to and from two buffers mapped from the file',
    facts: ['K33', 'K35'],
    repeats: REPEATS,
    ordeal: (n) => ordealOf(1, [0, 1], [churn(n), [truncate(0)]]),
  },
  {
    id: 'short_pins.write',
    victim: 'write to the file, behind a truncate',
    disturbance: 'n short transfers to and from two buffers mapped from the file',
    facts: ['K22', 'K32', 'K35'],
    repeats: REPEATS,
    ordeal: (n) => ordealOf(1, [0, 1, 2], [churn(n), [truncate(0)], [onBytes('write', 0, 3)]]),
  },
];

const device = [map(0, 0), give(0, 0, 1, true)];

const INVALIDATIONS: readonly Question[] = [
  {
    id: 'invalidations.same_page',
    victim: 'transfer of one page, its device fault included',
    disturbance: 'a thread gives the page up n times (MADV_DONTNEED)',
    facts: ['K70', 'K131'],
    repeats: REPEATS,
    ordeal: (n) => ordealOf(1, [0, 0], [times(n, () => dontneed(0)), [...device, transfer(0, 0)]]),
  },
  {
    id: 'invalidations.other_pages',
    victim: 'transfer of one page, its device fault included',
    disturbance: 'the page is given up once, and two threads give up a page of another region n times',
    facts: ['K126', 'K127'],
    repeats: REPEATS,
    ordeal: (n) => {
      const [early, late] = [times(n, () => dontneed(2)), times(n, () => dontneed(2))];
      return ordealOf(
        1,
        [0, 0, 0],
        [[dontneed(0), ...early], late, [...device, give(1, 2, 3, true), transfer(0, 0)]],
      );
    },
  },
  {
    id: 'invalidations.punch',
    victim: 'transfer of one page, its device fault included',
    disturbance: 'another process punches another page of the file n times',
    facts: ['K34', 'K131'],
    repeats: REPEATS,
    ordeal: (n) => ordealOf(1, [1, 0], [times(n, () => onBytes('punch', 0, 3)), [...device, transfer(0, 0)]]),
  },
];

/** A device has a page of f0 and its job does not end before user space says so; another process truncates f0. */
const held = [map(0, 0), give(0, 0, 1, true), transfer(0, 0, true)];

/** Somebody else does `before` at leisure and then `op`. */
function bystander(
  id: string,
  victim: string,
  mm: number,
  before: readonly Operation[],
  op: Operation,
): Question {
  return {
    id: `bystanders.${id}`,
    victim,
    disturbance: 'a device job on a page of f0 that user space does not end, and a truncate of f0',
    facts: ['K30', 'K32'],
    repeats: [0],
    ordeal: () => ordealOf(2, [0, 1, mm], [held, [truncate(0)], [...before, op]]),
  };
}

const BYSTANDERS: readonly Question[] = [
  {
    ...bystander('truncate', 'the truncate of f0 itself', 2, [], truncate(0)),
    ordeal: () => ordealOf(2, [0, 1], [held, [truncate(0)]]),
  },
  bystander('same_file', 'read of f0', 2, [], onBytes('read', 0, 2)),
  bystander('same_mm', 'mmap of f1 by a thread of the device user', 0, [], map(1, 8)),
  bystander('other_mm_fault', 'store to f0 by another process', 2, [map(0, 0)], {
    kind: 'store',
    from: 2,
    to: 3,
  }),
  bystander('other_mm_munmap', 'munmap of f0 by another process', 2, [map(0, 0)], {
    kind: 'munmap',
    from: 0,
    to: PAGES,
  }),
  bystander('other_file', 'write to f1 by another process', 2, [], onBytes('write', 1, 0)),
  {
    ...bystander(
      'other_file_freeze',
      'write to f1 by another process, with a freeze under way',
      2,
      [],
      onBytes('write', 1, 0),
    ),
    facts: ['K20', 'K30', 'K32'],
    ordeal: () =>
      ordealOf(
        2,
        [0, 1, 2, 2],
        [held, [truncate(0)], [{ kind: 'freeze' }, { kind: 'thaw' }], [onBytes('write', 1, 0)]],
      ),
  },
];

export interface QuestionTable {
  readonly name: string;
  readonly title: string;
  readonly questions: readonly Question[];
}

/** In the order in which they are printed. */
export const QUESTION_TABLES: readonly QuestionTable[] = [
  { name: 'short_pins', title: 'What short pins that keep coming do to a truncate', questions: SHORT_PINS },
  {
    name: 'invalidations',
    title: 'What invalidations that keep coming do to a device fault',
    questions: INVALIDATIONS,
  },
  { name: 'bystanders', title: 'Who else waits when a device is slow', questions: BYSTANDERS },
];

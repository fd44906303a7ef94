/**
 * A fixed workload: one process gives a device its mapping of a file and lets it transfer, another cuts the file, punches
 * holes in it and makes it whole again, round after round.
 */
import { type Operation, type Workload, type WorkloadOp } from '../src/index.ts';

const FILE_PAGES = 12;
const ROUNDS = 6;
const USER = 0;
const OTHER = 1;
const REGION = 0;
/** First page of the address range that shows the file. */
const MAPPED = 4;

const at = (page: number, byte = 0) => ({ page, byte });

export function fixedWorkload(): Workload {
  const mmap: Operation = {
    kind: 'mmap',
    file: 0,
    from: MAPPED,
    to: MAPPED + FILE_PAGES,
    pgoff: 0,
    shared: true,
    writable: true,
  };
  return {
    name: 'bench',
    title: 'a device user and a task that takes blocks away',
    source: 'generated',
    files: [
      {
        name: 'f',
        size: at(FILE_PAGES),
        extents: [{ from: 0, to: FILE_PAGES, state: 'written' }],
        exists: true,
      },
    ],
    tasks: [
      { name: 'user', mm: 0 },
      { name: 'other', mm: 1 },
    ],
    regions: ['region'],
    ops: [{ task: USER, op: mmap }, ...Array.from({ length: ROUNDS }, (_, round) => roundOf(round)).flat()],
    expect: [],
    expectEnd: [],
    notModelled: new Map(),
  };
}

function roundOf(round: number): WorkloadOp[] {
  const cut = FILE_PAGES - 1 - round;
  const from = MAPPED + (round % 4);
  const to = MAPPED + cut;
  const user: readonly Operation[] = [
    { kind: 'store', from, to: from + 4 },
    { kind: 'attach', region: REGION, from, to, perTransfer: false, survivesExit: false, writable: true },
    { kind: 'dma_write', region: REGION, from, to, fence: false },
  ];
  const other: readonly Operation[] = [
    { kind: 'punch', file: 0, start: at(2, 512), end: at(5) },
    { kind: 'fsync', file: 0 },
    { kind: 'truncate', file: 0, size: at(cut, 100) },
  ];
  return [
    ...user.map((op) => ({ task: USER, op })),
    ...other.map((op) => ({ task: OTHER, op })),
    { task: USER, op: { kind: 'dma_read', region: REGION, from, to: from + 4, fence: false } },
    { task: USER, op: { kind: 'detach', region: REGION } },
    { task: OTHER, op: { kind: 'truncate', file: 0, size: at(0) } },
    { task: OTHER, op: { kind: 'alloc', file: 0, start: at(0), end: at(FILE_PAGES), keepSize: false } },
  ];
}

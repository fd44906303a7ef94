/**
 * What the generator believes about the workload it is making: enough to make operations that mean something.
 *
 * It follows each task's own order only. Other tasks run at the same time, so that a belief can be wrong by the time the
 * operation runs: that is part of what is tried.
 */
import type { OperationKind } from '../workload/operation.ts';
import type { InitialExtent, WorkloadFile } from '../workload/workload.ts';
import { between, type Chance, often } from './draw.ts';

/** Pages of a file at most when the run begins, and wherever an operation other than an insert reaches. */
export const FILE_PAGES = 12;
/** Pages that one insert adds at most, and inserts into one file: all fit in what a small setup makes room for. */
export const INSERT_PAGES = 3;
export const INSERTS_MAX = 4;
/**
 * First pages of the places where a mapping can be put; each has room for a whole file. All but one are those of a PMD of a
 * small setup.
 */
export const MAPPING_PLACES: readonly number[] = [4, 18, 32, 48];
export const REGIONS_MAX = 3;
/** Tasks and address spaces at most, those that forks make among them. */
export const USER_TASKS_MAX = 6;
export const SPACES_MAX = 4;
/** Pages between one place and the next at least. */
export const PLACE_PAGES = 14;

export interface Mapping {
  readonly mm: number;
  readonly from: number;
  readonly to: number;
  readonly file: number;
  readonly shared: boolean;
  readonly writable: boolean;
  readonly sync: boolean;
  /** MADV_DONTFORK of some of it: a child is not believed to have it. */
  dontfork?: boolean;
}

export interface Region {
  readonly index: number;
  /** The task that attaches and detaches it. */
  readonly task: number;
  readonly mm: number;
  readonly from: number;
  readonly to: number;
  readonly writable: boolean;
}

export interface World {
  readonly files: readonly WorkloadFile[];
  /** Address space of each task; forks add to it. */
  readonly spaces: number[];
  readonly mappings: Mapping[];
  /** Regions that are attached. */
  readonly regions: Region[];
  /** Region numbers that have been used: a number belongs to one task for ever. */
  readonly owners: Map<number, number>;
  readonly exited: Set<number>;
  /** `task file` pairs with an open descriptor; followed only when files can be unlinked. */
  readonly open: Set<string>;
  readonly inserts: number[];
  /** Positions in files are whole pages. */
  readonly aligned: boolean;
  /** Some mappings are made with MAP_SYNC. */
  readonly syncs: boolean;
  /** Processes fork. */
  readonly forks: boolean;
  /** Two processes, each mostly with a file and a device of its own: what one of them waits for is seldom the other's. */
  readonly strangers: boolean;
}

/** `kinds`: what the workload may do. Where blocks are shared, everything ends at whole pages (see features.ts). */
export function drawWorld(chance: Chance, kinds: ReadonlySet<OperationKind>): World {
  const aligned = kinds.has('reflink');
  // A freeze is how they come to wait for each other.
  const strangers = often(chance, kinds.has('freeze') ? 45 : 15);
  const count = !strangers && often(chance, aligned ? 20 : 65) ? 1 : 2;
  const files = Array.from({ length: count }, (_, index) => drawFile(chance, index, aligned));
  const tasks = between(chance, strangers ? 3 : 2, 4);
  // The first task has an address space of its own or shares it: threads and processes are both common.
  const spaces = Array.from({ length: tasks }, (_, task) =>
    task === 0 || (strangers && task === 1) ? task : chance.below(2),
  );
  return {
    files,
    spaces,
    mappings: [],
    regions: [],
    owners: new Map(),
    exited: new Set(),
    open: new Set(),
    inserts: files.map(() => 0),
    aligned,
    // A MAP_SYNC write to a shared block is not durable in 6.1 (fs/cow_fault.ts), whatever the driver.
    syncs: kinds.has('persist') && !aligned,
    forks: kinds.has('fork'),
    strangers,
  };
}

function drawFile(chance: Chance, index: number, aligned: boolean): WorkloadFile {
  const pages = between(chance, 1, FILE_PAGES);
  const partial = !aligned && often(chance, 20);
  return {
    name: `f${index}`,
    size: partial ? { page: pages - 1, byte: between(chance, 1, 4095) } : { page: pages, byte: 0 },
    extents: drawExtents(chance, pages),
    exists: true,
  };
}

/** Written all over, of one other kind all over (so that huge pages show holes), or pieces of every kind. */
function drawExtents(chance: Chance, pages: number): InitialExtent[] {
  if (often(chance, 50)) return [{ from: 0, to: pages, state: 'written' }];
  if (often(chance, 15)) return often(chance, 50) ? [] : [{ from: 0, to: pages, state: 'unwritten' }];
  const extents: InitialExtent[] = [];
  for (let from = 0; from < pages;) {
    const to = between(chance, from + 1, pages);
    const kind = chance.below(4);
    if (kind < 3) extents.push({ from, to, state: kind === 0 ? 'unwritten' : 'written' });
    from = to;
  }
  return extents;
}

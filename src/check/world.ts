/**
 * What the generator believes about the workload it is making: enough to make operations that mean something.
 *
 * It follows each task's own order only. Other tasks run at the same time, so that a belief can be wrong by the time the
 * operation runs: that is part of what is tried.
 */
import type { InitialExtent, WorkloadFile } from '../workload/workload.ts';
import { between, type Chance, often } from './draw.ts';

/** Pages of a file at most when the run begins, and wherever an operation other than an insert reaches. */
export const FILE_PAGES = 12;
/** Pages that one insert adds at most, and inserts into one file: all fit in what a small setup makes room for. */
export const INSERT_PAGES = 3;
export const INSERTS_MAX = 4;
/** First pages of the places where a mapping can be put; each has room for a whole file. */
export const MAPPING_PLACES: readonly number[] = [4, 18, 32, 46];
export const REGIONS_MAX = 3;

export interface Mapping {
  readonly mm: number;
  readonly from: number;
  readonly to: number;
  readonly file: number;
  readonly shared: boolean;
  readonly writable: boolean;
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
  /** Address space of each task. */
  readonly spaces: readonly number[];
  readonly mappings: Mapping[];
  /** Regions that are attached. */
  readonly regions: Region[];
  /** Region numbers that have been used: a number belongs to one task for ever. */
  readonly owners: Map<number, number>;
  readonly exited: Set<number>;
  /** `task file` pairs with an open descriptor; followed only when files can be unlinked. */
  readonly open: Set<string>;
  readonly inserts: number[];
}

export function drawWorld(chance: Chance): World {
  const files = Array.from({ length: often(chance, 65) ? 1 : 2 }, (_, index) => drawFile(chance, index));
  const tasks = between(chance, 2, 4);
  // The first task has an address space of its own or shares it: threads and processes are both common.
  const spaces = Array.from({ length: tasks }, (_, task) => (task === 0 ? 0 : chance.below(2)));
  return {
    files,
    spaces,
    mappings: [],
    regions: [],
    owners: new Map(),
    exited: new Set(),
    open: new Set(),
    inserts: files.map(() => 0),
  };
}

function drawFile(chance: Chance, index: number): WorkloadFile {
  const pages = between(chance, 1, FILE_PAGES);
  const partial = often(chance, 20);
  return {
    name: `f${index}`,
    size: partial ? { page: pages - 1, byte: between(chance, 1, 4095) } : { page: pages, byte: 0 },
    extents: drawExtents(chance, pages),
    exists: true,
  };
}

/** Written all over, or pieces of every kind: written, unwritten and holes. */
function drawExtents(chance: Chance, pages: number): InitialExtent[] {
  if (often(chance, 50)) return [{ from: 0, to: pages, state: 'written' }];
  const extents: InitialExtent[] = [];
  for (let from = 0; from < pages;) {
    const to = between(chance, from + 1, pages);
    const kind = chance.below(4);
    if (kind < 3) extents.push({ from, to, state: kind === 0 ? 'unwritten' : 'written' });
    from = to;
  }
  return extents;
}

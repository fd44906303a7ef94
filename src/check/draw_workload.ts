/**
 * Whole workloads: a device user that maps, attaches and transfers, and tasks that work on the same files meanwhile.
 */
import type { Operation, OperationKind } from '../workload/operation.ts';
import type { Workload, WorkloadFile, WorkloadOp, WorkloadTask } from '../workload/workload.ts';
import { DRAW } from './draw_operation.ts';
import { between, type Chance, often, weighted } from './draw.ts';
import { drawFeatures } from './features.ts';
import { drawWorld, REGIONS_MAX, type World } from './world.ts';

/** How often each kind is drawn where its feature is on. */
const WEIGHTS: readonly { readonly value: OperationKind; readonly weight: number }[] = [
  { value: 'truncate', weight: 14 },
  { value: 'punch', weight: 14 },
  { value: 'open_trunc', weight: 4 },
  { value: 'zero', weight: 8 },
  { value: 'collapse', weight: 5 },
  { value: 'insert', weight: 5 },
  { value: 'unshare', weight: 3 },
  { value: 'alloc', weight: 4 },
  { value: 'load', weight: 5 },
  { value: 'store', weight: 9 },
  { value: 'fsync', weight: 22 },
  { value: 'msync', weight: 5 },
  { value: 'write', weight: 9 },
  { value: 'read', weight: 5 },
  { value: 'mmap', weight: 6 },
  { value: 'attach', weight: 10 },
  { value: 'detach', weight: 6 },
  { value: 'dma_read', weight: 9 },
  { value: 'dma_write', weight: 22 },
  { value: 'signal_fence', weight: 3 },
  { value: 'munmap', weight: 6 },
  { value: 'madvise_dontneed', weight: 5 },
  { value: 'mremap', weight: 4 },
  { value: 'unlink', weight: 4 },
  { value: 'open', weight: 2 },
  { value: 'close', weight: 4 },
  { value: 'signal', weight: 5 },
  { value: 'exit', weight: 3 },
];

/** Operations after the preamble: few make a clear run, many meet each other. */
const OPS_MIN = 2;
const OPS_MAX = 12;

/** A workload of the given kinds; the same draws give the same workload. */
export function drawWorkload(chance: Chance, excluded: ReadonlySet<OperationKind> = new Set()): Workload {
  const world = drawWorld(chance);
  const kinds = drawFeatures(chance, excluded);
  const program = new Program(chance, world, kinds);
  preamble(chance, program);
  const count = between(chance, OPS_MIN, OPS_MAX);
  for (let drawn = 0; drawn < count; drawn++) program.addAny(chance.below(world.spaces.length));
  const tasks = world.spaces.map((mm, task) => ({ name: `t${task}`, mm }));
  return generatedWorkload(world.files, tasks, program.ops);
}

/** A workload of nothing but these files, tasks and operations, and of the regions that every generated one has. */
export function generatedWorkload(
  files: readonly WorkloadFile[],
  tasks: readonly WorkloadTask[],
  ops: readonly WorkloadOp[],
): Workload {
  return {
    name: 'generated',
    title: 'generated workload',
    source: 'generated',
    files,
    tasks,
    regions: Array.from({ length: REGIONS_MAX }, (_, region) => `r${region}`),
    ops,
    expect: [],
    expectEnd: [],
    notModelled: new Map(),
  };
}

/**
 * One task at least is a device user; some pages are touched before, so that a pin finds them. Now and then it unmaps the
 * file while the device keeps what it has, and somebody takes blocks away: what 6.1 does not wait for (K63).
 */
function preamble(chance: Chance, program: Program): void {
  program.add('mmap', 0);
  if (often(chance, 40)) program.add('store', 0);
  program.add('attach', 0);
  if (often(chance, 85)) program.add(often(chance, 75) ? 'dma_write' : 'dma_read', 0);
  if (often(chance, 50)) program.add('fsync', 1);
  if (often(chance, 60)) {
    program.add('munmap', 0);
    program.add(often(chance, 65) ? 'truncate' : 'punch', 0);
    program.add(often(chance, 50) ? 'dma_read' : 'dma_write', 0);
  }
  if (!often(chance, 35)) return;
  program.add('mmap', 1);
  if (often(chance, 60)) program.add('attach', 1);
  if (often(chance, 60)) program.add('dma_write', 1);
}

class Program {
  readonly ops: WorkloadOp[] = [];
  private readonly chance: Chance;
  private readonly world: World;
  private readonly kinds: ReadonlySet<OperationKind>;

  constructor(chance: Chance, world: World, kinds: ReadonlySet<OperationKind>) {
    this.chance = chance;
    this.world = world;
    this.kinds = kinds;
  }

  addAny(task: number): void {
    const kind = weighted(
      this.chance,
      WEIGHTS.filter(({ value }) => this.kinds.has(value)),
    );
    if (kind !== undefined) this.add(kind, task);
  }

  /** Adds an operation of the kind if it makes sense for the task. */
  add(kind: OperationKind, task: number): void {
    if (!this.kinds.has(kind) || this.world.exited.has(task)) return;
    const op = DRAW[kind]?.(this.chance, this.world, task) ?? null;
    if (op === null || !this.makesSense(op, task)) return;
    this.openFirst(op, task);
    this.ops.push({ task, op });
    follow(this.world, op, task);
  }

  /**
   * A descriptor is closed once and a name removed once. A file is removed only by the task that alone uses it: no order
   * of tasks then lets somebody look for the name when it is gone, which the model would take for a new file.
   */
  private makesSense(op: Operation, task: number): boolean {
    if (!('file' in op)) return true;
    if (op.kind === 'close') return this.world.open.has(descriptor(task, op.file));
    const uses = this.ops.filter((entry) => 'file' in entry.op && entry.op.file === op.file);
    const removed = uses.some((entry) => entry.op.kind === 'unlink');
    if (op.kind === 'open_trunc') return !removed;
    if (op.kind === 'unlink') return !removed && uses.every((entry) => entry.task === task);
    return !removed || uses.every((entry) => entry.task === task);
  }

  /** Where names can go away a task works on files that it has opened. */
  private openFirst(op: Operation, task: number): void {
    if (!this.kinds.has('unlink') || !('file' in op) || OPENING.has(op.kind)) return;
    if (this.world.open.has(descriptor(task, op.file))) return;
    const open: Operation = { kind: 'open', file: op.file };
    this.ops.push({ task, op: open });
    follow(this.world, open, task);
  }
}

/** Kinds that take a name and no descriptor. */
const OPENING: ReadonlySet<OperationKind> = new Set<OperationKind>(['open', 'open_trunc', 'unlink']);

const descriptor = (task: number, file: number): string => `${task} ${file}`;

/** What the generator believes after an operation. */
function follow(world: World, op: Operation, task: number): void {
  const mm = world.spaces[task] as number;
  switch (op.kind) {
    case 'open':
    case 'open_trunc':
      world.open.add(descriptor(task, op.file));
      return;
    case 'close':
      world.open.delete(descriptor(task, op.file));
      return;
    case 'insert':
      world.inserts[op.file] = (world.inserts[op.file] as number) + 1;
      return;
    case 'mmap': {
      const { from, to, file, shared, writable } = op;
      world.mappings.push({ mm, from, to, file, shared, writable });
      return;
    }
    case 'munmap':
      // What is left of a mapping that was cut is not used again, except by regions that were attached to it.
      forgetMappings(world, mm, op.from, op.to);
      return;
    case 'mremap':
      moveMapping(world, mm, op.from, op.to, op.newFrom, op.newTo);
      return;
    case 'attach': {
      const { region, from, to, writable } = op;
      world.regions.push({ index: region, task, mm, from, to, writable });
      world.owners.set(region, task);
      return;
    }
    case 'detach':
      world.regions.splice(
        world.regions.findIndex((region) => region.index === op.region),
        1,
      );
      return;
    case 'exit':
      world.exited.add(task);
      return;
    default:
      return;
  }
}

function forgetMappings(world: World, mm: number, from: number, to: number): void {
  for (let index = world.mappings.length - 1; index >= 0; index--) {
    const mapping = world.mappings[index] as (typeof world.mappings)[number];
    if (mapping.mm === mm && mapping.from < to && mapping.to > from) world.mappings.splice(index, 1);
  }
}

function moveMapping(
  world: World,
  mm: number,
  from: number,
  to: number,
  newFrom: number,
  newTo: number,
): void {
  const moved = world.mappings.find(
    (mapping) => mapping.mm === mm && mapping.from === from && mapping.to === to,
  );
  forgetMappings(world, mm, from, to);
  if (moved !== undefined) world.mappings.push({ ...moved, from: newFrom, to: newTo });
}

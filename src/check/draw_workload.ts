/**
 * Whole workloads: a device user that maps, attaches and transfers, and tasks that work on the same files meanwhile.
 */
import type { Offset } from '../workload/offset.ts';
import type { Operation, OperationKind } from '../workload/operation.ts';
import type { Workload, WorkloadFile, WorkloadOp, WorkloadTask } from '../workload/workload.ts';
import { DRAW } from './draw_operation.ts';
import { between, type Chance, often, oneOf, weighted } from './draw.ts';
import { descriptor, follow } from './follow.ts';
import { drawFeatures, FEW_KINDS, isNarrow } from './features.ts';
import { drawWorld, FILE_PAGES, REGIONS_MAX, type World } from './world.ts';

/** How often each kind is drawn where its feature is on. */
const WEIGHTS: readonly { readonly value: OperationKind; readonly weight: number }[] = [
  { value: 'truncate', weight: 14 },
  { value: 'punch', weight: 14 },
  { value: 'open_trunc', weight: 4 },
  { value: 'zero', weight: 8 },
  { value: 'collapse', weight: 5 },
  { value: 'insert', weight: 5 },
  { value: 'unshare', weight: 3 },
  { value: 'reflink', weight: 18 },
  { value: 'dedupe', weight: 5 },
  { value: 'freeze', weight: 20 },
  { value: 'umount', weight: 4 },
  { value: 'drop_caches', weight: 1 },
  { value: 'memory_failure', weight: 6 },
  { value: 'alloc', weight: 4 },
  { value: 'load', weight: 5 },
  { value: 'store', weight: 9 },
  { value: 'persist', weight: 12 },
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
  { value: 'mprotect', weight: 8 },
  { value: 'madvise_remove', weight: 8 },
  { value: 'madvise_free', weight: 1 },
  { value: 'madvise_pageout', weight: 1 },
  { value: 'madvise_dontfork', weight: 2 },
  { value: 'clear_refs', weight: 4 },
  { value: 'fork', weight: 5 },
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
  const kinds = drawFeatures(chance, excluded);
  const world = drawWorld(chance, kinds);
  const program = new Program(chance, world, kinds);
  if (isNarrow(excluded) && !excluded.has('truncate')) pinRace(chance, program);
  else if (kinds.has('reflink') && often(chance, 50)) storeToShared(chance, program);
  else preamble(chance, program);
  const count = between(chance, OPS_MIN, OPS_MAX);
  for (let drawn = 0; drawn < count; drawn++) program.addAny(chance.below(world.spaces.length));
  return generatedWorkload(world.files, drawTasks(chance, world), program.ops);
}

/** Now and then one process may lock only so much memory. */
function drawTasks(chance: Chance, { spaces }: World): WorkloadTask[] {
  const limit = often(chance, 8) ? { memlockPages: chance.below(5) } : {};
  return spaces.map((mm, task) => ({ name: `t${task}`, mm, ...(mm === 0 ? limit : {}) }));
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
  if (often(chance, program.forks || program.hasFewKinds ? 75 : 40)) program.add('store', 0);
  if (often(chance, 35)) forkBeforeAttach(chance, program);
  program.add('attach', 0);
  if (often(chance, 85)) program.add(often(chance, 75) ? 'dma_write' : 'dma_read', 0);
  forkInTransfer(chance, program);
  leaveInTransfer(chance, program);
  if (often(chance, 60)) syncInTransfer(chance, program);
  if (often(chance, 60)) {
    program.add('munmap', 0);
    program.add(often(chance, 65) ? 'truncate' : 'punch', 0);
    program.add(often(chance, 50) ? 'dma_read' : 'dma_write', 0);
  }
  if (!often(chance, program.hasStrangers ? 85 : 35)) return;
  program.add('mmap', 1);
  if (often(chance, 60)) program.add('attach', 1);
  if (often(chance, 60)) program.add('dma_write', 1);
  if (program.hasStrangers && often(chance, 70)) holdUpStrangers(chance, program);
}

/** A device is given blocks that two files have, and the process or another thread stores to them (K60). */
function storeToShared(chance: Chance, program: Program): void {
  program.add('mmap', 0);
  program.shareAndAttach();
  program.add('dma_read', 0);
  for (const task of [often(chance, 50) ? 0 : 1, 0]) program.add('store', task);
  program.add('dma_read', 0);
}

/** For narrow profiles of truncates: a page that is present is pinned while another task takes its block away. */
function pinRace(chance: Chance, program: Program): void {
  for (const kind of ['mmap', 'store', 'attach', 'dma_write'] as const) program.add(kind, 0);
  program.add(often(chance, 60) ? 'truncate' : 'punch', 1);
}

/** Somebody syncs the file while the device writes, more than once: a pin's transfer is soon over (K65). */
function syncInTransfer(chance: Chance, program: Program): void {
  program.add('fsync', 1);
  if (!often(chance, 50)) return;
  program.add('dma_write', 0);
  program.add('fsync', 1);
}

/** One process takes blocks of its file away, which may wait for a device, and the other works on; a third one freezes. */
function holdUpStrangers(chance: Chance, program: Program): void {
  program.add(often(chance, 50) ? 'truncate' : 'punch', 1);
  if (often(chance, 80)) program.add('freeze', 2);
  program.add(often(chance, 50) ? 'punch' : 'truncate', 0);
}

/** One of two processes that share pages since a fork gives them to a device, and writes to them itself (K193). */
function forkBeforeAttach(chance: Chance, program: Program): void {
  if (!program.add('fork', 0)) return;
  const user = often(chance, 60) ? 0 : program.tasks - 1;
  program.add('attach', user);
  if (often(chance, 70)) program.add('store', user);
}

/** A process forks while a device works on its memory, and it or the child goes on writing (K194). */
function forkInTransfer(chance: Chance, program: Program): void {
  if (!often(chance, 60)) return;
  const child = program.add('fork', 0) ? program.tasks - 1 : 0;
  if (often(chance, 60)) program.add('store', 0);
  if (often(chance, 40)) program.add('load', 0);
  if (often(chance, 40)) program.add(often(chance, 70) ? 'store' : 'load', child);
}

/** The device's user lets go of the memory or exits while a transfer is under way and somebody takes blocks away. */
function leaveInTransfer(chance: Chance, program: Program): void {
  if (!often(chance, 20)) return;
  if (often(chance, 60)) program.add('dma_write', 0);
  program.add(often(chance, 60) ? 'truncate' : 'punch', 1);
  if (!program.add(often(chance, 50) ? 'detach' : 'exit', 0)) program.add('detach', 0);
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

  /** The pages of the last mapping are in another place too, and a device may read them: to write it would take copies. */
  shareAndAttach(): void {
    const mapping = this.world.mappings.at(-1);
    if (mapping === undefined) return;
    const { file, from, to } = mapping;
    const pages = this.world.files[file]?.size.page ?? 0;
    if (pages > 0) {
      const [start, end] = [0, pages].map((page) => ({ page, byte: 0 })) as [Offset, Offset];
      const target = this.world.files.length - 1 - file;
      const at = { page: target === file ? pages : 0, byte: 0 };
      if (at.page + pages <= FILE_PAGES)
        this.push({ kind: 'reflink', source: file, file: target, start, end, at }, 0);
    }
    const rights = { perTransfer: false, survivesExit: false, writable: false };
    this.push({ kind: 'attach', region: 0, from, to, ...rights }, 0);
  }

  /** True when its two processes have little to do with each other. */
  get hasStrangers(): boolean {
    return this.world.strangers;
  }

  /** True when processes of this workload fork. */
  get forks(): boolean {
    return this.world.forks;
  }

  /** True when it happens to leave most kinds out. */
  get hasFewKinds(): boolean {
    return this.kinds.size <= FEW_KINDS;
  }

  /** How many tasks there are so far. */
  get tasks(): number {
    return this.world.spaces.length;
  }

  /** Adds an operation of the kind if it makes sense for the task; true if it did. */
  add(kind: OperationKind, task: number): boolean {
    if (!this.kinds.has(kind) || this.world.exited.has(task)) return false;
    const op = DRAW[kind]?.(this.chance, this.world, task) ?? null;
    return op !== null && this.push(op, task);
  }

  private push(op: Operation, task: number): boolean {
    if (!this.makesSense(op, task)) return false;
    this.openFirst(op, task);
    if (op.kind === 'freeze') {
      this.freezeAndThaw(task);
      return true;
    }
    this.ops.push({ task, op });
    follow(this.world, op, task);
    return true;
  }

  /**
   * A freeze, often with a transfer under way, and its thaw. Whoever freezes does nothing in between that could wait for the
   * thaw, so that what waits for it does not wait for ever.
   */
  private freezeAndThaw(task: number): void {
    const user = this.world.strangers ? task : (oneOf(this.chance, this.world.regions)?.task ?? task);
    const freezer = this.world.exited.has(user) ? task : user;
    if (often(this.chance, 70)) this.add('dma_write', freezer);
    this.ops.push({ task: freezer, op: { kind: 'freeze' } });
    for (let reads = this.chance.below(6); reads > 0; reads--)
      this.ops.push({ task: freezer, op: WHILE_FROZEN });
    this.ops.push({ task: freezer, op: { kind: 'thaw' } });
  }

  /**
   * A descriptor is closed once and a name removed once. A file is removed only by the task that alone uses it: no order
   * of tasks then lets somebody look for the name when it is gone, which the model would take for a new file.
   */
  private makesSense(op: Operation, task: number): boolean {
    if (!('file' in op)) return true;
    if (op.kind === 'close') return this.world.open.has(descriptor(task, op.file));
    const uses = this.ops.filter((entry) => filesOf(entry.op).includes(op.file));
    const removed = uses.some((entry) => entry.op.kind === 'unlink');
    if (filesOf(op).some((file) => file !== op.file && !this.usable(file, task))) return false;
    if (op.kind === 'open_trunc') return !removed;
    if (op.kind === 'unlink') return !removed && uses.every((entry) => entry.task === task);
    return !removed || uses.every((entry) => entry.task === task);
  }

  /** Where names can go away a task works on files that it has opened. */
  private openFirst(op: Operation, task: number): void {
    if (!this.kinds.has('unlink') || OPENING.has(op.kind)) return;
    for (const file of filesOf(op)) {
      if (this.world.open.has(descriptor(task, file))) continue;
      const open: Operation = { kind: 'open', file };
      this.ops.push({ task, op: open });
      follow(this.world, open, task);
    }
  }

  /** A file with a name, or one that this task alone uses. */
  private usable(file: number, task: number): boolean {
    const uses = this.ops.filter((entry) => filesOf(entry.op).includes(file));
    return !uses.some(({ op }) => op.kind === 'unlink') || uses.every((entry) => entry.task === task);
  }
}

/** What passes the time while it is frozen. */
const WHILE_FROZEN: Operation = {
  kind: 'read',
  file: 0,
  start: { page: 0, byte: 0 },
  end: { page: 1, byte: 0 },
};

/** Kinds that take a name and no descriptor. */
const OPENING: ReadonlySet<OperationKind> = new Set<OperationKind>(['open', 'open_trunc', 'unlink']);

/** Files that an operation names. */
const filesOf = (op: Operation): readonly number[] => [
  ...('file' in op ? [op.file] : []),
  ...('source' in op ? [op.source] : []),
];

/**
 * The kernel's state: its tables and page maps, and what they are configured with.
 *
 * The functions and paths in mm/ and fs/ work on it and are named as in Linux. A `k` is the context that every
 * path of the model runs with.
 */
import type { Code } from '../machine/code.ts';
import { Machine } from '../machine/machine.ts';
import { pathsFor, type Path } from '../machine/program.ts';
import { columns, type PageMap, type Store, type Table } from '../machine/store.ts';
import type { StepCosts } from '../machine/clock.ts';
import { TASK } from '../machine/task.ts';
import type { KernelEvent, StampedEvent } from './event.ts';
import type { Filesystem } from './fs/filesystem.ts';
import type { Release, Rules } from './release/rules.ts';

/** Pages of the offset space: LLONG_MAX in pages, rounded up. */
export const LLONG_MAX_PAGES = 2 ** 51;

/** `path(name, locals, steps)` for paths that run with a {@link Kernel}. */
export const path = pathsFor<Kernel>();

/** Records the dense store makes room for; the runs store ignores them. */
export interface Capacities {
  readonly tasks: number;
  readonly inodes: number;
  readonly filePages: number;
  readonly mms: number;
  readonly addressPages: number;
  readonly vmas: number;
  readonly regions: number;
  readonly stackCells: number;
}

export interface KernelOptions<K extends Kernel> {
  readonly store: Store;
  readonly code: Code<K>;
  readonly costs: StepCosts;
  readonly capacities: Capacities;
  readonly release: Release;
  readonly filesystem: Filesystem;
  /** Blocks of the filesystem: physical pages 1 to `blocks`. */
  readonly blocks: number;
  /** Physical pages for private copies, after the blocks. */
  readonly anonPages: number;
  /** `page`: each page of a range is a step of its own. `run`: a run of like pages is one step. */
  readonly grain: 'page' | 'run';
  /** Page numbers stay below this: LLONG_MAX_PAGES, or what the store's numbers can hold. */
  readonly llong_max_pages: number;
  /** True: keep what only the durability invariant reads (committed block maps, promises). */
  readonly durability: boolean;
  /** The driver's mmu_interval_notifier_ops.invalidate, and what closing its device file does when a process exits. */
  readonly invalidate: Path<Kernel, InvalidateLocals> | null;
  readonly release_device: Path<Kernel, 'mm'>;
}

export type InvalidateLocals = 'region' | 'start' | 'end' | 'event' | 'seq';

/** Columns of an inode: `refs` counts open files and VMAs; `changing` operations that change its size. */
export const INODE = columns(
  'nlink',
  'refs',
  'size_page',
  'size_byte',
  'dirty',
  'changing',
  'committed_page',
  'committed_byte',
  'evicted',
  'found_busy',
);
export const MM = columns(
  'users',
  'tasks',
  'notifiers',
  'invalidate_seq',
  'active_invalidate_ranges',
  'pinned_vm',
  'exiting',
);
export const VMA = columns('used', 'mm', 'start', 'end', 'inode', 'pgoff', 'shared', 'writable', 'detached');
/** Columns of an interval notifier; its row is the region it belongs to. */
export const SUB = columns('state', 'mm', 'start', 'end', 'invalidate_seq');
export const SUB_NONE = 0;
export const SUB_IN_TREE = 1;
export const SUB_DEFERRED_INSERT = 2;
export const SUB_DEFERRED_REMOVE = 3;

/** Lock numbers: `index * LOCK_CLASSES + class`. */
export const LOCK_CLASSES = 6;
const LOCK_CLASS = columns(
  'i_rwsem',
  'invalidate_lock',
  'i_mmap_rwsem',
  'i_data_sem',
  'mmap_lock',
  'driver_lock',
);
export const LOCK_NAMES = [
  'i_rwsem',
  'invalidate_lock',
  'i_mmap_rwsem',
  'i_data_sem',
  'mmap_lock',
  'driver lock',
] as const;

export const i_rwsem = (inode: number): number => inode * LOCK_CLASSES + LOCK_CLASS.i_rwsem;
export const invalidate_lock = (inode: number): number => inode * LOCK_CLASSES + LOCK_CLASS.invalidate_lock;
export const i_mmap_rwsem = (inode: number): number => inode * LOCK_CLASSES + LOCK_CLASS.i_mmap_rwsem;
/** ext4 i_data_sem; XFS calls it the ILOCK. */
export const i_data_sem = (inode: number): number => inode * LOCK_CLASSES + LOCK_CLASS.i_data_sem;
export const mmap_lock = (mm: number): number => mm * LOCK_CLASSES + LOCK_CLASS.mmap_lock;
export const driver_lock = (region: number): number => region * LOCK_CLASSES + LOCK_CLASS.driver_lock;

/** What a task can sleep on besides a lock: `kind` of a wait key. */
export const WAIT = {
  /** a DAX entry lock: inode, page */
  entry: 1,
  /** a page's reference count: pfn */
  page_idle: 2,
  /** the end of invalidations of an mm: mm */
  invalidate_seq: 3,
  /** the transfers in flight of a region: region */
  drain: 4,
  /** the end of a region's job: region */
  job: 5,
  /** work for a device engine: device */
  work: 6,
  /** a fence that user space signals: region */
  fence: 7,
  /** freed blocks to commit */
  journal: 8,
} as const;

/** Inode 0 stands for the directory: it lends its i_rwsem to unlink and rename. */
export const DIRECTORY = 0;

export class Kernel {
  readonly m: Machine<Kernel, KernelEvent>;
  readonly rules: Rules;
  readonly fs: Filesystem;
  readonly options: KernelOptions<never>;
  readonly inodes: Table;
  readonly mms: Table;
  readonly vmas: Table;
  readonly subs: Table;
  /** Row 0: `freed` blocks that wait for a commit, VMAs ever used, pins taken and released. */
  readonly counters: Table;
  /** Per inode: block number * 4 + state. */
  readonly extents: PageMap;
  /** Per inode: DAX entries, pfn * 32 + flags. */
  readonly i_pages: PageMap;
  /** Per address space: page table entries, pfn * 16 + flags. */
  readonly ptes: PageMap;
  /** Per region: the struct page or hmm_pfns array a caller passes to GUP or HMM. */
  readonly pfns: PageMap;
  /** Row 0, per pfn: references beyond the idle count (a pin counts GUP_PIN_COUNTING_BIAS). */
  readonly refcount: PageMap;
  /** Row 0, per pfn: what the block allocator thinks of it. */
  readonly block_state: PageMap;
  /** Row 0, per pfn: page of the owning file + 1. */
  readonly block_index: PageMap;
  /** Row 0, per pfn: content as the CPU and devices see it, and as the medium has it. */
  readonly data: PageMap;
  readonly media: PageMap;
  /** Ghosts, read by invariants only. */
  readonly shadow: PageMap;
  readonly entry_owner: PageMap;
  readonly owed: PageMap;
  readonly promised: PageMap;
  readonly committed: PageMap;
  /** Events of the step that runs, in order; whoever drives the machine takes them. */
  readonly events: StampedEvent[] = [];
  /** The end of the offset space and of an address space. */
  readonly llong_max_pages: number;
  /** Inodes in use are 1 to this number. */
  inodeCount = 0;
  /** Called when an operation has returned to user space. */
  onReturn: (task: number, ret: number) => void = () => undefined;

  constructor(options: KernelOptions<never>) {
    const { store, capacities: cap } = options;
    this.options = options;
    this.rules = options.release.rules;
    this.fs = options.filesystem;
    this.llong_max_pages = options.llong_max_pages;
    const locks = Math.max(cap.inodes, cap.mms, cap.regions) * LOCK_CLASSES;
    this.m = new Machine<Kernel, KernelEvent>({
      store,
      code: options.code as unknown as Code<Kernel>,
      costs: options.costs,
      tasks: cap.tasks,
      locks,
      stackCells: cap.stackCells,
      onReturn: (task, ret) => {
        this.onReturn(task, ret);
      },
      onSleep: (task) => {
        const t = this.m.tasks;
        const [kind, a, b] = [
          t.get(task, TASK.wait_kind),
          t.get(task, TASK.wait_a),
          t.get(task, TASK.wait_b),
        ];
        this.emit({ type: 'sleep', task, kind, a, b });
      },
      onWake: (task) => {
        this.events.push({ time: this.m.clock.of(task), task, event: { type: 'wake', task } });
      },
      onEvent: (event) => {
        this.emit(event);
      },
    });
    const pfns = options.blocks + options.anonPages + 1;
    const table = (name: string, width: number, rows: number): Table => store.table({ name, width, rows });
    const map = (name: string, rows: number, pages: number, step: number): PageMap =>
      store.pageMap({ name, rows, pages, step });
    this.inodes = table('inode', Object.keys(INODE).length, cap.inodes);
    this.mms = table('mm', Object.keys(MM).length, cap.mms);
    this.vmas = table('vma', Object.keys(VMA).length, cap.vmas);
    this.subs = table('interval_sub', Object.keys(SUB).length, cap.regions);
    this.counters = table('counters', 8, 1);
    this.extents = map('extents', cap.inodes, cap.filePages, 4);
    this.i_pages = map('i_pages', cap.inodes, cap.filePages, 32);
    this.ptes = map('pte', cap.mms, cap.addressPages, 16);
    this.pfns = map('pfns', cap.regions, cap.addressPages, 16);
    this.refcount = map('refcount', 1, pfns, 0);
    this.block_state = map('block_state', 1, pfns, 0);
    this.block_index = map('block_index', 1, pfns, 1);
    this.data = map('data', 1, pfns, 0);
    this.media = map('media', 1, pfns, 0);
    this.shadow = map('shadow', cap.inodes, cap.filePages, 0);
    this.entry_owner = map('entry_owner', cap.inodes, cap.filePages, 0);
    this.owed = map('owed', 1, pfns, 0);
    this.promised = map('promised', cap.inodes, cap.filePages, 0);
    this.committed = map('committed', cap.inodes, cap.filePages, 4);
  }

  /** Number of the task whose step is running. */
  get current(): number {
    return this.m.current;
  }

  /** Return value of the last path the current task called. */
  get ret(): number {
    return this.m.ret;
  }

  spend(cost: string, units = 1): void {
    this.m.spend(cost, units);
  }

  emit(event: KernelEvent): void {
    this.events.push({ time: this.m.clock.of(this.m.current), task: this.m.current, event });
  }

  /** How far one step may go from `page`: the whole run, or one page. */
  grainEnd(page: number, runEnd: number): number {
    return this.options.grain === 'page' ? Math.min(page + 1, runEnd) : runEnd;
  }
}

/** Columns of the counters row. */
export const COUNTER = columns('freed', 'vmas', 'regions', 'pins_acquired', 'pins_released', 'fsync_slots');

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
import { CONTENT } from './fs/content_columns.ts';
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
  /** Physical pages for the page cache, after those; 0 for a filesystem on DAX. */
  readonly cachePages: number;
  /** Pages that one PMD maps: 512 (2 MiB of 4 KiB pages), or a small power of two where runs are small. */
  readonly pmd_pages: number;
  /** `page`: each page of a range is a step of its own. `run`: a run of like pages is one step. */
  readonly grain: 'page' | 'run';
  /** Page numbers stay below this: LLONG_MAX_PAGES, or what the store's numbers can hold. */
  readonly llong_max_pages: number;
  /** True: keep what only the durability invariant reads (committed block maps, promises). */
  readonly durability: boolean;
  /** The driver's mmu_interval_notifier_ops.invalidate, and what closing its device file does when a process exits. */
  readonly invalidate: Path<Kernel, InvalidateLocals> | null;
  readonly release_device: Path<Kernel, 'mm'>;
  /** The driver's struct mmu_notifier_ops, if it subscribes to whole address spaces. */
  readonly notifier_ops: NotifierOps<Kernel> | null;
}

export type InvalidateLocals = 'region' | 'start' | 'end' | 'event' | 'seq';
export type RangeLocals = 'mm' | 'start' | 'end' | 'event';

/** struct mmu_notifier_ops: what a subscriber of a whole address space is called for (K112). */
export interface NotifierOps<K> {
  readonly release: Path<K, 'mm'>;
  readonly invalidate_range_start: Path<K, RangeLocals>;
  /** Runs in the step that ends the invalidation: it must not sleep. */
  readonly invalidate_range_end: (k: K, mm: number, start: number, end: number) => void;
}

/**
 * Columns of an inode: `refs` counts open files and VMAs; `changing` operations that change its size; `remapping` is
 * XFS_IREMAPPING.
 */
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
  'remapping',
);
/**
 * Columns of an address space: `users` is mm_users, `count` what is in mm_count beyond the one that all users hold together,
 * `torn_down` is 1 once that one is dropped; `notifiers` is 1 once there is a struct mmu_notifier_subscriptions, `has_itree` as
 * in it; `memlock` is RLIMIT_MEMLOCK in pages + 1, 0 for a process with CAP_IPC_LOCK.
 */
export const MM = columns(
  'users',
  'tasks',
  'notifiers',
  'invalidate_seq',
  'active_invalidate_ranges',
  'pinned_vm',
  'exiting',
  'write_protect_seq',
  'count',
  'torn_down',
  'has_itree',
  'locked_vm',
  'memlock',
);
/**
 * Columns of a VMA: `sync` is VM_SYNC, `readable` and `writable` VM_READ and VM_WRITE, `dontcopy` VM_DONTCOPY, `softdirty`
 * VM_SOFTDIRTY; `anon_vma` is 1 once it may hold private copies, `inherited` when fork made it.
 */
export const VMA = columns(
  'used',
  'mm',
  'start',
  'end',
  'inode',
  'pgoff',
  'shared',
  'writable',
  'detached',
  'sync',
  'readable',
  'dontcopy',
  'softdirty',
  'anon_vma',
  'inherited',
);
/**
 * Columns of the one super block: `frozen` is s_writers.frozen, `writers` and `faults` count who is inside
 * sb_start_write() and sb_start_pagefault(), `freezer` is the task in freeze_super() + 1. Ghost: `passed_over` is 1
 * when the write-back of the freeze left a locked entry out.
 */
export const SB = columns('frozen', 'writers', 'faults', 'freezer', 'passed_over');
/** Columns of an interval notifier; its row is the region it belongs to. */
export const SUB = columns('state', 'mm', 'start', 'end', 'invalidate_seq');
export const SUB_NONE = 0;
export const SUB_IN_TREE = 1;
export const SUB_DEFERRED_INSERT = 2;
export const SUB_DEFERRED_REMOVE = 3;

/**
 * Columns of the driver's one struct mmu_notifier of an address space, whose number is the row: `hooked` is 1 while it is in the
 * list, `running` counts calls of its start and release that have not returned (SRCU readers that saw it).
 */
export const NOTIFIER = columns('hooked', 'users', 'running');

/** Lock numbers: `index * LOCK_CLASSES + class`. */
export const LOCK_CLASSES = 7;
const LOCK_CLASS = columns(
  'i_rwsem',
  'invalidate_lock',
  'i_mmap_rwsem',
  'i_data_sem',
  'mmap_lock',
  'driver_lock',
  's_umount',
);
export const LOCK_NAMES = [
  'i_rwsem',
  'invalidate_lock',
  'i_mmap_rwsem',
  'i_data_sem',
  'mmap_lock',
  'driver lock',
  's_umount',
] as const;

export const i_rwsem = (inode: number): number => inode * LOCK_CLASSES + LOCK_CLASS.i_rwsem;
export const invalidate_lock = (inode: number): number => inode * LOCK_CLASSES + LOCK_CLASS.invalidate_lock;
export const i_mmap_rwsem = (inode: number): number => inode * LOCK_CLASSES + LOCK_CLASS.i_mmap_rwsem;
/** ext4 i_data_sem; XFS calls it the ILOCK. */
export const i_data_sem = (inode: number): number => inode * LOCK_CLASSES + LOCK_CLASS.i_data_sem;
export const mmap_lock = (mm: number): number => mm * LOCK_CLASSES + LOCK_CLASS.mmap_lock;
export const driver_lock = (region: number): number => region * LOCK_CLASSES + LOCK_CLASS.driver_lock;
/** Of the one super block. */
export const s_umount = LOCK_CLASS.s_umount;

/** What a task can sleep on besides a lock: `kind` of a wait key. */
export const WAIT = {
  /** the lock of a DAX entry or of a folio: inode, first page */
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
  /** a frozen filesystem to be thawed: level of s_writers */
  thaw: 9,
  /** writers that a freeze waits for: level of s_writers */
  writers: 10,
  /** callbacks of a list subscription that have not returned: mm */
  srcu: 11,
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
  readonly notifiers: Table;
  /** Row 0: the super block. */
  readonly sb: Table;
  /** Row 0: `freed` blocks that wait for a commit, VMAs ever used, pins taken and released. */
  readonly counters: Table;
  /** Per inode: block number * 4 + state. */
  readonly extents: PageMap;
  /** Per inode: DAX entries, or folios of the page cache: pfn * 1024 + flags. */
  readonly i_pages: PageMap;
  /** Per address space: page table entries, pfn * 128 + flags. */
  readonly ptes: PageMap;
  /** Per address space, per PMD (address / pmd_pages): 1 where a page table hangs below it. */
  readonly page_tables: PageMap;
  /** Row 0, per pfn: 1 for an anonymous page that one address space alone maps (PageAnonExclusive). */
  readonly anon_exclusive: PageMap;
  /** Per address space, per inode: descriptors its process has open. */
  readonly descriptors: PageMap;
  /** Per region: the struct page or hmm_pfns array a caller passes to GUP or HMM. */
  readonly pfns: PageMap;
  /** Row 0, per pfn: references beyond the idle count (a pin counts GUP_PIN_COUNTING_BIAS). */
  readonly refcount: PageMap;
  /** Row 0, per pfn: what the block allocator thinks of it; of a page of the page cache its folio->mapping. */
  readonly block_state: PageMap;
  /** Row 0, per pfn: page of the owning file + 1, in the page cache too (folio->index). */
  readonly block_index: PageMap;
  /** Row 0, per pfn: how many pages of files it belongs to beyond the first (XFS refcount btree). */
  readonly block_shares: PageMap;
  /** Per inode: new blocks for pages that are being copied (XFS CoW fork), encoded as `extents`. */
  readonly cow_fork: PageMap;
  /** Row 0, per pfn: 1 for a block that the medium cannot read (badblocks, PageHWPoison). */
  readonly poison: PageMap;
  /** Row 0, per pfn: content as the CPU and devices see it, and as the medium has it. */
  readonly data: PageMap;
  readonly media: PageMap;
  /** Ghosts, read by invariants only. */
  readonly shadow: PageMap;
  /** Per task: what its call does to the content of a file. */
  readonly content_changes: Table;
  /** Per address space: content + 1 that a private copy should show, 0 where the process has none. */
  readonly private_shadow: PageMap;
  readonly entry_owner: PageMap;
  readonly owed: PageMap;
  readonly promised: PageMap;
  readonly committed: PageMap;
  readonly sync_written: PageMap;
  readonly unclaimed: PageMap;
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
    const pfns = options.blocks + options.anonPages + options.cachePages + 1;
    const table = (name: string, width: number, rows: number): Table => store.table({ name, width, rows });
    const map = (name: string, rows: number, pages: number, step: number): PageMap =>
      store.pageMap({ name, rows, pages, step });
    this.inodes = table('inode', Object.keys(INODE).length, cap.inodes);
    this.mms = table('mm', Object.keys(MM).length, cap.mms);
    this.vmas = table('vma', Object.keys(VMA).length, cap.vmas);
    this.subs = table('interval_sub', Object.keys(SUB).length, cap.regions);
    this.notifiers = table('mmu_notifier', Object.keys(NOTIFIER).length, cap.mms);
    this.sb = table('super_block', Object.keys(SB).length, 1);
    this.counters = table('counters', 8, 1);
    this.content_changes = table('content_change', Object.keys(CONTENT).length, cap.tasks);
    this.extents = map('extents', cap.inodes, cap.filePages, 4);
    this.i_pages = map('i_pages', cap.inodes, cap.filePages, 1024);
    this.ptes = map('pte', cap.mms, cap.addressPages, 128);
    this.page_tables = map('page_table', cap.mms, cap.addressPages, 0);
    this.anon_exclusive = map('anon_exclusive', 1, pfns, 0);
    this.descriptors = map('descriptors', cap.mms, cap.inodes, 0);
    this.pfns = map('pfns', cap.regions, cap.addressPages, 128);
    this.refcount = map('refcount', 1, pfns, 0);
    this.block_state = map('block_state', 1, pfns, 0);
    this.block_index = map('block_index', 1, pfns, 1);
    this.block_shares = map('block_shares', 1, pfns, 0);
    this.cow_fork = map('cow_fork', cap.inodes, cap.filePages, 4);
    this.poison = map('poison', 1, pfns, 0);
    this.data = map('data', 1, pfns, 0);
    this.media = map('media', 1, pfns, 0);
    this.shadow = map('shadow', cap.inodes, cap.filePages, 0);
    this.private_shadow = map('private_shadow', cap.mms, cap.addressPages, 0);
    this.entry_owner = map('entry_owner', cap.inodes, cap.filePages, 0);
    this.owed = map('owed', 1, pfns, 0);
    this.promised = map('promised', cap.inodes, cap.filePages, 0);
    this.committed = map('committed', cap.inodes, cap.filePages, 4);
    this.unclaimed = map('unclaimed', 1, pfns, 0);
    this.sync_written = map('sync_written', cap.inodes, cap.filePages, 0);
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
export const COUNTER = columns(
  'freed',
  'vmas',
  'regions',
  'pins_acquired',
  'pins_released',
  'fsync_slots',
  'gets_held',
  'user_locked_vm',
);

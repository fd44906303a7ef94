/**
 * The protocol of looping_protocol.ts as one table of labelled steps on cells: what a step does, and which is next.
 *
 * Search, visited set, graph of transitions, store with undo and fingerprints are the project's own, as `explore` uses them. The
 * machine is not in it: no frames, no calls and no instructions between two labels. A step here is all that the
 * machine does from one label to the next, so that there are as many states and transitions as there (and as in looping_protocol.pml).
 */
import { columns, DenseStore, type Model } from '../../src/index.ts';
import { checkSize, type ProtocolSize } from './looping_protocol.ts';
import { TABLE_TASKS_MAX, TableLocks } from './table_locks.ts';

/** The labels; a task's cell holds the one its next step begins at. */
const AT = columns(
  'over',
  'i_rwsem',
  'invalidate_lock',
  'break_layouts',
  'invalidate_range_start',
  'mirror_lock',
  'driver_invalidate',
  'zap_ptes',
  'invalidate_range_end',
  'layout_busy_page',
  'invalidate_relock',
  'retry_layouts',
  'i_size_write',
  'free_blocks',
  'long_pin',
  'gup_fast',
  'fault_lock',
  'pin_fault',
  'unpin_user_page',
  'translate',
  'mmu_interval_read_begin',
  'woken',
  'mirror_fault_lock',
  'mirror_fault',
  'driver_lock',
  'mmu_interval_read_retry',
);
type Label = keyof typeof AT;

const I_RWSEM = 0;
const INVALIDATE_LOCK = 1;
const driverLock = (mirror: number): number => 2 + mirror;

/** No page is pinned. */
const NONE = -1;

/** A set of pages is a number: page p is bit p. */
const below = (page: number): number => (1 << page) - 1;

/** What each task does, and first cells of its tables; all but the store is fixed. */
interface Protocol {
  readonly store: DenseStore;
  readonly locks: TableLocks;
  readonly size: ProtocolSize;
  readonly cells: Cells;
}

type Cells = ReturnType<typeof cellsOf>;

/** Declares every table of the state. */
function cellsOf(store: DenseStore, { pages, mirrors }: ProtocolSize, tasks: number) {
  const cell = (name: string, rows = 1): number => {
    store.table({ name, width: 1, rows });
    return store.firstCellOf(name);
  };
  const lockCount = driverLock(mirrors);
  return {
    awake: cell('awake'),
    /** By task: the label of its next step. */
    at: cell('at', tasks),
    /** By task: page of a pin or device; busy page of a truncate. */
    page: cell('page', tasks),
    /** By task: mirrors that a truncate has told of its invalidation. */
    told: cell('told', tasks),
    /** By task: 1 when a truncate unmaps what it cuts off, 0 when it unmaps all to look for pins. */
    cuts: cell('cuts', tasks),
    size: cell('size'),
    invalidating: cell('invalidating'),
    /** Pages whose block is not freed; pages that the CPU has mapped. */
    block: cell('block'),
    pte: cell('pte'),
    refs: cell('refs', pages),
    /** By mirror: an invalidation came since the last look-up began; pages that the device has mapped. */
    hit: cell('hit', mirrors),
    mapped: cell('mapped', mirrors),
    locks: cell('locks', lockCount),
    lines: cell('lines', lockCount + 1 + pages),
    /** Lines without a lock: of `lines`, not of the store. */
    invalidateEnd: lockCount,
    pageIdle: lockCount + 1,
  };
}

const mirrorOf = ({ size }: Protocol, task: number): number =>
  task - size.truncates - size.longPins - size.shortPins;
/** Each truncate cuts the file by one page more than the one before. */
const newSize = ({ size }: Protocol, task: number): number => size.pages - 1 - task;

function nextPage({ store, cells, size }: Protocol, task: number): void {
  const page = store.read(cells.page + task) + 1;
  store.write(cells.page + task, page === size.pages ? 0 : page);
}

/** A CPU fault, if the page lies within the file; whether it does. */
function mapPage({ store, cells, locks }: Protocol, page: number): boolean {
  const isWithin = page < store.read(cells.size);
  if (isWithin) store.write(cells.pte, store.read(cells.pte) | (1 << page));
  locks.up(INVALIDATE_LOCK);
  return isWithin;
}

function busyPage({ store, cells, size }: Protocol): number {
  for (let page = 0; page < size.pages; page++) if (store.read(cells.refs + page) > 0) return page;
  return NONE;
}

/** First page that a truncate's unmapping reaches. */
const unmapsFrom = (k: Protocol, task: number): number =>
  k.store.read(k.cells.cuts + task) === 1 ? newSize(k, task) : 0;

function gupFast({ store, cells, locks, size }: Protocol, task: number): number {
  const page = store.read(cells.page + task);
  if (((store.read(cells.pte) >> page) & 1) === 0) return AT.fault_lock;
  store.write(cells.refs + page, store.read(cells.refs + page) + 1);
  if (task >= size.truncates + size.longPins) return AT.unpin_user_page;
  locks.end(task);
  return AT.over;
}

/** A step of `task`; gives the label that its next one begins at. */
type Step = (k: Protocol, task: number) => number;

const TRUNCATE = {
  i_rwsem({ locks }, task) {
    locks.down(task, I_RWSEM, true);
    return AT.invalidate_lock;
  },
  invalidate_lock({ locks }, task) {
    locks.down(task, INVALIDATE_LOCK, true);
    return AT.break_layouts;
  },
  break_layouts: () => AT.invalidate_range_start,
  layout_busy_page(k, task) {
    const busy = busyPage(k);
    k.store.write(k.cells.page + task, busy);
    if (busy === NONE) return AT.i_size_write;
    k.locks.up(INVALIDATE_LOCK);
    k.locks.sleep(task, k.cells.pageIdle + busy);
    return AT.invalidate_relock;
  },
  invalidate_relock({ locks }, task) {
    locks.down(task, INVALIDATE_LOCK, true);
    return AT.retry_layouts;
  },
  retry_layouts: () => AT.invalidate_range_start,
  i_size_write(k, task) {
    const { store, cells } = k;
    store.write(cells.size, Math.min(newSize(k, task), store.read(cells.size)));
    store.write(cells.cuts + task, 1);
    return AT.invalidate_range_start;
  },
  free_blocks(k, task) {
    const { store, cells, locks } = k;
    store.write(cells.block, store.read(cells.block) & below(newSize(k, task)));
    store.write(cells.cuts + task, 0);
    store.write(cells.page + task, 0);
    locks.up(INVALIDATE_LOCK);
    locks.up(I_RWSEM);
    locks.end(task);
    return AT.over;
  },
} satisfies Partial<Record<Label, Step>>;

const UNMAP = {
  invalidate_range_start({ store, cells }) {
    store.write(cells.invalidating, store.read(cells.invalidating) + 1);
    return AT.mirror_lock;
  },
  mirror_lock({ store, cells, locks }, task) {
    locks.down(task, driverLock(store.read(cells.told + task)), true);
    return AT.driver_invalidate;
  },
  driver_invalidate(k, task) {
    const { store, cells, locks, size } = k;
    const mirror = store.read(cells.told + task);
    store.write(cells.hit + mirror, 1);
    store.write(cells.mapped + mirror, store.read(cells.mapped + mirror) & below(unmapsFrom(k, task)));
    locks.up(driverLock(mirror));
    store.write(cells.told + task, mirror + 1);
    return mirror + 1 === size.mirrors ? AT.zap_ptes : AT.mirror_lock;
  },
  zap_ptes(k, task) {
    const { store, cells } = k;
    store.write(cells.pte, store.read(cells.pte) & below(unmapsFrom(k, task)));
    return AT.invalidate_range_end;
  },
  invalidate_range_end({ store, cells, locks }, task) {
    store.write(cells.invalidating, store.read(cells.invalidating) - 1);
    store.write(cells.told + task, 0);
    locks.wakeAll(cells.invalidateEnd);
    return store.read(cells.cuts + task) === 1 ? AT.free_blocks : AT.layout_busy_page;
  },
} satisfies Partial<Record<Label, Step>>;

const PIN = {
  long_pin: gupFast,
  gup_fast: gupFast,
  fault_lock({ locks }, task) {
    locks.down(task, INVALIDATE_LOCK, false);
    return AT.pin_fault;
  },
  pin_fault(k, task) {
    mapPage(k, k.store.read(k.cells.page + task));
    return AT.gup_fast;
  },
  unpin_user_page({ store, cells, locks }, task) {
    const page = store.read(cells.page + task);
    const left = store.read(cells.refs + page) - 1;
    store.write(cells.refs + page, left);
    if (left === 0) locks.wakeAll(cells.pageIdle + page);
    return AT.gup_fast;
  },
} satisfies Partial<Record<Label, Step>>;

const DEVICE = {
  translate(k, task) {
    const { store, cells } = k;
    const page = store.read(cells.page + task);
    if (((store.read(cells.mapped + mirrorOf(k, task)) >> page) & 1) === 0) return AT.mmu_interval_read_begin;
    nextPage(k, task);
    return AT.translate;
  },
  mmu_interval_read_begin(k, task) {
    const { store, cells, locks } = k;
    store.write(cells.hit + mirrorOf(k, task), 0);
    if (store.read(cells.invalidating) === 0) return AT.mirror_fault_lock;
    locks.sleep(task, cells.invalidateEnd);
    return AT.woken;
  },
  woken: () => AT.mmu_interval_read_begin,
  mirror_fault_lock({ locks }, task) {
    locks.down(task, INVALIDATE_LOCK, false);
    return AT.mirror_fault;
  },
  mirror_fault(k, task) {
    if (mapPage(k, k.store.read(k.cells.page + task))) return AT.driver_lock;
    nextPage(k, task);
    return AT.translate;
  },
  driver_lock(k, task) {
    k.locks.down(task, driverLock(mirrorOf(k, task)), true);
    return AT.mmu_interval_read_retry;
  },
  mmu_interval_read_retry(k, task) {
    const { store, cells, locks } = k;
    const mirror = mirrorOf(k, task);
    if (store.read(cells.hit + mirror) === 0) {
      const page = store.read(cells.page + task);
      store.write(cells.mapped + mirror, store.read(cells.mapped + mirror) | (1 << page));
    }
    locks.up(driverLock(mirror));
    return AT.translate;
  },
} satisfies Partial<Record<Label, Step>>;

const STEPS: Readonly<Record<Label, Step>> = {
  over: () => {
    throw new Error('a task steps that has ended');
  },
  ...TRUNCATE,
  ...UNMAP,
  ...PIN,
  ...DEVICE,
};

/** A planted fault: the device installs its page whether an invalidation came meanwhile or not. */
export const NO_RETRY: Partial<Record<Label, Step>> = {
  mmu_interval_read_retry(k, task) {
    k.store.write(k.cells.hit + mirrorOf(k, task), 0);
    return DEVICE.mmu_interval_read_retry(k, task);
  },
};

/**
 * The protocol in its first state: truncates, then long pins, short pins and devices. `faults` stand in the place of the steps
 * that they name. Throws for a size that makes no sense, or that has no room in the table's cells.
 */
export function tableProtocol(size: ProtocolSize, faults: Partial<Record<Label, Step>> = {}): Model {
  checkSize(size);
  const tasks = size.truncates + size.longPins + size.shortPins + size.mirrors;
  if (tasks > TABLE_TASKS_MAX) throw new RangeError(`${tasks} tasks: there is room for ${TABLE_TASKS_MAX}`);
  const store = new DenseStore({ fingerprints: true });
  const cells = cellsOf(store, size, tasks);
  store.seal();
  store.write(cells.awake, (1 << tasks) - 1);
  store.write(cells.size, size.pages);
  store.write(cells.block, below(size.pages));
  const k: Protocol = { store, cells, size, locks: new TableLocks(store, cells) };
  for (let task = 0; task < tasks; task++) beginTask(k, task);
  const steps = { ...STEPS, ...faults };
  return new TableModel(
    k,
    tasks,
    (Object.keys(AT) as Label[]).map((label) => steps[label]),
  );
}

function beginTask({ store, cells, size }: Protocol, task: number): void {
  const pin = task - size.truncates;
  const shortPin = pin - size.longPins;
  if (pin < 0) store.write(cells.at + task, AT.i_rwsem);
  else if (shortPin < 0) {
    store.write(cells.at + task, AT.long_pin);
    store.write(cells.page + task, pin % size.pages);
  } else if (shortPin < size.shortPins) {
    store.write(cells.at + task, AT.gup_fast);
    store.write(cells.page + task, shortPin % size.pages);
  } else store.write(cells.at + task, AT.translate);
}

class TableModel implements Model {
  readonly store: DenseStore;
  readonly tasks: number;
  readonly found = new Map<string, string>();
  private readonly k: Protocol;
  /** By the number of their label. */
  private readonly steps: readonly Step[];

  constructor(k: Protocol, tasks: number, steps: readonly Step[]) {
    this.k = k;
    this.steps = steps;
    this.store = k.store;
    this.tasks = tasks;
  }

  enabled(): number {
    return this.store.read(this.k.cells.awake);
  }

  /** Truncates and long pins that have not begun. */
  voluntary(): number {
    const { cells, size } = this.k;
    let tasks = 0;
    for (let task = 0; task < size.truncates + size.longPins; task++) {
      const at = this.store.read(cells.at + task);
      if (at === AT.i_rwsem || at === AT.long_pin) tasks |= 1 << task;
    }
    return tasks;
  }

  step(task: number): void {
    const { store, k } = this;
    const at = k.cells.at + task;
    store.write(at, (this.steps[store.read(at)] as Step)(k, task));
  }

  unfinished(): number {
    const { cells, size } = this.k;
    let tasks = 0;
    for (let task = 0; task < size.truncates; task++) {
      const at = this.store.read(cells.at + task);
      if (at !== AT.i_rwsem && at !== AT.over) tasks |= 1 << task;
    }
    return tasks;
  }

  /** The invariant in full: no block is freed that a pin or a device uses. */
  look(): void {
    const { k, store } = this;
    const { cells, size } = k;
    const block = store.read(cells.block);
    for (let page = 0; page < size.pages; page++)
      if (((block >> page) & 1) === 0 && store.read(cells.refs + page) > 0)
        this.found.set('no_use_after_free', 'a pinned block is free');
    for (let mirror = 0; mirror < size.mirrors; mirror++)
      if ((store.read(cells.mapped + mirror) & ~block) !== 0)
        this.found.set('no_use_after_free', 'a device uses a block that is free');
  }
}

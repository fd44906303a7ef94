/**
 * A protocol of a few tables that never stops: devices that mirror the pages of one file and fault again and again, users that pin a page
 * for a moment again and again, users that pin one and never let go, and truncates that wait until no page is pinned.
 *
 * Written on the project's machine, which knows nothing of it, for the project's search, which knows nothing of it either. Where the
 * kernel counts a sequence up, each mirror has one bit here: an invalidation sets it, and who begins to look a page up clears it.
 * So the states are finite, and the same can be written down for any other model checker.
 */
import { columns, compile, DenseStore, Machine, type Model, pathsFor, type Table } from '../../src/index.ts';

export interface ProtocolSize {
  readonly pages: number;
  readonly mirrors: number;
  readonly shortPins: number;
  readonly longPins: number;
  /** Each cuts the file by one page more than the one before. */
  readonly truncates: number;
}

/** Throws a RangeError where there is nothing to mirror, or nothing left to cut off. */
export function checkSize({ pages, mirrors, truncates }: ProtocolSize): void {
  if (pages < 1 || pages > 4) throw new RangeError(`${pages} pages: 1 to 4`);
  if (mirrors < 1) throw new RangeError('the protocol needs a mirror');
  if (truncates > pages) throw new RangeError(`${truncates} truncates of ${pages} pages: one each at most`);
}

const GLOBAL = columns('size', 'invalidating');
const PAGE = columns('block', 'pte', 'refs');
/** `hit`: an invalidation came since the last look-up began; then one column for each page that the device has mapped. */
const MIRROR = columns('hit', 'page_0');
/** `begun`: the truncate or long pin has begun. */
const TASK_COLUMNS = columns('begun');

const I_RWSEM = 0;
const INVALIDATE_LOCK = 1;
const driverLock = (mirror: number): number => 2 + mirror;

const PAGE_IDLE = 1;
const INVALIDATE_END = 2;
const NONE = -1;

interface Protocol {
  readonly m: Machine<Protocol, never>;
  readonly globals: Table;
  readonly pages: Table;
  readonly mirrors: Table;
  readonly tasks: Table;
  readonly size: ProtocolSize;
  /** A block is used after it was freed. */
  damage(text: string): void;
}

const path = pathsFor<Protocol>();

const fileSize = (k: Protocol): number => k.globals.get(0, GLOBAL.size);
const deviceHas = (k: Protocol, mirror: number, page: number): boolean =>
  k.mirrors.get(mirror, MIRROR.page_0 + page) === 1;

function mapPage(k: Protocol, page: number): void {
  if (page < fileSize(k)) k.pages.set(page, PAGE.pte, 1);
}

function translate(k: Protocol, mirror: number, page: number): void {
  if (deviceHas(k, mirror, page) && k.pages.get(page, PAGE.block) === 0)
    k.damage('a device uses a block that was freed');
}

/** One access after the other, to each page in turn. */
const device = path('device', ['mirror', 'page'], (s) => [
  s.mark('next'),
  s.label('translate', '', (k, f) => {
    translate(k, f.mirror, f.page);
  }),
  s.branch('not mapped', (k, f) => !deviceHas(k, f.mirror, f.page), 'fault'),
  s.act('next page', (k, f) => {
    f.page = (f.page + 1) % k.size.pages;
  }),
  s.jump('next'),
  s.mark('fault'),
  s.label('mmu_interval_read_begin', '', (k, f) => {
    k.mirrors.set(f.mirror, MIRROR.hit, 0);
  }),
  s.branch('no invalidation', (k) => k.globals.get(0, GLOBAL.invalidating) === 0, 'begun'),
  s.sleep('invalidate_end', 'TASK_UNINTERRUPTIBLE', () => ({ kind: INVALIDATE_END, a: 0, b: 0 })),
  s.label('woken', ''),
  s.jump('fault'),
  s.mark('begun'),
  s.down_read('invalidate_lock', () => INVALIDATE_LOCK),
  s.label('handle_mm_fault', '', (k, f) => {
    mapPage(k, f.page);
  }),
  s.up('fault_done', () => INVALIDATE_LOCK),
  s.branch('within the file', (k, f) => f.page < fileSize(k), 'install'),
  s.act('next page after SIGBUS', (k, f) => {
    f.page = (f.page + 1) % k.size.pages;
  }),
  s.jump('next'),
  s.mark('install'),
  s.down_write('driver_lock', (_k, f) => driverLock(f.mirror)),
  s.label('mmu_interval_read_retry', '', (k, f) => {
    if (k.mirrors.get(f.mirror, MIRROR.hit) === 0) k.mirrors.set(f.mirror, MIRROR.page_0 + f.page, 1);
  }),
  s.up('driver_unlock', (_k, f) => driverLock(f.mirror)),
  s.jump('next'),
]);

/** Takes a reference to the page; a short pin lets go and comes again, a long one never lets go. */
const pin = (name: string, long: boolean) =>
  path(name, ['page'], (s) => [
    s.mark('again'),
    s.label('gup_fast', '', (k, f) => {
      if (k.pages.get(f.page, PAGE.pte) === 1)
        k.pages.set(f.page, PAGE.refs, k.pages.get(f.page, PAGE.refs) + 1);
      f.page = k.pages.get(f.page, PAGE.pte) === 1 ? f.page : ~f.page;
    }),
    s.branch('was mapped', (_k, f) => f.page >= 0, 'pinned'),
    s.act('slow', (_k, f) => {
      f.page = ~f.page;
    }),
    s.down_read('invalidate_lock', () => INVALIDATE_LOCK),
    s.label('handle_mm_fault', '', (k, f) => {
      mapPage(k, f.page);
    }),
    s.up('fault_done', () => INVALIDATE_LOCK),
    s.jump('again'),
    s.mark('pinned'),
    ...(long
      ? [s.ret()]
      : [
          s.label('unpin_user_page', '', (k, f) => {
            k.pages.set(f.page, PAGE.refs, k.pages.get(f.page, PAGE.refs) - 1);
            if (k.pages.get(f.page, PAGE.refs) === 0) k.m.queues.wakeAll(PAGE_IDLE, f.page, 0);
          }),
          s.jump('again'),
        ]),
  ]);

const shortPin = pin('short_pin', false);
const longPin = pin('long_pin', true);

const unmap = path('unmap_mapping_range', ['from', 'mirror'], (s) => [
  s.label('invalidate_range_start', '', (k, f) => {
    k.globals.set(0, GLOBAL.invalidating, k.globals.get(0, GLOBAL.invalidating) + 1);
    f.mirror = 0;
  }),
  s.mark('callback'),
  s.branch('all told', (k, f) => f.mirror === k.size.mirrors, 'told'),
  s.down_write('driver_lock', (_k, f) => driverLock(f.mirror)),
  s.label('driver_invalidate', '', (k, f) => {
    k.mirrors.set(f.mirror, MIRROR.hit, 1);
    for (let page = f.from; page < k.size.pages; page++) k.mirrors.set(f.mirror, MIRROR.page_0 + page, 0);
  }),
  s.up('driver_unlock', (_k, f) => driverLock(f.mirror)),
  s.act('next mirror', (_k, f) => {
    f.mirror++;
  }),
  s.jump('callback'),
  s.mark('told'),
  s.label('zap_ptes', '', (k, f) => {
    for (let page = f.from; page < k.size.pages; page++) k.pages.set(page, PAGE.pte, 0);
  }),
  s.label('invalidate_range_end', '', (k) => {
    k.globals.set(0, GLOBAL.invalidating, k.globals.get(0, GLOBAL.invalidating) - 1);
    k.m.queues.wakeAll(INVALIDATE_END, 0, 0);
  }),
  s.ret(),
]);

function busyPage(k: Protocol, from: number): number {
  for (let page = from; page < k.size.pages; page++) if (k.pages.get(page, PAGE.refs) > 0) return page;
  return NONE;
}

function freeBlocks(k: Protocol, from: number): void {
  for (let page = from; page < k.size.pages; page++) {
    if (k.pages.get(page, PAGE.refs) > 0) k.damage('a pinned block was freed');
    k.pages.set(page, PAGE.block, 0);
  }
}

const truncate = path('truncate', ['size', 'busy'], (s) => [
  s.down_write('i_rwsem', () => I_RWSEM),
  s.down_write('invalidate_lock', () => INVALIDATE_LOCK),
  s.label('break_layouts', ''),
  s.mark('again'),
  s.call(unmap, (_k, _f, callee) => {
    callee.from = 0;
  }),
  s.label('layout_busy_page', '', (k, f) => {
    f.busy = busyPage(k, 0);
  }),
  s.branch('idle', (_k, f) => f.busy === NONE, 'idle'),
  s.up('invalidate_unlock', () => INVALIDATE_LOCK),
  s.sleep('page_idle', 'TASK_UNINTERRUPTIBLE', (_k, f) => ({ kind: PAGE_IDLE, a: f.busy, b: 0 })),
  s.down_write('invalidate_relock', () => INVALIDATE_LOCK),
  s.label('retry_layouts', ''),
  s.jump('again'),
  s.mark('idle'),
  s.label('i_size_write', '', (k, f) => {
    k.globals.set(0, GLOBAL.size, Math.min(f.size, fileSize(k)));
  }),
  s.call(
    unmap,
    (_k, f, callee) => {
      callee.from = f.size;
    },
    'truncate_pagecache',
  ),
  s.label('free_blocks', '', (k, f) => {
    freeBlocks(k, f.size);
  }),
  s.up('invalidate_done', () => INVALIDATE_LOCK),
  s.up('i_rwsem_done', () => I_RWSEM),
  s.ret(),
]);

/** The protocol in its first state, as the search takes it: truncates, then long pins, short pins and devices. */
export function loopingProtocol(size: ProtocolSize): Model {
  checkSize(size);
  const { pages, mirrors, shortPins, longPins, truncates } = size;
  const tasks = truncates + longPins + shortPins + mirrors;
  const store = new DenseStore({ fingerprints: true });
  const found = new Map<string, string>();
  const m = new Machine<Protocol, never>({
    store,
    code: compile([truncate, device, shortPin, longPin]),
    costs: { step: 0, lock: 0, context_switch: 0 },
    tasks,
    locks: driverLock(mirrors),
    stackCells: 9,
    onReturn: () => undefined,
    onSleep: () => undefined,
    onWake: () => undefined,
    onEvent: () => undefined,
  });
  const k: Protocol = {
    m,
    size,
    globals: store.table({ name: 'globals', width: 2, rows: 1 }),
    pages: store.table({ name: 'pages', width: 3, rows: pages }),
    mirrors: store.table({ name: 'mirrors', width: 1 + pages, rows: mirrors }),
    tasks: store.table({ name: 'begun', width: 1, rows: tasks }),
    damage: (text) => void found.set('no_use_after_free', text),
  };
  store.seal();
  m.bind(k);
  for (let task = 0; task < tasks; task++) m.addTask();
  k.globals.set(0, GLOBAL.size, pages);
  for (let page = 0; page < pages; page++) k.pages.set(page, PAGE.block, 1);
  return new ProtocolModel(k, store, tasks, found);
}

class ProtocolModel implements Model {
  readonly store: DenseStore;
  readonly tasks: number;
  readonly found: Map<string, string>;
  private readonly k: Protocol;

  constructor(k: Protocol, store: DenseStore, tasks: number, found: Map<string, string>) {
    this.k = k;
    this.store = store;
    this.tasks = tasks;
    this.found = found;
    const { truncates, longPins, shortPins, pages } = k.size;
    for (let task = truncates + longPins; task < tasks; task++) {
      const place = task - truncates - longPins;
      if (place < shortPins) k.m.enter(task, shortPin, (f) => void (f.page = place % pages));
      else k.m.enter(task, device, (f) => void (f.mirror = place - shortPins));
    }
  }

  enabled(): number {
    let tasks = this.voluntary();
    for (let task = 0; task < this.tasks; task++) if (this.k.m.runnable(task)) tasks |= 1 << task;
    return tasks;
  }

  voluntary(): number {
    const { truncates, longPins } = this.k.size;
    let tasks = 0;
    for (let task = 0; task < truncates + longPins; task++)
      if (this.k.tasks.get(task, TASK_COLUMNS.begun) === 0) tasks |= 1 << task;
    return tasks;
  }

  step(task: number): void {
    const { m, tasks, size } = this.k;
    if (task < size.truncates + size.longPins && tasks.get(task, TASK_COLUMNS.begun) === 0) {
      tasks.set(task, TASK_COLUMNS.begun, 1);
      if (task < size.truncates) m.enter(task, truncate, (f) => void (f.size = size.pages - 1 - task));
      else m.enter(task, longPin, (f) => void (f.page = (task - size.truncates) % size.pages));
    }
    m.step(task);
  }

  unfinished(): number {
    let tasks = 0;
    for (let task = 0; task < this.k.size.truncates; task++) {
      const inside = this.k.m.runnable(task) || this.k.m.asleep(task);
      if (inside) tasks |= 1 << task;
    }
    return tasks;
  }

  look(): void {
    // What can be wrong here shows itself in a step.
  }
}

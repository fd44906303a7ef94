/**
 * The protocol as tables of labelled steps on the project's machine: locks, sleeps, frames and call stacks are the
 * machine's own, which knows nothing of what they stand for.
 */
import { columns, compile, DenseStore, Machine, pathsFor, type Table } from '../../src/index.ts';
import { EFAULT, PAGES, PROGRAMS, type ProtocolOp } from './protocol.ts';

const GLOBAL = columns('size', 'seq', 'invalidating', 'damage');
const PAGE = columns('block', 'pte', 'refs', 'device_pte');

const I_RWSEM = 0;
const INVALIDATE_LOCK = 1;
const DRIVER_LOCK = 2;

/** Wait kinds; `a` of the first is the page. */
const PAGE_IDLE = 1;
const INVALIDATE_END = 2;

/** No page: what a search for a busy page gives when there is none. */
const NONE = -1;

export interface Protocol {
  readonly m: Machine<Protocol, never>;
  readonly store: DenseStore;
  readonly globals: Table;
  readonly pages: Table;
  /** Column 0: how many operations of its program a task has begun. */
  readonly progress: Table;
}

const path = pathsFor<Protocol>();

const size = (k: Protocol): number => k.globals.get(0, GLOBAL.size);
const seq = (k: Protocol): number => k.globals.get(0, GLOBAL.seq);

/** A CPU fault: maps a page that lies within the file. */
function mapPage(k: Protocol, page: number): void {
  if (page < size(k)) k.pages.set(page, PAGE.pte, 1);
}

function busyPage(k: Protocol, from: number): number {
  for (let page = from; page < PAGES; page++) if (k.pages.get(page, PAGE.refs) > 0) return page;
  return NONE;
}

function dropReference(k: Protocol, page: number): void {
  k.pages.set(page, PAGE.refs, k.pages.get(page, PAGE.refs) - 1);
  if (k.pages.get(page, PAGE.refs) === 0) k.m.queues.wakeAll(PAGE_IDLE, page, 0);
}

function freeBlocks(k: Protocol, from: number): void {
  for (let page = from; page < PAGES; page++) {
    const inUse = k.pages.get(page, PAGE.refs) > 0 || k.pages.get(page, PAGE.device_pte) > 0;
    if (inUse) k.globals.set(0, GLOBAL.damage, 1);
    k.pages.set(page, PAGE.block, 0);
  }
}

function clearColumn(k: Protocol, column: number, from: number): void {
  for (let page = from; page < PAGES; page++) k.pages.set(page, column, 0);
}

const mirrorFault = path('mirror_fault', ['page', 'seq'], (s) => [
  s.mark('again'),
  s.label('mmu_interval_read_begin', '', (k, f) => {
    f.seq = seq(k);
  }),
  s.branch('no invalidation', (k) => k.globals.get(0, GLOBAL.invalidating) === 0, 'begun'),
  s.sleep('invalidate_end', 'TASK_UNINTERRUPTIBLE', () => ({ kind: INVALIDATE_END, a: 0, b: 0 })),
  s.label('woken', '', (k, f) => {
    f.seq = seq(k);
  }),
  s.mark('begun'),
  s.down_read('invalidate_lock', () => INVALIDATE_LOCK),
  s.label('handle_mm_fault', '', (k, f) => {
    mapPage(k, f.page);
  }),
  s.branch('beyond the end', (k, f) => f.page >= size(k), 'bad'),
  s.up('fault_done', () => INVALIDATE_LOCK),
  s.down_write('driver_lock', () => DRIVER_LOCK),
  s.label('mmu_interval_read_retry', '', (k, f) => {
    if (seq(k) === f.seq) k.pages.set(f.page, PAGE.device_pte, 1);
  }),
  s.up('driver_unlock', () => DRIVER_LOCK),
  s.branch('invalidated meanwhile', (k, f) => seq(k) !== f.seq, 'again'),
  s.ret(),
  s.mark('bad'),
  s.up('fault_failed', () => INVALIDATE_LOCK),
  s.ret(() => -EFAULT),
]);

const access = path('device_access', ['page'], (s) => [
  s.mark('again'),
  s.label('translate', '', (k, f) => {
    const mapped = k.pages.get(f.page, PAGE.device_pte) === 1;
    if (mapped && k.pages.get(f.page, PAGE.block) === 0) k.globals.set(0, GLOBAL.damage, 1);
  }),
  s.branch('translated', (k, f) => k.pages.get(f.page, PAGE.device_pte) === 1, 'done'),
  s.call(mirrorFault, (_k, f, callee) => {
    callee.page = f.page;
  }),
  s.branch('failed', (k) => k.m.ret < 0, 'failed'),
  s.jump('again'),
  s.mark('failed'),
  s.ret(() => -EFAULT),
  s.mark('done'),
  s.ret(),
]);

const pin = path('pin_user_page', ['page'], (s) => [
  s.mark('again'),
  s.label('gup_fast', '', (k, f) => {
    k.pages.set(f.page, PAGE.refs, k.pages.get(f.page, PAGE.refs) + k.pages.get(f.page, PAGE.pte));
  }),
  s.branch('was mapped', (k, f) => k.pages.get(f.page, PAGE.pte) === 1, 'pinned'),
  s.down_read('invalidate_lock', () => INVALIDATE_LOCK),
  s.label('handle_mm_fault', '', (k, f) => {
    mapPage(k, f.page);
  }),
  s.up('fault_done', () => INVALIDATE_LOCK),
  s.branch('within the file', (k, f) => f.page < size(k), 'again'),
  s.ret(() => -EFAULT),
  s.mark('pinned'),
  s.label('unpin_user_page', '', (k, f) => {
    dropReference(k, f.page);
  }),
  s.ret(),
]);

const unmap = path('unmap_mapping_range', ['from'], (s) => [
  s.label('invalidate_range_start', '', (k) => {
    k.globals.set(0, GLOBAL.invalidating, 1);
    k.globals.set(0, GLOBAL.seq, seq(k) + 1);
  }),
  s.down_write('driver_lock', () => DRIVER_LOCK),
  s.label('driver_invalidate', '', (k, f) => {
    clearColumn(k, PAGE.device_pte, f.from);
  }),
  s.up('driver_unlock', () => DRIVER_LOCK),
  s.label('zap_ptes', '', (k, f) => {
    clearColumn(k, PAGE.pte, f.from);
  }),
  s.label('invalidate_range_end', '', (k) => {
    k.globals.set(0, GLOBAL.invalidating, 0);
    k.m.queues.wakeAll(INVALIDATE_END, 0, 0);
  }),
  s.ret(),
]);

const truncate = path('truncate', ['size', 'busy'], (s) => [
  s.down_write('i_rwsem', () => I_RWSEM),
  s.down_write('invalidate_lock', () => INVALIDATE_LOCK),
  s.label('break_layouts', ''),
  s.mark('again'),
  s.call(unmap, (_k, f, callee) => {
    callee.from = f.size;
  }),
  s.label('layout_busy_page', '', (k, f) => {
    f.busy = busyPage(k, f.size);
  }),
  s.branch('idle', (_k, f) => f.busy === NONE, 'idle'),
  s.up('invalidate_unlock', () => INVALIDATE_LOCK),
  s.sleep('page_idle', 'TASK_UNINTERRUPTIBLE', (_k, f) => ({ kind: PAGE_IDLE, a: f.busy, b: 0 })),
  s.down_write('invalidate_relock', () => INVALIDATE_LOCK),
  s.label('retry_layouts', ''),
  s.jump('again'),
  s.mark('idle'),
  s.label('i_size_write', '', (k, f) => {
    k.globals.set(0, GLOBAL.size, f.size);
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

export interface ProtocolOptions {
  readonly fingerprints: boolean;
  /** Cells of the state that nothing uses: what a bigger model would have. */
  readonly unusedCells: number;
}

export function createProtocol({ fingerprints, unusedCells }: ProtocolOptions): Protocol {
  const store = new DenseStore({ fingerprints });
  const m = new Machine<Protocol, never>({
    store,
    code: compile([truncate, access, pin]),
    costs: { step: 0, lock: 0, context_switch: 0 },
    tasks: PROGRAMS.length,
    locks: 3,
    stackCells: 16,
    onReturn: () => undefined,
    onSleep: () => undefined,
    onWake: () => undefined,
    onEvent: () => undefined,
  });
  const protocol: Protocol = {
    m,
    store,
    globals: store.table({ name: 'globals', width: 4, rows: 1 }),
    pages: store.table({ name: 'pages', width: 4, rows: PAGES }),
    progress: store.table({ name: 'progress', width: 1, rows: PROGRAMS.length }),
  };
  store.table({ name: 'unused', width: 1, rows: unusedCells });
  store.seal();
  m.bind(protocol);
  PROGRAMS.forEach(() => m.addTask());
  begin(protocol);
  return protocol;
}

/** The first state again: the file is whole and nobody has begun. */
export function begin(k: Protocol): void {
  k.store.clear();
  k.globals.set(0, GLOBAL.size, PAGES);
  for (let page = 0; page < PAGES; page++) k.pages.set(page, PAGE.block, 1);
}

export function canStep(k: Protocol, task: number): boolean {
  if (k.m.runnable(task)) return true;
  return !k.m.asleep(task) && nextOp(k, task) !== undefined;
}

/** One atomic step; in user space it begins the task's next operation first. */
export function takeStep(k: Protocol, task: number): void {
  const op = k.m.runnable(task) ? undefined : nextOp(k, task);
  if (op !== undefined) {
    k.progress.set(task, 0, k.progress.get(task, 0) + 1);
    enter(k, task, op);
  }
  k.m.step(task);
}

export const isDamaged = (k: Protocol): boolean => k.globals.get(0, GLOBAL.damage) === 1;

function nextOp(k: Protocol, task: number): ProtocolOp | undefined {
  return PROGRAMS[task]?.[k.progress.get(task, 0)];
}

function enter(k: Protocol, task: number, op: ProtocolOp): void {
  if (op.kind === 'truncate') {
    k.m.enter(task, truncate, (f) => {
      f.size = op.size;
    });
    return;
  }
  k.m.enter(task, op.kind === 'access' ? access : pin, (f) => {
    f.page = op.page;
  });
}

/**
 * mmu interval notifiers. Models mm/mmu_notifier.c of 6.1, the mn_itree_* half.
 *
 * Protocol (K126): start makes the mm's sequence odd if any subscription overlaps and calls each overlapping
 * one; end makes it even again once no invalidation is left, applies deferred inserts and removes, and wakes
 * everyone. A reader takes its subscription's sequence before it walks the page table and checks it again under
 * the driver lock before it uses what it found (K127 to K130).
 *
 * Left out: list subscriptions (no driver here has one), the non-blockable start of the OOM reaper (it never
 * touches a shared fsdax VMA, K78), SRCU (an interval notifier's remove is the fence, K115).
 */
import {
  COUNTER,
  i_mmap_rwsem,
  type InvalidateLocals,
  type Kernel,
  MM,
  mmap_lock,
  path,
  SUB,
  SUB_DEFERRED_INSERT,
  SUB_DEFERRED_REMOVE,
  SUB_IN_TREE,
  SUB_NONE,
  VMA,
  WAIT,
} from '../kernel.ts';
import { NOTIFIER_EVENTS, type NotifierEvent } from '../event.ts';
import type { Path } from '../../machine/program.ts';

const eventName = (event: number): NotifierEvent => NOTIFIER_EVENTS[event] as NotifierEvent;

/** The first subscription of `mm` from region `from` on that is in the tree and overlaps [start, end), or -1. */
function interval_tree_iter(k: Kernel, mm: number, start: number, end: number, from: number): number {
  const count = k.counters.get(0, COUNTER.regions);
  for (let region = from; region < count; region++) {
    const state = k.subs.get(region, SUB.state);
    if (state !== SUB_IN_TREE && state !== SUB_DEFERRED_REMOVE) continue;
    if (k.subs.get(region, SUB.mm) !== mm) continue;
    // The range's end is exclusive, the tree's `last` inclusive (K123): both are exclusive here.
    if (k.subs.get(region, SUB.start) < end && k.subs.get(region, SUB.end) > start) return region;
  }
  return -1;
}

const mn_itree_is_invalidating = (k: Kernel, mm: number): boolean =>
  k.mms.get(mm, MM.invalidate_seq) % 2 === 1;

/** mn_itree_inv_start_range(): returns the sequence that the callbacks get. */
function mn_itree_inv_start_range(k: Kernel, mm: number, start: number, end: number): number {
  k.mms.set(mm, MM.active_invalidate_ranges, k.mms.get(mm, MM.active_invalidate_ranges) + 1);
  const seq = k.mms.get(mm, MM.invalidate_seq);
  if (interval_tree_iter(k, mm, start, end, 0) >= 0 && seq % 2 === 0)
    k.mms.set(mm, MM.invalidate_seq, seq + 1);
  return k.mms.get(mm, MM.invalidate_seq);
}

/** mn_itree_inv_end(). */
function mn_itree_inv_end(k: Kernel, mm: number): void {
  const active = k.mms.get(mm, MM.active_invalidate_ranges) - 1;
  k.mms.set(mm, MM.active_invalidate_ranges, active);
  if (active > 0 || !mn_itree_is_invalidating(k, mm)) return;
  k.mms.set(mm, MM.invalidate_seq, k.mms.get(mm, MM.invalidate_seq) + 1);
  const count = k.counters.get(0, COUNTER.regions);
  for (let region = 0; region < count; region++) {
    if (k.subs.get(region, SUB.mm) !== mm) continue;
    const state = k.subs.get(region, SUB.state);
    if (state === SUB_DEFERRED_INSERT) k.subs.set(region, SUB.state, SUB_IN_TREE);
    else if (state === SUB_DEFERRED_REMOVE) k.subs.set(region, SUB.state, SUB_NONE);
  }
  k.m.queues.wakeAll(WAIT.invalidate_seq, mm, 0);
}

/** mmu_notifier_invalidate_range_start(): every overlapping callback has returned when it returns (K116, K118). */
export const mmu_notifier_invalidate_range_start: Path<
  Kernel,
  'mm' | 'start' | 'end' | 'event' | 'seq' | 'region'
> = path(
  'mmu_notifier_invalidate_range_start',
  ['mm', 'start', 'end', 'event', 'seq', 'region'],
  ({ label, act, mark, branch, jump, invoke, ret }) => [
    branch('mm_has_notifiers', (k, f) => k.mms.get(f.mm, MM.notifiers) === 0, 'done'),
    label('mn_itree_inv_start_range', 'K126', (k, f) => {
      f.seq = mn_itree_inv_start_range(k, f.mm, f.start, f.end);
      f.region = interval_tree_iter(k, f.mm, f.start, f.end, 0);
      k.emit({ type: 'inv_start', mm: f.mm, from: f.start, to: f.end, event: eventName(f.event) });
    }),
    mark('next'),
    branch('mn_itree_invalidate', (_k, f) => f.region < 0, 'returned'),
    act('callback_start', (k, f) => {
      k.spend('notifier_call');
      const { region, start, end, event } = f;
      k.emit({ type: 'callback_start', region, from: start, to: end, event: eventName(event) });
    }),
    invoke<InvalidateLocals>(
      'ops.invalidate',
      (k) => k.options.invalidate as Path<Kernel, InvalidateLocals>,
      (_k, f, callee) => {
        callee.region = f.region;
        callee.start = f.start;
        callee.end = f.end;
        callee.event = f.event;
        callee.seq = f.seq;
      },
    ),
    act('callback_end', (k, f) => {
      k.emit({ type: 'callback_end', region: f.region });
      f.region = interval_tree_iter(k, f.mm, f.start, f.end, f.region + 1);
    }),
    jump('next'),
    mark('returned'),
    act('start_ret', (k, f) => {
      k.emit({ type: 'inv_start_ret', mm: f.mm, from: f.start, to: f.end });
    }),
    mark('done'),
    ret(),
  ],
);

/** mmu_notifier_invalidate_range_end(). A plain function: it runs in the step that calls it. */
export function mmu_notifier_invalidate_range_end(k: Kernel, mm: number, start: number, end: number): void {
  if (k.mms.get(mm, MM.notifiers) === 0) return;
  mn_itree_inv_end(k, mm);
  k.emit({ type: 'inv_end', mm, from: start, to: end });
}

/** mmu_interval_read_begin(): sleeps while an invalidation that hit the subscription runs; returns the sequence (K127). */
export const mmu_interval_read_begin = path(
  'mmu_interval_read_begin',
  ['region', 'seq'],
  ({ label, mark, branch, sleep, jump, ret }) => [
    label('read_seq', 'K127', (k, f) => {
      f.seq = k.subs.get(f.region, SUB.invalidate_seq);
    }),
    mark('wait'),
    branch(
      'not_invalidating',
      (k, f) => k.mms.get(k.subs.get(f.region, SUB.mm), MM.invalidate_seq) !== f.seq,
      'done',
    ),
    sleep('wait_event', 'TASK_UNINTERRUPTIBLE', (k, f) => ({
      kind: WAIT.invalidate_seq,
      a: k.subs.get(f.region, SUB.mm),
      b: 0,
    })),
    jump('wait'),
    mark('done'),
    ret((_k, f) => f.seq),
  ],
);

/** mmu_interval_read_retry(): with the driver lock held, has a callback stored a sequence since read_begin? (K128) */
export function mmu_interval_read_retry(k: Kernel, region: number, seq: number): boolean {
  return k.subs.get(region, SUB.invalidate_seq) !== seq;
}

/** mmu_interval_set_seq(): for the callback, with the driver lock held (K129). */
export function mmu_interval_set_seq(k: Kernel, region: number, seq: number): void {
  k.subs.set(region, SUB.invalidate_seq, seq);
}

/** __mmu_interval_notifier_insert(), after registration (K114). */
function interval_notifier_insert(k: Kernel, region: number, mm: number): void {
  const seq = k.mms.get(mm, MM.invalidate_seq);
  if (k.mms.get(mm, MM.active_invalidate_ranges) === 0) {
    k.subs.set(region, SUB.state, SUB_IN_TREE);
    k.subs.set(region, SUB.invalidate_seq, seq - 1);
    return;
  }
  if (mn_itree_is_invalidating(k, mm)) k.subs.set(region, SUB.state, SUB_DEFERRED_INSERT);
  else {
    k.mms.set(mm, MM.invalidate_seq, seq + 1);
    k.subs.set(region, SUB.state, SUB_IN_TREE);
  }
  k.subs.set(region, SUB.invalidate_seq, k.mms.get(mm, MM.invalidate_seq));
}

/** The first file from inode `from` on that `mm` maps, or -1: mm_take_all_locks() takes each file's rmap lock. */
function next_mapped_inode(k: Kernel, mm: number, from: number): number {
  const count = k.counters.get(0, COUNTER.vmas);
  let best = -1;
  for (let vma = 0; vma < count; vma++) {
    if (k.vmas.get(vma, VMA.used) === 0 || k.vmas.get(vma, VMA.mm) !== mm) continue;
    const inode = k.vmas.get(vma, VMA.inode);
    if (inode >= from && (best < 0 || inode < best)) best = inode;
  }
  return best;
}

/** mmu_interval_notifier_insert(): the first one of an mm takes every rmap lock, so that no walk is under way (K111). */
export const mmu_interval_notifier_insert = path(
  'mmu_interval_notifier_insert',
  ['region', 'mm', 'start', 'end', 'inode'],
  ({ label, act, mark, branch, jump, down_write, up, ret }) => [
    label('has_itree', 'K111'),
    branch('already registered', (k, f) => k.mms.get(f.mm, MM.notifiers) === 1, 'insert'),
    down_write('mmap_write_lock', (_k, f) => mmap_lock(f.mm)),
    branch('registered meanwhile', (k, f) => k.mms.get(f.mm, MM.notifiers) === 1, 'unlock'),
    act('first file', (k, f) => {
      f.inode = next_mapped_inode(k, f.mm, 0);
    }),
    mark('mm_take_all_locks'),
    branch('all taken', (_k, f) => f.inode < 0, 'register'),
    down_write('i_mmap_lock_write', (_k, f) => i_mmap_rwsem(f.inode)),
    act('next file', (k, f) => {
      f.inode = next_mapped_inode(k, f.mm, f.inode + 1);
    }),
    jump('mm_take_all_locks'),
    mark('register'),
    act('__mmu_notifier_register', (k, f) => {
      k.mms.set(f.mm, MM.notifiers, 1);
      k.mms.set(f.mm, MM.invalidate_seq, 2);
      f.inode = next_mapped_inode(k, f.mm, 0);
    }),
    mark('mm_drop_all_locks'),
    branch('all dropped', (_k, f) => f.inode < 0, 'unlock'),
    up('i_mmap_unlock_write', (_k, f) => i_mmap_rwsem(f.inode)),
    act('next file', (k, f) => {
      f.inode = next_mapped_inode(k, f.mm, f.inode + 1);
    }),
    jump('mm_drop_all_locks'),
    mark('unlock'),
    up('mmap_write_unlock', (_k, f) => mmap_lock(f.mm)),
    mark('insert'),
    label('__mmu_interval_notifier_insert', 'K114', (k, f) => {
      k.subs.set(f.region, SUB.mm, f.mm);
      k.subs.set(f.region, SUB.start, f.start);
      k.subs.set(f.region, SUB.end, f.end);
      interval_notifier_insert(k, f.region, f.mm);
    }),
    ret(),
  ],
);

/** mmu_interval_notifier_remove(): no callback runs once it has returned (K115). */
export const mmu_interval_notifier_remove = path(
  'mmu_interval_notifier_remove',
  ['region', 'seq'],
  ({ label, mark, branch, sleep, jump, act, ret }) => [
    label('interval_tree_remove', 'K115', (k, f) => {
      const mm = k.subs.get(f.region, SUB.mm);
      f.seq = 0;
      if (!mn_itree_is_invalidating(k, mm) || k.subs.get(f.region, SUB.state) === SUB_DEFERRED_INSERT) {
        k.subs.set(f.region, SUB.state, SUB_NONE);
        return;
      }
      k.subs.set(f.region, SUB.state, SUB_DEFERRED_REMOVE);
      f.seq = k.mms.get(mm, MM.invalidate_seq);
    }),
    mark('wait'),
    branch(
      'nothing in flight',
      (k, f) => f.seq === 0 || k.mms.get(k.subs.get(f.region, SUB.mm), MM.invalidate_seq) !== f.seq,
      'done',
    ),
    sleep('wait_event', 'TASK_UNINTERRUPTIBLE', (k, f) => ({
      kind: WAIT.invalidate_seq,
      a: k.subs.get(f.region, SUB.mm),
      b: 0,
    })),
    jump('wait'),
    mark('done'),
    act('forget', (k, f) => {
      for (const column of Object.values(SUB)) k.subs.set(f.region, column, 0);
    }),
    ret(),
  ],
);

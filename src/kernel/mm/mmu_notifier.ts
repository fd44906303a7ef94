/**
 * mmu notifiers: start, end and interval subscriptions. Models mm/mmu_notifier.c of 6.1; mmu_notifier_list.ts has the
 * mn_hlist_* half, mmu_notifier_register.ts what both begin with.
 *
 * Protocol (K126): start makes the mm's sequence odd if any subscription overlaps and calls each overlapping
 * one; end makes it even again once no invalidation is left, applies deferred inserts and removes, and wakes
 * everyone. A reader takes its subscription's sequence before it walks the page table and checks it again under
 * the driver lock before it uses what it found (K127 to K130).
 *
 * Interval subscribers are called first, then the list (K112).
 *
 * Left out: starts that may not block. Only the OOM reaper makes them (K78, K121), and nothing here runs out of memory.
 */
import {
  COUNTER,
  type InvalidateLocals,
  type Kernel,
  MM,
  path,
  SUB,
  SUB_DEFERRED_INSERT,
  SUB_DEFERRED_REMOVE,
  SUB_IN_TREE,
  SUB_NONE,
  WAIT,
} from '../kernel.ts';
import { MMU_NOTIFY_RELEASE, NOTIFIER_EVENTS, type NotifierEvent } from '../event.ts';
import type { Path } from '../../machine/program.ts';
import {
  is_hooked,
  mn_hlist_invalidate_end,
  mn_hlist_invalidate_range_start,
  mn_hlist_release,
} from './mmu_notifier_list.ts';
import { mmu_notifier_register } from './mmu_notifier_register.ts';
import { mmdrop, mmgrab } from './sched_mm.ts';

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

/** mn_itree_inv_end() under subscriptions->lock: true when it ended the last invalidation that a subscription heard of. */
export function mn_itree_inv_end_locked(k: Kernel, mm: number): boolean {
  const active = k.mms.get(mm, MM.active_invalidate_ranges) - 1;
  k.mms.set(mm, MM.active_invalidate_ranges, active);
  if (active > 0 || !mn_itree_is_invalidating(k, mm)) return false;
  k.mms.set(mm, MM.invalidate_seq, k.mms.get(mm, MM.invalidate_seq) + 1);
  const count = k.counters.get(0, COUNTER.regions);
  for (let region = 0; region < count; region++) {
    if (k.subs.get(region, SUB.mm) !== mm) continue;
    const state = k.subs.get(region, SUB.state);
    if (state === SUB_DEFERRED_INSERT) k.subs.set(region, SUB.state, SUB_IN_TREE);
    else if (state === SUB_DEFERRED_REMOVE) k.subs.set(region, SUB.state, SUB_NONE);
  }
  return true;
}

/** mn_itree_inv_end(). */
function mn_itree_inv_end(k: Kernel, mm: number): void {
  if (mn_itree_inv_end_locked(k, mm)) k.m.queues.wakeAll(WAIT.invalidate_seq, mm, 0);
}

/** mmu_notifier_invalidate_range_start(): every overlapping callback has returned when it returns (K116, K118). */
export const mmu_notifier_invalidate_range_start: Path<
  Kernel,
  'mm' | 'start' | 'end' | 'event' | 'seq' | 'region'
> = path(
  'mmu_notifier_invalidate_range_start',
  ['mm', 'start', 'end', 'event', 'seq', 'region'],
  ({ label, act, mark, branch, jump, call, invoke, ret }) => [
    branch('mm_has_notifiers', (k, f) => k.mms.get(f.mm, MM.notifiers) === 0, 'done'),
    label('mn_itree_inv_start_range', 'K126', (k, f) => {
      f.seq = mn_itree_inv_start_range(k, f.mm, f.start, f.end);
      f.region = interval_tree_iter(k, f.mm, f.start, f.end, 0);
      k.emit({ type: 'inv_start', mm: f.mm, from: f.start, to: f.end, event: eventName(f.event) });
    }),
    mark('next'),
    branch('mn_itree_invalidate', (_k, f) => f.region < 0, 'mn_hlist'),
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
    mark('mn_hlist'),
    // mn_itree_release() is for interval subscribers only: the others have an op of their own for it.
    branch('list', (k, f) => f.event === MMU_NOTIFY_RELEASE || !is_hooked(k, f.mm), 'returned'),
    call(mn_hlist_invalidate_range_start, (_k, f, callee) => {
      callee.mm = f.mm;
      callee.start = f.start;
      callee.end = f.end;
      callee.event = f.event;
    }),
    mark('returned'),
    act('start_ret', (k, f) => {
      // Of a list subscriber that is said when its release has returned.
      if (f.event === MMU_NOTIFY_RELEASE && is_hooked(k, f.mm)) return;
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
  mn_hlist_invalidate_end(k, mm, start, end);
  k.emit({ type: 'inv_end', mm, from: start, to: end });
}

/** The end of mn_itree_release(): the list is not told. */
function mn_itree_release_end(k: Kernel, mm: number): void {
  if (k.mms.get(mm, MM.notifiers) === 0) return;
  mn_itree_inv_end(k, mm);
  k.emit({ type: 'inv_end', mm, from: 0, to: k.llong_max_pages });
}

/** __mmu_notifier_release(): interval subscribers hear RELEASE over everything, then the list its own op (K79). */
export const mmu_notifier_release = path(
  '__mmu_notifier_release',
  ['mm'],
  ({ label, call, branch, mark, ret }) => [
    call(
      mmu_notifier_invalidate_range_start,
      (k, f, callee) => {
        callee.mm = f.mm;
        callee.start = 0;
        callee.end = k.llong_max_pages;
        callee.event = MMU_NOTIFY_RELEASE;
      },
      'mn_itree_release',
    ),
    label('mn_itree_release done', 'K79', (k, f) => {
      mn_itree_release_end(k, f.mm);
    }),
    branch('no list', (k) => k.options.notifier_ops === null, 'done'),
    call(mn_hlist_release, (_k, f, callee) => {
      callee.mm = f.mm;
    }),
    mark('done'),
    ret(),
  ],
);

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

/** mmu_interval_notifier_insert(): the first one of an mm registers, so that no walk is under way then (K111). */
export const mmu_interval_notifier_insert = path(
  'mmu_interval_notifier_insert',
  ['region', 'mm', 'start', 'end'],
  ({ label, mark, branch, call, ret }) => [
    label('has_itree', 'K111'),
    branch('registered already', (k, f) => k.mms.get(f.mm, MM.has_itree) === 1, 'insert'),
    call(mmu_notifier_register, (_k, f, callee) => {
      callee.mm = f.mm;
    }),
    mark('insert'),
    label('__mmu_interval_notifier_insert', 'K114', (k, f) => {
      // The subscription keeps the struct, not the address space (K1).
      mmgrab(k, f.mm);
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
    act('mmdrop', (k, f) => {
      mmdrop(k, k.subs.get(f.region, SUB.mm));
      for (const column of Object.values(SUB)) k.subs.set(f.region, column, 0);
    }),
    ret(),
  ],
);

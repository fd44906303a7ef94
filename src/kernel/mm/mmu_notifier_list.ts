/**
 * Subscribers of a whole address space. Models mm/mmu_notifier.c of 6.1, the mn_hlist_* half.
 *
 * A list subscriber hears the start and the end of every invalidation of the mm, after the interval notifiers (K112), and
 * `release` when the mm goes. The list is walked under SRCU: a walk that has found the subscription calls it even if it is
 * unhooked meanwhile. mmu_notifier_unregister() therefore waits for a grace period and is a fence; mmu_notifier_put() only
 * unhooks and is none (K113).
 *
 * SRCU is modelled as far as the fence needs it: `running` counts the calls that have found the subscription, and the grace
 * period is over when none is left. The kernel's is one for all subscriptions, so it can last longer.
 *
 * Left out: starts that may not block (only the OOM reaper makes them, K78, K121), invalidate_range, which is for devices that
 * walk the CPU's page table (K124), ageing callbacks, more than one list subscription of an mm.
 */
import { type Kernel, NOTIFIER, type NotifierOps, path, type RangeLocals, WAIT } from '../kernel.ts';
import { MMU_NOTIFY_RELEASE, NOTIFIER_EVENTS, type NotifierEvent } from '../event.ts';
import { mmdrop } from './sched_mm.ts';

/** What `region` is in the events of a callback that is for the whole address space. */
export const WHOLE_MM = -1;

export const is_hooked = (k: Kernel, mm: number): boolean => k.notifiers.get(mm, NOTIFIER.hooked) === 1;

const ops = (k: Kernel): NotifierOps<Kernel> => k.options.notifier_ops as unknown as NotifierOps<Kernel>;

/** srcu_read_lock() and finding the subscription. */
function enter_callback(k: Kernel, mm: number, start: number, end: number, event: number): void {
  k.notifiers.set(mm, NOTIFIER.running, k.notifiers.get(mm, NOTIFIER.running) + 1);
  k.spend('notifier_call');
  k.emit({
    type: 'callback_start',
    region: WHOLE_MM,
    from: start,
    to: end,
    event: NOTIFIER_EVENTS[event] as NotifierEvent,
  });
}

/** srcu_read_unlock(). */
function leave_callback(k: Kernel, mm: number): void {
  const running = k.notifiers.get(mm, NOTIFIER.running) - 1;
  k.notifiers.set(mm, NOTIFIER.running, running);
  k.emit({ type: 'callback_end', region: WHOLE_MM });
  if (running === 0) k.m.queues.wakeAll(WAIT.srcu, mm, 0);
}

/** mn_hlist_invalidate_range_start(). */
export const mn_hlist_invalidate_range_start = path(
  'mn_hlist_invalidate_range_start',
  ['mm', 'start', 'end', 'event', 'found'],
  ({ label, act, branch, mark, invoke, ret }) => [
    label('srcu_read_lock', 'K112', (k, f) => {
      f.found = is_hooked(k, f.mm) ? 1 : 0;
      if (f.found === 1) enter_callback(k, f.mm, f.start, f.end, f.event);
    }),
    branch('list is empty', (_k, f) => f.found === 0, 'done'),
    invoke<RangeLocals>(
      'ops.invalidate_range_start',
      (k) => ops(k).invalidate_range_start,
      (_k, f, callee) => {
        callee.mm = f.mm;
        callee.start = f.start;
        callee.end = f.end;
        callee.event = f.event;
      },
    ),
    act('srcu_read_unlock', (k, f) => {
      leave_callback(k, f.mm);
    }),
    mark('done'),
    ret(),
  ],
);

/** mn_hlist_invalidate_end(). */
export function mn_hlist_invalidate_end(k: Kernel, mm: number, start: number, end: number): void {
  if (is_hooked(k, mm)) ops(k).invalidate_range_end(k, mm, start, end);
}

/** ops->release() under SRCU, then hlist_del_init_rcu(). */
const release_and_unhook = (name: string) =>
  path(name, ['mm'], ({ label, act, invoke, ret }) => [
    label('srcu_read_lock', 'K79', (k, f) => {
      enter_callback(k, f.mm, 0, k.llong_max_pages, MMU_NOTIFY_RELEASE);
    }),
    invoke<'mm'>(
      'ops.release',
      (k) => ops(k).release,
      (_k, f, callee) => {
        callee.mm = f.mm;
      },
    ),
    act('srcu_read_unlock', (k, f) => {
      leave_callback(k, f.mm);
    }),
    label('hlist_del_init_rcu', 'K113', (k, f) => {
      k.notifiers.set(f.mm, NOTIFIER.hooked, 0);
    }),
    ret(),
  ]);

/** synchronize_srcu(), as far as one subscription can notice it. */
const synchronize_srcu = path('synchronize_srcu', ['mm'], ({ mark, branch, jump, sleep, ret }) => [
  mark('wait'),
  branch('grace period is over', (k, f) => k.notifiers.get(f.mm, NOTIFIER.running) === 0, 'done'),
  sleep('wait_for_completion', 'TASK_UNINTERRUPTIBLE', (_k, f) => ({ kind: WAIT.srcu, a: f.mm, b: 0 })),
  jump('wait'),
  mark('done'),
  ret(),
]);

const release_by_exit = release_and_unhook('mn_hlist_release list');
const release_by_driver = release_and_unhook('mmu_notifier_unregister list');

/** mn_hlist_release(): exit_mmap() goes on to free pages only when nobody is in `release` any more. */
export const mn_hlist_release = path('mn_hlist_release', ['mm'], ({ act, branch, mark, call, ret }) => [
  branch('list is empty', (k, f) => !is_hooked(k, f.mm), 'synchronize'),
  call(release_by_exit, (_k, f, callee) => {
    callee.mm = f.mm;
  }),
  act('released', (k, f) => {
    k.emit({ type: 'inv_start_ret', mm: f.mm, from: 0, to: k.llong_max_pages });
  }),
  mark('synchronize'),
  call(synchronize_srcu, (_k, f, callee) => {
    callee.mm = f.mm;
  }),
  ret(),
]);

/** mmu_notifier_unregister(): no callback runs once it has returned (K113). */
export const mmu_notifier_unregister = path(
  'mmu_notifier_unregister',
  ['mm'],
  ({ act, branch, mark, call, ret }) => [
    branch('unhooked already', (k, f) => !is_hooked(k, f.mm), 'synchronize'),
    call(release_by_driver, (_k, f, callee) => {
      callee.mm = f.mm;
    }),
    mark('synchronize'),
    call(synchronize_srcu, (_k, f, callee) => {
      callee.mm = f.mm;
    }),
    act('mmdrop', (k, f) => {
      mmdrop(k, f.mm);
    }),
    ret(),
  ],
);

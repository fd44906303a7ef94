/**
 * I10: nothing is used after its end: a driver's objects by callbacks, an address space by drivers.
 *
 * Four ways to break it. A callback runs for a region that the driver has freed; the driver frees a region that can still be
 * reached from the interval tree or the list, or while one of its callbacks runs; a device's driver looks at the page table of
 * an address space whose users are all gone; the struct of an address space is freed while a region refers to it.
 */
import type { KernelEvent, StampedEvent } from '../kernel/event.ts';
import { COUNTER, MM, NOTIFIER, SUB, SUB_NONE } from '../kernel/kernel.ts';
import { WHOLE_MM } from '../kernel/mm/mmu_notifier_list.ts';
import { REGION, type System } from '../drivers/system.ts';
import type { Session } from '../run/session.ts';
import type { Invariant } from './invariant.ts';

type Freed = Extract<KernelEvent, { type: 'driver_object_freed' }>;

/** A task that is inside the driver's callback for the region, or -1. */
function taskInCallback(k: System, region: number): number {
  const name = k.driver.invalidate?.name;
  for (let task = 0; task < k.m.count; task++) {
    if (k.m.frames(task).some(({ path, frame }) => path === name && frame['region'] === region)) return task;
  }
  return -1;
}

/** What of the kernel's still leads to a region's object, or null. The region's record is gone already. */
function reachesRegion(session: Session, region: number): string | null {
  const k = session.system;
  if (k.subs.get(region, SUB.state) !== SUB_NONE) return 'its interval notifier has not been removed';
  const task = taskInCallback(k, region);
  return task < 0 ? null : `${session.taskName(task)} is in its callback`;
}

/** As {@link reachesRegion}, for what the driver has for a whole address space. */
function reachesWholeMm(k: System, mm: number): string | null {
  if (k.notifiers.get(mm, NOTIFIER.hooked) === 1) return 'its notifier is in the list';
  const running = k.notifiers.get(mm, NOTIFIER.running);
  return running === 0 ? null : `${running} of its callbacks have not returned`;
}

function freedTooEarly(session: Session, event: Freed): string | null {
  const whole = event.region === WHOLE_MM;
  const reaches = whole ? reachesWholeMm(session.system, event.mm) : reachesRegion(session, event.region);
  const what = whole ? `of address space ${event.mm}` : `of region ${event.region}`;
  return reaches === null ? null : `the driver freed its object ${what} although ${reaches}`;
}

function stillReferred(k: System, mm: number): string | null {
  const count = k.counters.get(0, COUNTER.regions);
  for (let region = 0; region < count; region++) {
    if (k.regions.get(region, REGION.used) === 1 && k.regions.get(region, REGION.mm) === mm)
      return `the struct of address space ${mm} was freed while region ${region} refers to it`;
  }
  return null;
}

function lifetime(session: Session, { event }: StampedEvent): string | null {
  const k = session.system;
  switch (event.type) {
    case 'driver_object_freed':
      return freedTooEarly(session, event);
    case 'callback_start':
      if (event.region === WHOLE_MM || k.regions.get(event.region, REGION.used) === 1) return null;
      return `a callback (${event.event}) began for region ${event.region}, which the driver has freed`;
    case 'mm_use':
      if (!event.device || k.mms.get(event.mm, MM.users) > 0) return null;
      return `page ${event.va} of address space ${event.mm} was looked up for a device although no users are left`;
    case 'mm_freed':
      return stillReferred(k, event.mm);
    default:
      return null;
  }
}

export const outlived: Invariant = {
  id: 'I10',
  title: 'no callback after unregister, no use of an address space without users, nothing freed while in use',
  facts: ['K1', 'K79', 'K113', 'K115', 'K191', 'K192'],
  onEvent: lifetime,
};

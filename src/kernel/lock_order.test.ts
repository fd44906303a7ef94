import { describe, expect, test } from 'vitest';
import { hmm_mirror } from '../drivers/hmm_mirror.ts';
import * as sys from '../run/fixtures/calls.ts';
import { BOTH, file, Story } from '../run/fixtures/story.ts';
import type { Memory } from '../run/fixtures/story.ts';
import type { Operation } from '../workload/operation.ts';
import { LOCK_CLASSES, LOCK_NAMES } from './kernel.ts';

/** The order of K19, outermost first; the DAX entry lock is no rwsem, and stands where the order puts it. */
const ORDER = [
  's_umount',
  'i_rwsem',
  'mmap_lock',
  'invalidate_lock',
  'DAX entry',
  'i_mmap_rwsem',
  'driver lock',
] as const;
/** The block map's lock is innermost on the side of the filesystem: nothing of this is taken under it. */
const INNERMOST = 'i_data_sem';

const nameOf = (lock: number): string => LOCK_NAMES[lock % LOCK_CLASSES] as string;

/** `outer > inner` for each lock, rwsem or DAX entry, that a task of the story takes while it holds others. */
class Orders {
  readonly seen = new Set<string>();
  private readonly story: Story;
  private readonly inEntry = new Set<number>();

  constructor(story: Story) {
    this.story = story;
    const { locks } = story.k.m;
    const acquire = locks.acquire.bind(locks);
    locks.acquire = (task, lock, write) => {
      this.note(task, nameOf(lock));
      return acquire(task, lock, write);
    };
  }

  /** To be called after each step of a task: an entry is locked in the middle of one. */
  look(task: number): void {
    const had = this.inEntry.has(task);
    if (!this.holdsEntry(task)) this.inEntry.delete(task);
    else if (!had) {
      this.note(task, 'DAX entry');
      this.inEntry.add(task);
    }
  }

  private note(task: number, inner: string): void {
    for (const { lock } of this.story.k.m.locks.heldBy(task)) this.seen.add(`${nameOf(lock)} > ${inner}`);
    if (inner !== 'DAX entry' && this.holdsEntry(task)) this.seen.add(`DAX entry > ${inner}`);
  }

  private holdsEntry(task: number): boolean {
    const { k } = this.story;
    for (let page = 0; page < 8; page++) if (k.entry_owner.get(1, page) === task + 1) return true;
    return false;
  }
}

/** Takes the call and what it sets going to the end, looking at the locks after each step. */
function watch(story: Story, orders: Orders, who: string, op: Operation): void {
  const call = story.begin(who, op);
  const task = story.task(who);
  for (let steps = 0; steps < 2000; steps++) {
    const next = story.k.m.runnable(task)
      ? task
      : story.session.runnable().find((other) => !story.session.isUser(other));
    if (next === undefined) break;
    story.session.step(next);
    orders.look(next);
  }
  expect(story.ended(call), op.kind).toBe(true);
}

function ordersOf(memory: Memory): Set<string> {
  const files = [file(8, [{ from: 0, to: 4, state: 'written' }])];
  const story = new Story({ memory, driver: hmm_mirror, files });
  const orders = new Orders(story);
  const mapped: Operation[] = [sys.mmapShared(0, 8), sys.attach(0, 8), sys.load(0, 8), sys.dmaRead(0, 8)];
  for (const op of [...mapped, sys.store(2, 6), sys.dmaWrite(0, 8), sys.dontneed(0, 1)]) {
    watch(story, orders, 'app', op);
  }
  for (const op of [sys.fsync(), sys.punch(0, 1), sys.zero(1, 2), sys.write(0, 8), sys.truncate(6)]) {
    watch(story, orders, 'app', sys.dmaRead(2, 4));
    watch(story, orders, 'other', op);
  }
  watch(story, orders, 'app', sys.munmap(0, 8));
  return orders.seen;
}

describe.each(BOTH)('%s', (memory) => {
  test('K19 locks are taken in the documented order, and only so', () => {
    const seen = [...ordersOf(memory)].map((pair) => pair.split(' > ') as [string, string]);
    const rank = (name: string): number => ORDER.indexOf(name as (typeof ORDER)[number]);
    const inward = (outer: string, inner: string): boolean =>
      inner === INNERMOST || (outer !== INNERMOST && rank(outer) < rank(inner));
    expect(seen.filter(([outer, inner]) => !inward(outer, inner))).toEqual([]);
    // The links of the chain occur: from the inode to the device and to the block map.
    expect(seen.map((pair) => pair.join(' > '))).toEqual(
      expect.arrayContaining([
        'i_rwsem > invalidate_lock',
        'mmap_lock > invalidate_lock',
        'invalidate_lock > DAX entry',
        'DAX entry > i_mmap_rwsem',
        'i_mmap_rwsem > driver lock',
        'DAX entry > i_data_sem',
      ]),
    );
  });
});

import { describe, expect, test } from 'vitest';
import { hmm_mirror } from '../../drivers/hmm_mirror.ts';
import * as sys from '../../run/fixtures/calls.ts';
import { devicePages, devicePte } from '../../run/fixtures/look.ts';
import { BOTH, Story, written } from '../../run/fixtures/story.ts';
import {
  i_mmap_rwsem,
  MM,
  mmap_lock,
  SUB,
  SUB_DEFERRED_INSERT,
  SUB_DEFERRED_REMOVE,
  SUB_IN_TREE,
  SUB_NONE,
} from '../kernel.ts';

const seqOfMm = (story: Story): number => story.k.mms.get(0, MM.invalidate_seq);
const seqOf = (story: Story, region = 0): number => story.k.subs.get(region, SUB.invalidate_seq);
const stateOf = (story: Story, region: number): number => story.k.subs.get(region, SUB.state);

describe.each(BOTH)('%s', (memory) => {
  /** `app` maps 8 pages; the first half is attached as region 0. */
  function mirrored(): Story {
    const story = new Story({ memory, driver: hmm_mirror, files: [written(8)] });
    story.run('app', sys.mmapShared(0, 8));
    story.run('app', sys.load(0, 8));
    story.run('app', sys.attach(0, 4));
    return story;
  }

  /** As `mirrored`, and `thread` is between start and end of an invalidation of pages 1 and 2. */
  function invalidating(): Story {
    const story = mirrored();
    story.begin('thread', sys.dontneed(1, 3));
    story.stepTo('thread', 'zap_pte_range');
    return story;
  }

  test('K111 the first subscription of an mm takes mmap_lock and every rmap lock for write, a second one none', () => {
    const story = new Story({ memory, driver: hmm_mirror, files: [written(8), written(2)] });
    story.run('app', sys.mmapShared(0, 8));
    story.run('app', sys.mmapShared(20, 22, { file: 1 }));
    story.begin('app', sys.attach(0, 4));
    let most: string[] = [];
    while (story.k.m.runnable(story.task('app'))) {
      story.step('app');
      const locks = [mmap_lock(0), i_mmap_rwsem(1), i_mmap_rwsem(2)].map((lock) => story.holds('app', lock));
      if (locks.filter((held) => held === 'write').length > most.filter((held) => held === 'write').length)
        most = locks;
    }
    // The last one is taken, used and dropped with the others in one step: two are seen held at once.
    expect(most).toEqual(['write', 'write', 'no']);
    story.begin('thread', sys.dontneed(20, 22));
    story.stepTo('thread', 'zap_pte_range');
    expect(story.holds('thread', mmap_lock(0))).toBe('read');
    expect(story.run('app', sys.attach(4, 8, { region: 1 }))).toBe('ok');
  });

  test('K111 it waits for an invalidation of a file of the mm that is under way', () => {
    const story = new Story({ memory, driver: hmm_mirror, files: [written(8)] });
    story.run('app', sys.mmapShared(0, 8));
    story.begin('other', sys.truncate(8));
    story.stepTo('other', 'zap_pte_range');
    story.begin('app', sys.attach(0, 4));
    expect(story.drive('app')).toBe('asleep');
    expect(story.waitsFor('app')).toBe('i_mmap_rwsem');
  });

  test('K126 the sequence is odd from the first start to the last end, if a subscription overlaps', () => {
    const story = mirrored();
    const idle = seqOfMm(story);
    expect(idle % 2).toBe(0);
    story.run('thread', sys.dontneed(4, 8));
    expect(seqOfMm(story)).toBe(idle);
    story.begin('thread', sys.dontneed(1, 3));
    story.stepTo('thread', 'zap_pte_range');
    expect([seqOfMm(story), seqOf(story)]).toEqual([idle + 1, idle + 1]);
    // A second one that overlaps nothing keeps it odd until it ends as well.
    story.begin('app', sys.dontneed(6, 8));
    story.stepTo('app', 'mmu_notifier_invalidate_range_end');
    story.drive('thread');
    expect(seqOfMm(story)).toBe(idle + 1);
    story.drive('app');
    expect([seqOfMm(story), seqOf(story)]).toEqual([idle + 2, idle + 1]);
  });

  test('K123 ranges that only touch do not overlap', () => {
    const story = mirrored();
    story.forget();
    story.run('thread', sys.dontneed(4, 5));
    expect(story.events('callback_start')).toEqual([]);
    story.run('thread', sys.dontneed(3, 4));
    expect(story.events('callback_start')).toHaveLength(1);
  });

  test('K127 read_begin sleeps while an invalidation that hit the subscription runs, whatever signals come', () => {
    const story = invalidating();
    story.run('app', sys.dmaRead(0));
    for (let steps = 0; steps < 20 && story.engineRunnable(); steps++) story.stepEngine();
    expect(story.k.m.asleep(story.session.engineTask)).toBe(true);
    expect(story.events('device_fault')).toHaveLength(1);
    expect(devicePages(story)).toBe(0);
    story.drive('thread');
    story.settle();
    expect(devicePte(story, 0)).toBe('read-only');
  });

  test('K127 another invalidation of the mm, hit or not, prolongs the sleep', () => {
    const story = invalidating();
    story.run('app', sys.dmaRead(0));
    story.settle();
    story.begin('app', sys.dontneed(6, 8));
    story.stepTo('app', 'mmu_notifier_invalidate_range_end');
    story.drive('thread');
    expect(story.engineRunnable()).toBe(false);
    story.drive('app');
    expect(story.engineRunnable()).toBe(true);
  });

  test('K114 an insert during an invalidation is deferred to its end; read_begin collides until then', () => {
    const story = invalidating();
    expect(story.run('app', sys.attach(4, 8, { region: 1 }))).toBe('ok');
    expect(stateOf(story, 1)).toBe(SUB_DEFERRED_INSERT);
    expect(seqOf(story, 1)).toBe(seqOfMm(story));
    // Region 1 is the second device's: its engine faults and waits.
    story.run('app', sys.dmaRead(4, 5, { region: 1 }));
    story.settle();
    expect(devicePages(story, 1)).toBe(0);
    story.drive('thread');
    expect(stateOf(story, 1)).toBe(SUB_IN_TREE);
    story.settle();
    expect(devicePages(story, 1)).toBe(1);
  });

  test('K114 an insert during an invalidation that hit nobody goes into the tree, and still collides', () => {
    const story = mirrored();
    story.begin('thread', sys.dontneed(6, 8));
    story.stepTo('thread', 'zap_pte_range');
    expect(seqOfMm(story) % 2).toBe(0);
    story.run('app', sys.attach(4, 8, { region: 1 }));
    expect([stateOf(story, 1), seqOfMm(story) % 2, seqOf(story, 1)]).toEqual([
      SUB_IN_TREE,
      1,
      seqOfMm(story),
    ]);
    story.run('app', sys.dmaRead(7, 8, { region: 1 }));
    story.settle();
    expect(devicePages(story, 1)).toBe(0);
    story.drive('thread');
    story.settle();
    expect(devicePages(story, 1)).toBe(1);
  });

  test('K114 an insert with nothing under way does not collide', () => {
    const story = mirrored();
    expect(seqOf(story)).toBe(seqOfMm(story) - 1);
  });

  test('K115 remove sleeps until the invalidation that saw it has ended; no callback comes after', () => {
    const story = invalidating();
    const detaching = story.begin('app', sys.detach());
    expect(story.drive('app')).toBe('asleep');
    expect(story.waitsFor('app')).toBe('invalidate_seq 0');
    expect(stateOf(story, 0)).toBe(SUB_DEFERRED_REMOVE);
    story.drive('thread');
    expect(story.finish('app', detaching)).toBe('ok');
    expect(stateOf(story, 0)).toBe(SUB_NONE);
    story.forget();
    story.run('thread', sys.dontneed(0, 4));
    expect(story.events('callback_start')).toEqual([]);
  });

  test('K115 remove of a subscription whose insert is still deferred does not sleep', () => {
    const story = invalidating();
    story.run('app', sys.attach(4, 8, { region: 1 }));
    expect(story.run('app', sys.detach(1))).toBe('ok');
    story.drive('thread');
    expect(stateOf(story, 1)).toBe(SUB_NONE);
  });

  test('K116, K118 entries change after every start callback has returned, and end comes after that', () => {
    const story = mirrored();
    story.run('app', sys.attach(4, 8, { region: 1 }));
    story.forget();
    story.run('thread', sys.dontneed(0, 8));
    expect(
      story.eventTypes('inv_start', 'callback_start', 'callback_end', 'inv_start_ret', 'pte', 'inv_end'),
    ).toEqual([
      'inv_start',
      'callback_start',
      'callback_end',
      'callback_start',
      'callback_end',
      'inv_start_ret',
      'pte',
      'inv_end',
    ]);
  });
});

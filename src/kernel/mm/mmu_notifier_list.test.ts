import { describe, expect, test } from 'vitest';
import { hmm_mirror } from '../../drivers/hmm_mirror.ts';
import { list_notifier } from '../../drivers/list_notifier.ts';
import { PER_MM } from '../../drivers/system.ts';
import { outlived } from '../../invariants/lifetime.ts';
import { mmputUnderDriverLock } from '../../mutants/mmput_under_driver_lock.ts';
import { unregisterIsNoFence } from '../../mutants/unregister_is_no_fence.ts';
import { WaitLog } from '../../observe/waits.ts';
import * as sys from '../../run/fixtures/calls.ts';
import { devicePages, references, block } from '../../run/fixtures/look.ts';
import { BOTH, type Memory, type Plot, Story, written } from '../../run/fixtures/story.ts';
import { waitOf } from '../../run/wait_graph.ts';
import type { Operation } from '../../workload/operation.ts';
import { MM, NOTIFIER } from '../kernel.ts';

const ALONE = { app: 0, other: 1 };

function given(memory: Memory, plot: Partial<Plot> = {}): Story {
  const story = new Story({ memory, driver: list_notifier, files: [written(8)], ...plot });
  story.run('app', sys.mmapShared(0, 8));
  story.run('app', sys.attach(0, 4));
  return story;
}

/** What the invariant says of the story's last events. */
function violations(story: Story): string[] {
  const found: string[] = [];
  const log = new WaitLog(
    (task) => waitOf(story.session, task),
    () => -1,
  );
  const hear = story.session.onEvents;
  story.session.onEvents = (events) => {
    hear(events);
    for (const event of events) found.push(...[outlived.onEvent?.(story.session, event, log) ?? []].flat());
  };
  return found;
}

describe.each(BOTH)('%s', (memory) => {
  test('K112 a list subscriber hears start and end of every invalidation of the mm, near or far', () => {
    const story = given(memory);
    story.run('app', sys.dmaRead(0, 2));
    story.settle();
    expect([devicePages(story), references(story, block(story, 0))]).toEqual([2, 0]);
    story.forget();
    story.begin('thread', sys.dontneed(6));
    story.stepTo('thread', 'zap_pte_range');
    expect(story.events('callback_start')).toMatchObject([{ region: -1, from: 6, to: 7, event: 'CLEAR' }]);
    expect(story.k.per_mm.get(0, PER_MM.in_progress)).toBe(1);
    story.drive('thread');
    expect(story.k.per_mm.get(0, PER_MM.in_progress)).toBe(0);
    expect(devicePages(story)).toBe(2);
    story.run('thread', sys.dontneed(1));
    expect(devicePages(story)).toBe(1);
  });

  test('K159 a fault that an invalidation anywhere overtook begins anew', () => {
    const story = given(memory);
    story.run('app', sys.dmaRead(0));
    story.stepEngineTo('put_page');
    story.run('thread', sys.dontneed(6));
    story.settle();
    expect(story.events('retry')).toHaveLength(1);
    expect(devicePages(story)).toBe(1);
  });

  test('K113 unregister calls release, unhooks and waits for callbacks that have found it', () => {
    const story = given(memory);
    story.begin('thread', sys.dontneed(1));
    story.stepTo('thread', 'driver lock');
    expect(story.k.notifiers.get(0, NOTIFIER.running)).toBe(1);
    const call = story.begin('app', sys.detach());
    expect([story.drive('app'), story.waitsFor('app')]).toEqual(['asleep', 'srcu 0']);
    expect(story.k.notifiers.get(0, NOTIFIER.hooked)).toBe(0);
    story.drive('thread');
    expect(story.finish('app', call)).toBe('ok');
    expect(story.events('driver_object_freed').map(({ region }) => region)).toEqual([-1, 0]);
  });

  test('K113 K191 without the grace period the object is freed under a callback', () => {
    const found = [[], unregisterIsNoFence.patches].map((patches) => {
      const story = given(memory, { patches });
      const said = violations(story);
      story.begin('thread', sys.dontneed(1));
      story.stepTo('thread', 'driver lock');
      story.begin('app', sys.detach());
      story.drive('app');
      return said.length;
    });
    expect(found).toEqual([0, 1]);
  });

  test('K79 at exit release is called once, and the list is empty before anything is unmapped', () => {
    const story = given(memory, { tasks: ALONE });
    story.run('app', sys.dmaRead(0, 2));
    story.settle();
    story.forget();
    story.begin('app', sys.exit);
    story.stepTo('app', 'unmap_single_vma');
    expect(story.events('callback_start').map(({ event }) => event)).toEqual(['RELEASE']);
    expect([devicePages(story), story.k.notifiers.get(0, NOTIFIER.hooked)]).toEqual([0, 0]);
    story.drive('app');
    expect(story.dead('app')).toBe(true);
  });

  test.each([hmm_mirror, list_notifier])(
    'K1 the struct goes with the last who grabbed it, under $name',
    (driver) => {
      const story = new Story({ memory, driver, files: [written(8)], tasks: ALONE });
      story.run('app', sys.mmapShared(0, 8));
      story.run('app', { ...sys.attach(0, 4), survivesExit: true } as Operation);
      // The region and the subscription.
      expect(story.k.mms.get(0, MM.count)).toBe(2);
      story.begin('app', sys.exit);
      story.drive('app');
      const state = (): number[] => [
        ...[MM.users, MM.torn_down, MM.count].map((column) => story.k.mms.get(0, column)),
        story.events('mm_freed').length,
      ];
      expect(state()).toEqual([0, 1, 2, 0]);
      story.run('other', sys.detach());
      expect(state()).toEqual([0, 1, 0, 1]);
    },
  );

  test('K190 the last mmput under the driver lock waits for itself', () => {
    const end = (patches: Plot['patches']): string => {
      const story = given(memory, { tasks: ALONE, driver: hmm_mirror, patches: patches ?? [] });
      story.run('app', sys.dmaRead(0));
      story.stepEngineTo('driver lock');
      story.begin('app', sys.exit);
      story.drive('app');
      story.settle();
      const { engineTask } = story.session;
      return story.engineRunnable() || !story.asleep('app')
        ? 'goes on'
        : waitOf(story.session, engineTask).root;
    };
    expect(end(mmputUnderDriverLock.patches)).toBe('cycle');
    expect(end([])).toBe('goes on');
  });
});

import { describe, expect, test } from 'vitest';
import { COUNTER } from '../kernel/kernel.ts';
import { releaseNamed } from '../kernel/release/releases.ts';
import { pte_pfn } from '../kernel/mm/pgtable.ts';
import * as sys from '../run/fixtures/calls.ts';
import { block, devicePte, pfnAt, references } from '../run/fixtures/look.ts';
import { BOTH, file, type Memory, Story, written } from '../run/fixtures/story.ts';
import { get } from './get.ts';
import { gup } from './gup.ts';

function mapped(memory: Memory, driver = get): Story {
  const story = new Story({ memory, driver, files: [written(4)], children: ['third'] });
  story.run('app', sys.mmapShared(0, 4));
  return story;
}

describe.each(BOTH)('%s', (memory) => {
  test('K6, K8 a reference adds 1 to each page, and no pin is counted', () => {
    const story = mapped(memory);
    story.run('app', sys.attach(0, 2));
    expect([0, 1, 2].map((page) => references(story, block(story, page)))).toEqual([1, 1, 0]);
    expect(story.k.counters.get(0, COUNTER.pins_acquired)).toBe(0);
    expect([story.events('pin'), story.events('get').map(({ held }) => held)]).toEqual([[], [1, 2]]);
    story.run('app', sys.detach());
    expect([references(story, block(story, 0)), story.events('put').at(-1)?.held]).toEqual([0, 0]);
  });

  test('K31, K163 a layout break waits for it as for a pin', () => {
    const story = mapped(memory);
    story.run('app', sys.attach(0, 1));
    const hole = story.begin('other', sys.punch(2, 3));
    expect(story.drive('other')).toBe('asleep');
    expect(story.waitsFor('other')).toBe(`page_idle ${block(story, 0)}`);
    story.run('app', sys.detach());
    expect(story.finish('other', hole)).toBe('ok');
  });

  test.each([
    ['linux-6.1', 'asleep'],
    ['linux-6.12', 'done'],
  ])(
    'K10, K103 on %s a truncate that waits for the end of direct I/O is %s when it has ended',
    (kernel, then) => {
      const setup = { release: releaseNamed(kernel) };
      const story = new Story({ memory, driver: get, files: [written(4)], setup });
      story.run('app', sys.mmapShared(0, 4));
      story.run('app', sys.attach(0, 1, { perTransfer: true }));
      story.begin('app', sys.dmaWrite(0, 1));
      story.drive('app');
      const cut = story.begin('other', sys.truncate(0));
      expect(story.drive('other')).toBe('asleep');
      story.settle();
      expect([references(story, block(story, 0)), story.drive('other')]).toEqual([0, then]);
      // Another reference that comes and goes wakes it.
      story.run('third', sys.mmapShared(20, 24));
      story.run('third', sys.load(20));
      story.run('third', sys.attach(20, 21, { region: 1, writable: false }));
      story.run('third', sys.detach(1));
      expect(story.finish('other', cut)).toBe('ok');
    },
  );

  test('K7 of a hole it takes the zero page, which nobody counts', () => {
    const story = new Story({ memory, driver: get, files: [file(2)] });
    story.run('app', sys.mmapShared(0, 2));
    expect(story.run('app', sys.attach(0, 1, { writable: false }))).toBe('ok');
    expect([devicePte(story, 0), story.events('get')]).toEqual(['zero page', []]);
  });

  test('K9, K83 a fork under way does not send it the slow way, as it does a pin', () => {
    for (const [driver, locks] of [
      [get, 'no'],
      [gup, 'read'],
    ] as const) {
      const story = new Story({ memory, driver, files: [written(4)], children: ['third'] });
      story.run('app', sys.mmapPrivate(0, 4));
      story.run('app', sys.store(0));
      story.begin('thread', sys.fork(story.task('third')));
      story.stepTo('thread', 'page_needs_cow_for_dma');
      story.begin('app', sys.attach(0, 1));
      // The pin queues for mmap_lock, which the fork holds for write.
      const stopped = story.drive('app');
      expect([stopped, story.waitsFor('app')]).toEqual(
        locks === 'no' ? ['done', 'nothing'] : ['asleep', 'mmap_lock'],
      );
    }
  });

  test('K194 fork shares the page it has, and the next write moves the process off it', () => {
    const moved = [get, gup].map((driver) => {
      const story = new Story({ memory, driver, files: [written(4)], children: ['third'] });
      story.run('app', sys.mmapPrivate(0, 4));
      story.run('app', sys.store(0));
      story.run('app', sys.attach(0, 1));
      story.run('app', sys.fork(story.task('third')));
      story.run('app', sys.store(0));
      return pte_pfn(story.k.device_ptes.get(0, 0)) === pfnAt(story, 0) ? 'stays' : 'moves away';
    });
    expect(moved).toEqual(['moves away', 'stays']);
  });
});

import { describe, expect, test } from 'vitest';
import * as sys from '../run/fixtures/calls.ts';
import { block, devicePages, references } from '../run/fixtures/look.ts';
import { Story, written } from '../run/fixtures/story.ts';
import { waitOf } from '../run/wait_graph.ts';
import { ECANCELED } from '../kernel/errno.ts';
import { MM } from '../kernel/kernel.ts';
import { DRIVERS } from './drivers.ts';
import { gup } from './gup.ts';
import { hmm_mirror } from './hmm_mirror.ts';
import { none } from './none.ts';

const PINS = gup;

function mapped(driver = PINS): Story {
  const story = new Story({ memory: 'ext4_dax', driver, files: [written(8)] });
  story.run('app', sys.mmapShared(0, 8));
  return story;
}

const pins = (story: Story): number[] =>
  Array.from({ length: 8 }, (_, page) => references(story, block(story, page)));
const NONE = Array.from({ length: 8 }, () => 0);

describe('one region, several callers', () => {
  test('a detach that comes while the attach pins waits for it: no pin is left behind', () => {
    const story = mapped();
    const attaching = story.begin('app', sys.attach(0, 4));
    story.stepTo('app', 'follow_page_pte');
    story.step('app');
    const detaching = story.begin('thread', sys.detach());
    expect(story.drive('thread')).toBe('asleep');
    expect(story.waitsFor('thread')).toBe('job 0');
    const wait = waitOf(story.session, story.task('thread'));
    expect([wait.root, wait.chain.at(-1)?.text]).toEqual([
      'kernel',
      expect.stringMatching(/^app in /) as string,
    ]);
    expect(story.finish('app', attaching)).toBe('ok');
    expect(story.finish('thread', detaching)).toBe('ok');
    expect(pins(story)).toEqual(NONE);
  });

  test('two transfers of a region that is pinned per transfer: one pin at a time, none at the end', () => {
    const story = mapped();
    story.run('app', sys.attach(0, 4, { perTransfer: true }));
    const first = story.begin('app', sys.dmaRead(0, 4));
    story.stepTo('app', 'follow_page_pte');
    const second = story.begin('thread', sys.dmaRead(0, 4));
    expect(story.drive('thread')).toBe('asleep');
    expect(story.finish('app', first)).toBe('ok');
    expect(pins(story).slice(0, 5)).toEqual([1024, 1024, 1024, 1024, 0]);
    expect(story.finish('thread', second)).toBe('ok');
    story.settle();
    expect(pins(story)).toEqual(NONE);
    expect(story.events('dma_end')).toHaveLength(2);
  });

  test('a transfer that waited for a detach finds nothing attached, and so does a second detach', () => {
    const story = mapped(hmm_mirror);
    story.run('app', sys.attach(0, 4));
    story.run('app', sys.dmaRead(0, 4, { fence: true }));
    story.settle();
    const detaching = story.begin('app', sys.detach());
    expect(story.drive('app')).toBe('asleep');
    const transfer = story.begin('thread', sys.dmaRead(0, 4));
    expect(story.drive('thread')).toBe('asleep');
    const again = story.begin('third', sys.detach());
    expect(story.drive('third')).toBe('asleep');
    story.run('other', sys.signalFence());
    story.settle();
    expect(story.finish('app', detaching)).toBe('ok');
    expect(story.finish('thread', transfer)).toBe('ENXIO');
    expect(story.finish('third', again)).toBe('ok');
  });
});

describe('the engine', () => {
  test('K117 looks a page up, and moves data some time later without looking again', () => {
    const story = mapped();
    story.run('app', sys.attach(0, 4));
    story.run('app', sys.dmaWrite(1));
    story.stepEngineTo('device_access');
    expect(story.events('dma_begin')).toMatchObject([{ va: 1, pages: 1 }]);
    expect(story.events('dev_access')).toEqual([]);
    story.stepEngine();
    expect(story.events('dev_access')).toMatchObject([{ va: 1, write: true, pfn: block(story, 1) }]);
  });

  test('a fence keeps the transfer open until user space signals it', () => {
    const story = mapped();
    story.run('app', sys.attach(0, 4, { perTransfer: true }));
    story.run('app', sys.dmaRead(0, 1, { fence: true }));
    story.settle();
    expect(story.events('dma_end')).toEqual([]);
    expect(pins(story)[0]).toBe(1024);
    story.run('app', sys.signalFence());
    story.settle();
    expect([story.events('dma_end').length, pins(story)[0]]).toEqual([1, 0]);
  });

  test.each([gup, hmm_mirror])(
    '$name: an exit does not wait for a transfer behind the fence of another',
    (driver) => {
      const regions = { app: 0, other: 2 };
      const story = mapped(driver);
      story.run('other', sys.mmapShared(0, 8));
      for (const who of ['app', 'other'] as const)
        story.run(who, sys.attach(0, 4, { region: regions[who], perTransfer: true }));
      story.run('app', sys.dmaRead(0, 1, { region: regions.app, fence: true }));
      story.settle();
      story.run('other', sys.dmaRead(1, 2, { region: regions.other }));
      expect(story.run('other', sys.exit)).toBe('ok');
      expect(story.events('dma_end')).toMatchObject([{ region: regions.other, ret: -ECANCELED }]);
      expect(pins(story)[1]).toBe(driver === gup ? 1024 : 0);
      story.run('app', sys.signalFence());
      story.settle();
      expect([story.events('dma_end').length, pins(story)]).toEqual([2, NONE]);
    },
  );

  test('a call that waits for its transfer returns when it has ended, with its result', () => {
    const story = mapped(hmm_mirror);
    story.run('app', sys.attach(0, 4));
    const reading = story.begin('app', sys.dmaRead(0, 2, { wait: true }));
    expect(story.drive('app')).toBe('asleep');
    expect(story.waitsFor('app')).toBe('job 0');
    expect(story.finish('app', reading)).toBe('ok');
    expect(story.events('dma_end')).toMatchObject([{ ret: 0 }]);
    story.run('app', sys.munmap(0, 4));
    const failing = story.begin('app', sys.dmaRead(0, 2, { wait: true }));
    expect(story.finish('app', failing)).toBe('EFAULT');
  });

  test.each(DRIVERS.map((driver) => driver.name))(
    '%s: a transfer outside the region, or of none, is -ENXIO',
    (name) => {
      const story = mapped(DRIVERS.find((driver) => driver.name === name));
      expect(story.run('app', sys.dmaRead(0))).toBe('ENXIO');
      story.run('app', sys.attach(0, 4));
      expect(story.run('app', sys.dmaRead(3, 5))).toBe('ENXIO');
      expect(story.run('app', sys.detach(1))).toBe('ENXIO');
    },
  );

  test('none: the device is never given anything', () => {
    const story = mapped(none);
    expect(story.run('app', sys.attach(0, 4))).toBe('ok');
    expect(story.run('app', sys.dmaWrite(0, 4))).toBe('ok');
    story.settle();
    expect([devicePages(story), story.events('dev_access').length]).toEqual([0, 0]);
  });
});

describe('gup', () => {
  test('K106 pinned_vm of the owning mm is charged for the region and given back', () => {
    const story = mapped();
    story.run('app', sys.attach(0, 3));
    expect(story.k.mms.get(0, MM.pinned_vm)).toBe(3);
    story.run('other', sys.detach());
    expect(story.k.mms.get(0, MM.pinned_vm)).toBe(0);
  });

  test('K164 a region pinned per transfer holds nothing between two of them', () => {
    const story = mapped();
    story.run('app', sys.attach(0, 4, { perTransfer: true }));
    expect(pins(story)).toEqual(NONE);
    story.run('app', sys.dmaRead(0, 2));
    expect(pins(story).slice(0, 5)).toEqual([1024, 1024, 1024, 1024, 0]);
    story.settle();
    expect(pins(story)).toEqual(NONE);
  });

  test('K26, K84 the pin stays on the frame when the address shows something else', () => {
    const story = mapped();
    story.run('app', sys.attach(0, 2));
    story.run('app', sys.munmap(0, 2));
    story.run('app', sys.dmaWrite(0));
    story.settle();
    expect(story.events('dev_access')).toMatchObject([{ pfn: block(story, 0), page: 0 }]);
  });
});

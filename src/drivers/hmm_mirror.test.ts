import { describe, expect, test } from 'vitest';
import { driver_lock, SUB } from '../kernel/kernel.ts';
import * as sys from '../run/fixtures/calls.ts';
import { content, devicePages, devicePte } from '../run/fixtures/look.ts';
import { BOTH, Story, written } from '../run/fixtures/story.ts';
import { hmm_mirror } from './hmm_mirror.ts';

describe.each(BOTH)('%s', (memory) => {
  function mirrored(): Story {
    const story = new Story({ memory, driver: hmm_mirror, files: [written(8)] });
    story.run('app', sys.mmapShared(0, 8));
    story.run('app', sys.load(0, 8));
    story.run('app', sys.attach(0, 8));
    return story;
  }

  test('K117 the callback waits for the transfer in flight, with the driver lock held, and lets no later one see the page', () => {
    const story = mirrored();
    story.run('app', sys.dmaRead(2, 4));
    story.stepEngineTo('device_access');
    const shrinking = story.begin('other', sys.truncate(2));
    expect(story.drive('other')).toBe('asleep');
    expect(story.waitsFor('other')).toBe('drain 0');
    expect(story.holds('other', driver_lock(0))).toBe('write');
    expect(devicePages(story)).toBe(0);
    story.stepEngine();
    expect(story.asleep('other')).toBe(false);
    expect(story.finish('other', shrinking)).toBe('ok');
    expect(story.events('dev_access')[0]).toMatchObject({ page: 2, value: content(story, 1) });
  });

  test('K117 a transfer elsewhere in the region is not waited for', () => {
    const story = mirrored();
    story.run('app', sys.dmaRead(6));
    story.stepEngineTo('device_access');
    expect(story.run('app', sys.dontneed(0, 2))).toBe('ok');
  });

  /** The engine has walked pages 0 to 2 and is about to take the driver lock. */
  function walked(): Story {
    const story = mirrored();
    story.run('app', sys.dmaRead(0, 3));
    story.stepEngineTo('driver lock');
    return story;
  }

  test('K128, K129, K130 start and end both happen between walk and lock: read_retry sees it', () => {
    const story = walked();
    story.run('app', sys.dontneed(1));
    story.settle();
    expect(story.events('retry')).toHaveLength(1);
    expect([0, 1, 2].map((va) => devicePte(story, va))).toEqual(['read-only', 'read-only', 'read-only']);
    // Whatever was installed was walked after the last start.
    const installed = story.eventTypes('retry', 'device_pte').lastIndexOf('device_pte');
    expect(installed).toBeGreaterThan(story.eventTypes('retry', 'device_pte').lastIndexOf('retry'));
  });

  test('K129, K130 the install comes first: the callback waits for the driver lock and tears it down', () => {
    const story = walked();
    story.stepEngine();
    expect(devicePages(story)).toBe(3);
    story.begin('app', sys.dontneed(1));
    story.stepTo('app', 'zap_pte_range');
    expect([0, 1, 2].map((va) => devicePte(story, va))).toEqual(['read-only', 'none', 'read-only']);
  });

  test('K129 the callback stores the sequence even when it has nothing to clear', () => {
    const story = mirrored();
    const before = story.k.subs.get(0, SUB.invalidate_seq);
    story.run('app', sys.dontneed(7));
    expect(story.k.subs.get(0, SUB.invalidate_seq)).toBeGreaterThan(before);
  });

  test('K120 the driver lock is free during read_begin and the fault', () => {
    const story = mirrored();
    story.run('app', sys.dontneed(0, 8));
    story.run('app', sys.dmaRead(0));
    const seen = new Set<string>();
    while (story.engineRunnable() && devicePages(story) === 0) {
      seen.add(story.k.m.locks.holds(story.session.engineTask, driver_lock(0)));
      story.stepEngine();
    }
    expect([...seen]).toEqual(['no']);
    expect(devicePages(story)).toBe(1);
  });

  test('K115, K26 detach leaves neither subscription nor entries', () => {
    const story = mirrored();
    story.run('app', sys.dmaRead(0, 8));
    story.settle();
    expect(story.run('app', sys.detach())).toBe('ok');
    expect(story.k.device_ptes.nextNonZero(0, 0, 64)).toBe(64);
    expect(story.k.subs.get(0, SUB.state)).toBe(0);
  });

  test('K225 a truncate can wait for a lock of the fault path, and then goes on by itself', () => {
    const story = mirrored();
    story.run('app', sys.dontneed(0, 8));
    story.run('app', sys.dmaRead(0));
    story.stepEngineTo('dax_insert_entry');
    const shrinking = story.begin('other', sys.truncate(0));
    expect(story.drive('other')).toBe('asleep');
    expect(story.waitsFor('other')).toBe('invalidate_lock');
    expect(story.finish('other', shrinking)).toBe('ok');
    expect(devicePages(story)).toBe(0);
  });
});

import { describe, expect, test } from 'vitest';
import * as sys from '../run/fixtures/calls.ts';
import { devicePages } from '../run/fixtures/look.ts';
import { BOTH, Story, written } from '../run/fixtures/story.ts';
import { hmm_mirror } from './hmm_mirror.ts';

describe.each(BOTH)('%s', (memory) => {
  test.each([1, 5, 20])('K131 a fault that collides %i times tries as often, and once more', (collisions) => {
    const story = new Story({ memory, driver: hmm_mirror, files: [written(8)] });
    story.run('app', sys.mmapShared(0, 8));
    story.run('app', sys.attach(0, 8));
    story.run('app', sys.dmaRead(0, 8));
    for (let collision = 0; collision < collisions; collision++) {
      story.stepEngineTo('driver lock');
      // The walk is over, the lock not taken: whatever the walk found is no longer so.
      story.run('app', sys.dontneed(0, 8));
      story.stepEngine();
      expect(devicePages(story)).toBe(0);
    }
    story.settle();
    expect(story.events('retry')).toHaveLength(collisions);
    expect(story.events('device_fault')).toHaveLength(1);
    expect(story.events('dma_end').map(({ ret }) => ret)).toEqual([0]);
  });
});

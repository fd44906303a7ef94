import { describe, expect, test } from 'vitest';
import { hmm_mirror } from '../../drivers/hmm_mirror.ts';
import { none } from '../../drivers/none.ts';
import * as sys from '../../run/fixtures/calls.ts';
import { devicePte, pfnAt, pte } from '../../run/fixtures/look.ts';
import { BOTH, Story, written } from '../../run/fixtures/story.ts';

describe.each(BOTH)('%s', (memory) => {
  test('K5 gaining the right to write to the same page notifies nobody; the mirror stays read-only', () => {
    const story = new Story({ memory, driver: hmm_mirror, files: [written(4)] });
    story.run('app', sys.mmapShared(0, 4));
    story.run('app', sys.attach(0, 4));
    story.run('app', sys.dmaRead(1));
    story.settle();
    const before = pfnAt(story, 1);
    expect([pte(story, 1), devicePte(story, 1)]).toEqual(['read-only', 'read-only']);
    story.forget();
    story.run('app', sys.store(1));
    expect([pte(story, 1), devicePte(story, 1)]).toEqual(['read-write', 'read-only']);
    expect(pfnAt(story, 1)).toBe(before);
    expect(story.events('inv_start')).toEqual([]);
    story.run('app', sys.dmaWrite(1));
    story.settle();
    expect(devicePte(story, 1)).toBe('read-write');
    expect(story.events('device_fault')).toHaveLength(1);
  });

  test('K4 the kinds of entry a file mapping can have', () => {
    const story = new Story({
      memory,
      driver: none,
      files: [{ ...written(4), extents: [{ from: 0, to: 2, state: 'written' }] }],
    });
    story.run('app', sys.mmapShared(0, 4));
    story.run('app', sys.load(0));
    story.run('app', sys.store(1));
    story.run('app', sys.load(2));
    expect([0, 1, 2, 3].map((va) => pte(story, va))).toEqual([
      'read-only',
      'read-write',
      'zero page',
      'none',
    ]);
  });
});

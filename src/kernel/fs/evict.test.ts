import { describe, expect, test } from 'vitest';
import { gup } from '../../drivers/gup.ts';
import { none } from '../../drivers/none.ts';
import * as sys from '../../run/fixtures/calls.ts';
import { block, blockState, entry, references } from '../../run/fixtures/look.ts';
import { BOTH, Story, written } from '../../run/fixtures/story.ts';

describe.each(BOTH)('%s', (memory) => {
  test('K62 unlink and last unmap free the blocks under a pin, and nobody waits', () => {
    const story = new Story({ memory, driver: gup, files: [written(4)] });
    story.run('app', sys.mmapShared(0, 4));
    story.run('app', sys.attach(0, 2));
    const pinned = block(story, 0);
    expect(story.run('other', sys.unlink())).toBe('ok');
    expect(blockState(story, pinned)).toBe('owned');
    expect(story.run('app', sys.munmap(0, 4))).toBe('ok');
    expect(blockState(story, pinned)).toBe('freed');
    expect(references(story, pinned)).toBe(1024);
    expect(story.events('blocks_freed')).toMatchObject([{ pages: 4, referenced: 2 }]);
    expect(story.events('layout_wait')).toEqual([]);
    story.settle();
    expect(blockState(story, pinned)).toBe('free');
  });

  test('K62 an open descriptor keeps the file, its last close does not', () => {
    const story = new Story({ memory, driver: none, files: [written(4)] });
    const first = block(story, 0);
    story.run('app', sys.open());
    story.run('app', sys.unlink());
    expect(blockState(story, first)).toBe('owned');
    story.run('app', sys.close());
    expect(blockState(story, first)).toBe('freed');
    expect(entry(story, 0).kind).toBe('absent');
  });

  test('K62, K79 the exit of the last process that maps it ends an unlinked file', () => {
    const story = new Story({ memory, driver: none, files: [written(4)], tasks: { app: 0, other: 1 } });
    const first = block(story, 0);
    story.run('app', sys.mmapShared(0, 4));
    story.run('other', sys.unlink());
    story.run('app', sys.exit);
    expect(blockState(story, first)).toBe('freed');
  });
});

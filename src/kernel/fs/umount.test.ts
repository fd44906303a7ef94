import { describe, expect, test } from 'vitest';
import { gup } from '../../drivers/gup.ts';
import { none } from '../../drivers/none.ts';
import * as sys from '../../run/fixtures/calls.ts';
import { block, content, entry, references } from '../../run/fixtures/look.ts';
import { BOTH, Story, written } from '../../run/fixtures/story.ts';
import { s_umount } from '../kernel.ts';

describe.each(BOTH)('%s', (memory) => {
  test('an open file, or a mapping, has the filesystem busy', () => {
    const story = new Story({ memory, driver: none, files: [written(2)] });
    story.run('app', sys.open());
    expect(story.run('other', sys.umount)).toBe('EBUSY');
    story.run('app', sys.mmapShared(0, 2));
    story.run('app', sys.close());
    expect(story.run('other', sys.umount)).toBe('EBUSY');
    story.run('app', sys.munmap(0, 2));
    expect(story.run('other', sys.umount)).toBe('ok');
  });

  test('what is dirty is written back before it goes', () => {
    const story = new Story({ memory, driver: none, files: [written(2)] });
    story.run('app', sys.mmapShared(0, 2));
    story.run('app', sys.store(0));
    story.run('app', sys.munmap(0, 2));
    const page = block(story, 0);
    expect(story.k.media.get(0, page)).not.toBe(content(story, 0));
    expect(story.run('other', sys.umount)).toBe('ok');
    expect([story.k.media.get(0, page), entry(story, 0).dirty]).toEqual([content(story, 0), false]);
    expect(story.holds('other', s_umount)).toBe('no');
  });

  test('K62 a pin keeps nothing mounted', () => {
    const story = new Story({ memory, driver: gup, files: [written(2)] });
    story.run('app', sys.mmapShared(0, 2));
    story.run('app', sys.attach(0, 1));
    story.run('app', sys.munmap(0, 2));
    expect(references(story, block(story, 0))).toBe(1024);
    expect(story.run('other', sys.umount)).toBe('ok');
  });

  test('K20 nor is anything left to write back of a frozen one', () => {
    const story = new Story({ memory, driver: none, files: [written(2)] });
    story.run('app', sys.freeze);
    story.forget();
    expect(story.run('other', sys.umount)).toBe('ok');
    expect(story.events('commit')).toEqual([]);
  });

  test('K76 dropping caches leaves DAX entries and mappings alone', () => {
    const story = new Story({ memory, driver: none, files: [written(2)] });
    story.run('app', sys.mmapShared(0, 2));
    story.run('app', sys.store(0));
    const before = entry(story, 0);
    story.forget();
    expect(story.run('other', sys.dropCaches)).toBe('ok');
    expect([entry(story, 0), story.events('pte')]).toEqual([before, []]);
  });
});

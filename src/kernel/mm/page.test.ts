import { describe, expect, test } from 'vitest';
import { get } from '../../drivers/get.ts';
import { gup } from '../../drivers/gup.ts';
import * as sys from '../../run/fixtures/calls.ts';
import { block, references } from '../../run/fixtures/look.ts';
import { BOTH, file, Story, written } from '../../run/fixtures/story.ts';
import { FOLL_GET, FOLL_PIN, gup_put_pages, page_idle, pins_held, try_grab_pages } from './page.ts';

describe.each(BOTH)('%s', (memory) => {
  test.each([
    [get, 1, 0],
    [gup, 1024, 3],
  ])('K6, K8 what one holder adds to the count of each page, and to the pins', (driver, added, pins) => {
    const story = new Story({ memory, driver, files: [written(8)] });
    story.run('app', sys.mmapShared(0, 8));
    story.run('app', sys.attach(2, 5));
    expect([1, 2, 4, 5].map((page) => references(story, block(story, page)))).toEqual([0, added, added, 0]);
    expect(pins_held(story.k)).toBe(pins);
    story.run('app', sys.detach());
    expect([references(story, block(story, 2)), pins_held(story.k)]).toEqual([0, 0]);
  });

  test('K7 the zero page is counted neither for a pin nor for a plain reference', () => {
    for (const driver of [get, gup]) {
      const story = new Story({ memory, driver, files: [file(8)] });
      story.run('app', sys.mmapShared(0, 8));
      expect(story.run('app', sys.attach(0, 4, { writable: false }))).toBe('ok');
      expect([references(story, 0), pins_held(story.k)]).toEqual([0, 0]);
    }
  });

  test('K9 a page can be held by a pin and by a plain reference, of separate callers; both must go', () => {
    const story = new Story({ memory, driver: gup, files: [written(8)] });
    story.run('app', sys.mmapShared(0, 8));
    story.run('app', sys.load(0, 8));
    const pfn = block(story, 3);
    try_grab_pages(story.k, pfn, 1, FOLL_GET);
    story.run('app', sys.attach(3, 4));
    expect([references(story, pfn), pins_held(story.k)]).toEqual([1025, 1]);
    gup_put_pages(story.k, pfn, 1, FOLL_GET);
    expect([page_idle(story.k, pfn), pins_held(story.k)]).toEqual([false, 1]);
    story.run('app', sys.detach());
    expect([page_idle(story.k, pfn), pins_held(story.k)]).toEqual([true, 0]);
    try_grab_pages(story.k, pfn, 1, FOLL_PIN);
    expect(references(story, pfn)).toBe(1024);
  });
});

import { describe, expect, test } from 'vitest';
import { gup } from '../../drivers/gup.ts';
import { gup_longterm } from '../../drivers/gup_longterm.ts';
import * as sys from '../../run/fixtures/calls.ts';
import { block, devicePages, devicePte, extent, pte, references } from '../../run/fixtures/look.ts';
import { BOTH, file, Story, written } from '../../run/fixtures/story.ts';
import { COUNTER, mmap_lock } from '../kernel.ts';

const pinCounters = (story: Story): number[] =>
  [COUNTER.pins_acquired, COUNTER.pins_released].map((column) => story.k.counters.get(0, column));

describe.each(BOTH)('%s', (memory) => {
  test('K6, K8 a pin adds 1024 to each page, and what was acquired is released', () => {
    const story = new Story({ memory, driver: gup, files: [written(4)] });
    story.run('app', sys.mmapShared(0, 4));
    story.run('app', sys.attach(0, 2));
    expect([0, 1, 2].map((page) => references(story, block(story, page)))).toEqual([1024, 1024, 0]);
    expect(pinCounters(story)).toEqual([2, 0]);
    story.run('app', sys.detach());
    expect(references(story, block(story, 0))).toBe(0);
    expect(pinCounters(story)).toEqual([2, 2]);
  });

  test('K7, K89 pinning a hole for reading pins the zero page, which nobody counts', () => {
    const story = new Story({ memory, driver: gup, files: [file(4)] });
    story.run('app', sys.mmapShared(0, 4));
    expect(story.run('app', sys.attach(0, 2, { writable: false }))).toBe('ok');
    expect([devicePte(story, 0), references(story, 0)]).toEqual(['zero page', 0]);
    expect(pinCounters(story)).toEqual([0, 0]);
    expect(story.run('other', sys.punch(0, 4))).toBe('ok');
    story.run('app', sys.detach());
    expect(pinCounters(story)).toEqual([0, 0]);
  });

  /** Page 0 is mapped, `app` pins it without a lock, `other` punches a hole. */
  function race(): { story: Story; attaching: ReturnType<Story['begin']>; hole: ReturnType<Story['begin']> } {
    const story = new Story({ memory, driver: gup, files: [written(4)] });
    story.run('app', sys.mmapShared(0, 4));
    story.run('app', sys.store(0));
    // Clean, so that ext4 has nothing to write back before the break.
    story.run('app', sys.fsync());
    const attaching = story.begin('app', sys.attach(0, 1, { writable: false }));
    const hole = story.begin('other', sys.punch(0, 1));
    return { story, attaching, hole };
  }

  test('K36 the count is raised before the zap: the break sees it and waits', () => {
    const { story, attaching, hole } = race();
    story.stepTo('app', 'pte recheck');
    story.step('app');
    expect(story.drive('other')).toBe('asleep');
    expect(story.waitsFor('other')).toBe(`page_idle ${block(story, 0)}`);
    expect(story.finish('app', attaching)).toBe('ok');
    story.run('app', sys.detach());
    expect(story.finish('other', hole)).toBe('ok');
  });

  test('K36 the zap comes before the recheck: fast GUP backs out, and its fault waits for the punch', () => {
    const { story, attaching, hole } = race();
    story.stepTo('other', 'zap_pte_range');
    story.stepTo('app', 'pte recheck');
    const punched = block(story, 0);
    story.step('other');
    expect([pte(story, 0), references(story, punched)]).toEqual(['none', 1024]);
    story.step('app');
    expect(references(story, punched)).toBe(0);
    expect(story.drive('app')).toBe('asleep');
    expect(story.waitsFor('app')).toBe('invalidate_lock');
    expect(story.holds('app', mmap_lock(0))).toBe('read');
    expect(story.finish('other', hole)).toBe('ok');
    expect(story.finish('app', attaching)).toBe('ok');
    // What it got is the hole, not the block that was there.
    expect([extent(story, 0), devicePte(story, 0)]).toEqual(['hole', 'zero page']);
  });

  test('K36 the break has seen the count, the count goes again: the punch goes on', () => {
    const { story, attaching, hole } = race();
    story.stepTo('other', 'zap_pte_range');
    story.stepTo('app', 'pte recheck');
    expect(story.drive('other')).toBe('asleep');
    expect(story.waitsFor('other')).toMatch(/^page_idle/);
    story.step('app');
    expect(story.asleep('other')).toBe(false);
    expect(story.finish('other', hole)).toBe('ok');
    expect(story.finish('app', attaching)).toBe('ok');
  });

  test('K83 fast GUP takes what is mapped without a lock, slow GUP the rest under mmap_lock', () => {
    const story = new Story({ memory, driver: gup, files: [written(4)] });
    story.run('app', sys.mmapShared(0, 4));
    story.run('app', sys.store(0, 2));
    story.begin('app', sys.attach(0, 4));
    story.stepTo('app', 'mmap_read_lock');
    expect([0, 1, 2].map((page) => references(story, block(story, page)))).toEqual([1024, 1024, 0]);
    story.stepTo('app', 'follow_page_pte');
    expect(story.holds('app', mmap_lock(0))).toBe('read');
    expect(story.drive('app')).toBe('done');
    expect(devicePages(story)).toBe(4);
  });

  test('K82, K83 a writer does not take what is mapped read-only: it faults, and the page becomes writable', () => {
    const story = new Story({ memory, driver: gup, files: [written(4)] });
    story.run('app', sys.mmapShared(0, 4));
    story.run('app', sys.load(0, 4));
    expect(story.run('app', sys.attach(0, 4))).toBe('ok');
    expect([pte(story, 0), devicePte(story, 0)]).toEqual(['read-write', 'read-write']);
  });

  test('K82 pages beyond end of file fail it, and what was pinned before is given back', () => {
    const story = new Story({ memory, driver: gup, files: [written(2)] });
    story.run('app', sys.mmapShared(0, 4));
    expect(story.run('app', sys.attach(0, 4))).toBe('EFAULT');
    expect(pinCounters(story)).toEqual([2, 2]);
    expect(references(story, block(story, 0))).toBe(0);
  });

  test('K82, K94 no VMA, or no right to write: -EFAULT', () => {
    const story = new Story({ memory, driver: gup, files: [written(8)] });
    story.run('app', sys.mmapShared(0, 4, { writable: false }));
    expect(story.run('app', sys.attach(0, 4))).toBe('EFAULT');
    expect(story.run('app', sys.attach(2, 6, { writable: false }))).toBe('EFAULT');
    expect(story.run('app', sys.attach(0, 4, { writable: false }))).toBe('ok');
  });

  test('K84 a pin stops neither munmap, nor a write-protect, nor a new mapping of the address', () => {
    const story = new Story({ memory, driver: gup, files: [written(4), written(4)] });
    story.run('app', sys.mmapShared(0, 4));
    story.run('app', sys.attach(0, 4));
    story.run('app', sys.fsync());
    expect([pte(story, 0), devicePte(story, 0)]).toEqual(['read-only', 'read-write']);
    expect(story.run('app', sys.mmapShared(0, 4, { file: 1 }))).toBe('ok');
    expect(references(story, block(story, 0))).toBe(1024);
  });

  test('K88 FOLL_LONGTERM on a DAX file is -EOPNOTSUPP, mapped pages or not', () => {
    const story = new Story({ memory, driver: gup_longterm, files: [written(4)] });
    story.run('app', sys.mmapShared(0, 4));
    expect(story.run('app', sys.attach(0, 4))).toBe('EOPNOTSUPP');
    story.run('app', sys.store(0, 4));
    expect(story.run('app', sys.attach(0, 4))).toBe('EOPNOTSUPP');
    expect(pinCounters(story)).toEqual([0, 0]);
  });

  test('K85, K46 a write pin of a private mapping pins the copy, and the file can go', () => {
    const story = new Story({ memory, driver: gup, files: [written(4)] });
    story.run('app', sys.mmapPrivate(0, 4));
    expect(story.run('app', sys.attach(0, 2))).toBe('ok');
    expect([pte(story, 0), devicePte(story, 0)]).toEqual(['private copy', 'read-write']);
    expect(references(story, block(story, 0))).toBe(0);
    expect(story.run('other', sys.truncate(0))).toBe('ok');
  });
});

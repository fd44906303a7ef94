import { describe, expect, test } from 'vitest';
import { gup } from '../../drivers/gup.ts';
import { none } from '../../drivers/none.ts';
import * as sys from '../../run/fixtures/calls.ts';
import { entry, extent, references, block } from '../../run/fixtures/look.ts';
import { BOTH, file, Story, written } from '../../run/fixtures/story.ts';
import { releaseNamed } from '../release/releases.ts';

describe.each(BOTH)('%s', (memory) => {
  /** `app` is half-way through a fault on page 3, whose entry it has locked. */
  function lockedEntry(): Story {
    const story = new Story({ memory, driver: none, files: [written(8)] });
    for (const who of ['app', 'other', 'third']) story.run(who, sys.mmapShared(0, 8));
    story.begin('app', sys.load(3));
    story.stepTo('app', 'dax_unlock_entry');
    expect(entry(story, 3).locked).toBe(true);
    return story;
  }

  test('K13 unlocking wakes one of the faults that wait for the entry', () => {
    const story = lockedEntry();
    for (const who of ['other', 'third']) {
      story.begin(who, sys.load(3));
      expect(story.drive(who)).toBe('asleep');
      expect(story.waitsFor(who)).toBe('entry 1');
    }
    story.drive('app');
    expect(story.asleep('other')).toBe(false);
    expect(story.asleep('third')).toBe(true);
    expect(story.drive('other')).toBe('done');
    expect(story.asleep('third')).toBe(false);
    expect(story.drive('third')).toBe('done');
  });

  test('K13, K66 deleting the entry wakes all who wait for it', () => {
    // Where write-back waits for locked entries: 6.1 passes them over (K174).
    const linux = releaseNamed('linux-6.1');
    const release = { ...linux, rules: { ...linux.rules, writeback_skips_locked_entry: false } };
    const story = new Story({ memory, driver: none, files: [written(8)], setup: { release } });
    story.run('app', sys.mmapShared(0, 8));
    story.run('app', sys.store(3));
    story.begin('app', sys.fsync());
    story.stepTo('app', 'dax_unlock_entry');
    // First in line the truncate, then two more fsyncs, which no lock keeps out.
    const calls = [
      ['other', sys.truncate(2)],
      ['third', sys.fsync()],
      ['thread', sys.fsync()],
    ] as const;
    for (const [who, op] of calls) {
      story.begin(who, op);
      story.drive(who);
      expect(story.waitsFor(who)).toBe('entry 1');
    }
    story.drive('app');
    expect(calls.map(([who]) => story.asleep(who))).toEqual([false, true, true]);
    // It wakes, looks at the entry again and deletes it.
    story.step('other', 2);
    expect(entry(story, 3).kind).toBe('absent');
    expect(calls.map(([who]) => story.asleep(who))).toEqual([false, false, false]);
  });

  test('K48 no signal ends the wait for an entry', () => {
    const story = lockedEntry();
    story.begin('other', sys.load(3));
    story.drive('other');
    story.run('third', sys.signal(story.task('other')));
    expect(story.asleep('other')).toBe(true);
  });

  test('K13, K44 a write that finds its entry dirty after a wait hands the wake-up on', () => {
    const story = new Story({ memory, driver: none, files: [file(8)] });
    for (const who of ['app', 'other']) story.run(who, sys.mmapShared(0, 8));
    story.begin('app', sys.load(3));
    story.stepTo('app', 'dax_unlock_entry');
    // A fault has locked the zero page's entry and marked it dirty: the write sleeps before it invalidates, a fault behind.
    const writing = story.begin('third', sys.write(3, 4));
    expect(story.drive('third')).toBe('asleep');
    const fault = story.begin('other', sys.load(3));
    expect(story.drive('other')).toBe('asleep');
    story.drive('app');
    expect(story.finish('third', writing)).toBe('ok');
    expect(story.finish('other', fault)).toBe('ok');
  });

  test('K10, K174 the busy scan steps over an entry that is locked', () => {
    const story = new Story({ memory, driver: gup, files: [written(8)] });
    for (const who of ['app', 'other']) story.run(who, sys.mmapShared(0, 8));
    story.run('app', sys.attach(3, 4, { writable: false }));
    expect(references(story, block(story, 3))).toBe(1024);
    // fsync takes neither i_rwsem nor invalidate_lock, and locks the entry.
    story.begin('app', sys.fsync());
    story.stepTo('app', 'dax_flush');
    const hole = story.begin('third', sys.punch(5, 6));
    expect(story.finish('third', hole)).toBe('ok');
    expect(extent(story, 5)).toBe('hole');
  });
});

import { describe, expect, test } from 'vitest';
import * as sys from '../run/fixtures/calls.ts';
import { block, devicePte, references } from '../run/fixtures/look.ts';
import { BOTH, type Memory, Story, written } from '../run/fixtures/story.ts';
import { waitOf } from '../run/wait_graph.ts';
import { hmm_mirror } from './hmm_mirror.ts';
import { notifier } from './notifier.ts';

function mapped(memory: Memory, driver = notifier): Story {
  const story = new Story({ memory, driver, files: [written(4)] });
  story.run('app', sys.mmapShared(0, 4));
  story.run('app', sys.store(0, 4));
  // Clean, so that ext4 has nothing to write back before the break.
  story.run('app', sys.fsync());
  story.run('app', sys.attach(0, 4));
  return story;
}

describe.each(BOTH)('%s', (memory) => {
  test('K145, K151 a transfer leaves entries and no reference', () => {
    const story = mapped(memory);
    story.run('app', sys.dmaWrite(0, 2));
    story.settle();
    expect([0, 1].map((page) => references(story, block(story, page)))).toEqual([0, 0]);
    expect(devicePte(story, 0)).toBe('read-write');
    expect(story.run('other', sys.punch(0, 4))).toBe('ok');
    expect(devicePte(story, 0)).toBe('none');
  });

  test('GUP tells no rights: what was read is for reading, however the CPU may', () => {
    const rights = [notifier, hmm_mirror].map((driver) => {
      const story = mapped(memory, driver);
      story.run('app', sys.store(1));
      story.run('app', sys.dmaRead(1));
      story.settle();
      return devicePte(story, 1);
    });
    expect(rights).toEqual(['read-only', 'read-write']);
  });

  test('K36 a break in the moment of its reference waits, of class reference, and not for user space', () => {
    const story = mapped(memory);
    story.run('app', sys.dmaRead(0));
    story.stepEngineTo('put_page');
    const page = block(story, 0);
    expect(references(story, page)).toBe(1);
    const hole = story.begin('other', sys.punch(1, 2));
    expect(story.drive('other')).toBe('asleep');
    expect(story.waitsFor('other')).toBe(`page_idle ${page}`);
    const { class: waits, root } = waitOf(story.session, story.task('other'));
    expect([waits, root]).toEqual(['reference', 'kernel']);
    expect(story.finish('other', hole)).toBe('ok');
  });

  test('an invalidation between walk and install is noticed: begin again', () => {
    const story = mapped(memory);
    story.run('app', sys.dmaRead(0));
    story.stepEngineTo('put_page');
    story.stepEngine();
    expect(story.run('other', sys.punch(0, 1))).toBe('ok');
    story.settle();
    expect([story.events('retry').length, devicePte(story, 0)]).toEqual([1, 'zero page']);
  });
});

import { describe, expect, test } from 'vitest';
import { gup } from '../../drivers/gup.ts';
import { hmm_mirror } from '../../drivers/hmm_mirror.ts';
import type { Driver } from '../../drivers/driver.ts';
import * as sys from '../../run/fixtures/calls.ts';
import { block, content, entry, extent, size } from '../../run/fixtures/look.ts';
import { type Memory, Story, written } from '../../run/fixtures/story.ts';
import { releaseNamed } from './releases.ts';

/** A file of 4 pages, mapped by `app`, on each of the two kernels. */
function each(memory: Memory, driver: Driver, tell: (story: Story) => unknown): unknown[] {
  return ['linux-6.1', 'linux-6.12'].map((name) => {
    const setup = { release: releaseNamed(name) };
    const story = new Story({ memory, driver, files: [written(4)], setup });
    story.run('app', sys.mmapShared(0, 4));
    return tell(story);
  });
}

/** Whether the call waits for the pin of page 0; it is let go and ended. */
function waits(story: Story, op: Parameters<Story['run']>[1]): string {
  story.run('app', sys.attach(0, 1));
  const call = story.begin('other', op);
  const how = story.drive('other') === 'asleep' ? 'waits' : 'does not wait';
  story.run('app', sys.detach());
  return `${how}, ${story.finish('other', call)}`;
}

describe('linux-6.1 and linux-6.12', () => {
  test('K41 a read fault makes its entry dirty on the older one only', () => {
    const dirty = each('ext4_dax', gup, (story) => {
      story.run('app', sys.load(0));
      return entry(story, 0).dirty;
    });
    expect(dirty).toEqual([true, false]);
  });

  test('K52, K223 a punch on ext4 no longer writes back first', () => {
    const told = each('ext4_dax', hmm_mirror, (story) => {
      story.run('app', sys.attach(0, 4));
      story.run('app', sys.dmaWrite(0, 4));
      story.settle();
      story.run('other', sys.punch(1, 2));
      return story.events('callback_start').map(({ event }) => event);
    });
    expect(told).toEqual([
      ['PROTECTION_PAGE', 'CLEAR', 'CLEAR'],
      ['CLEAR', 'CLEAR'],
    ]);
  });

  test('K51, K223 a truncate on XFS no longer flushes the new end of the file', () => {
    const flushed = each('xfs_dax', gup, (story) => {
      story.run('app', sys.store(0, 4));
      story.run('other', sys.truncate(2));
      return story.events('flush').length;
    });
    expect(flushed).toEqual([1, 0]);
  });

  test.each([
    ['zeroing inside one page', sys.zero(sys.at(1, 100), sys.at(1, 200)), ['does not wait, ok', 'waits, ok']],
    ['a hole beyond the end', sys.punch(6, 7), ['does not wait, ok', 'waits, ok']],
    ['a collapse that reaches the end', sys.collapse(2, 4), ['does not wait, EINVAL', 'waits, EINVAL']],
    ['preallocation', sys.alloc(2, 3), ['does not wait, ok', 'does not wait, ok']],
    ['a punch', sys.punch(2, 3), ['waits, ok', 'waits, ok']],
  ])('K58, K223 ext4 breaks the layout before it looks at the range: %s', (_, op, expected) => {
    expect(each('ext4_dax', gup, (story) => waits(story, op))).toEqual(expected);
  });

  test('what ZERO_RANGE does to the file is the same', () => {
    const results = each('ext4_dax', gup, (story) => {
      story.run('other', sys.zero(sys.at(1, 100), sys.at(5, 200), false));
      const pages = [0, 1, 2, 3, 4, 5].map((page) => [extent(story, page), content(story, page) === 0]);
      return [size(story), pages, block(story, 1) > 0];
    });
    expect(results[1]).toEqual(results[0]);
  });

  test('a hole that ends beyond the end takes the page after a whole last one on the older only', () => {
    const kept = each('ext4_dax', gup, (story) => {
      story.run('other', sys.alloc(4, 5));
      story.run('other', sys.punch(3, 8));
      return extent(story, 4);
    });
    expect(kept).toEqual(['hole', 'unwritten']);
  });
});

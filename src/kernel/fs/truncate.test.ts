import { describe, expect, test } from 'vitest';
import { gup } from '../../drivers/gup.ts';
import { none } from '../../drivers/none.ts';
import * as sys from '../../run/fixtures/calls.ts';
import { block, blockState, content, entry, extent, pte, size } from '../../run/fixtures/look.ts';
import { BOTH, file, type Memory, Story, written } from '../../run/fixtures/story.ts';
import { i_rwsem, invalidate_lock } from '../kernel.ts';

/** `app` maps and has stored into 8 pages; page 3 is pinned when `driver` pins. */
function mapped(memory: Memory, driver = none): Story {
  const story = new Story({ memory, driver, files: [written(8)] });
  story.run('app', sys.mmapShared(0, 8));
  story.run('app', sys.store(0, 8));
  return story;
}

describe.each(BOTH)('%s', (memory) => {
  test('K49, K51 down: mappings and entries beyond the new end go, blocks are freed, the tail of the last page is zero', () => {
    const story = mapped(memory);
    const last = block(story, 7);
    const before = content(story, 2);
    expect(story.run('other', sys.truncate(sys.at(2, 100)))).toBe('ok');
    expect(size(story)).toEqual([2, 100]);
    expect([2, 3, 7].map((va) => pte(story, va))).toEqual(['none', 'none', 'none']);
    expect([2, 3, 7].map((page) => extent(story, page))).toEqual(['mapped', 'hole', 'hole']);
    expect(entry(story, 3).kind).toBe('absent');
    expect(entry(story, 2).kind).toBe('block');
    expect(content(story, 2)).not.toBe(before);
    expect(story.events('blocks_freed')).toMatchObject([{ page: 3, pages: 5 }]);
    // K17: freed, and reusable only after a commit.
    expect(blockState(story, last)).toBe('freed');
    story.settle();
    expect(blockState(story, last)).toBe('free');
  });

  test('K49, K51 size first, then the mappings, then the blocks; both locks held throughout', () => {
    const story = mapped(memory);
    story.begin('other', sys.truncate(2));
    story.stepTo('other', 'zap_pte_range');
    // The break has the whole file unmapped before the size changes.
    expect(size(story)).toEqual([8, 0]);
    const steps: string[] = [];
    while (story.k.m.runnable(story.task('other'))) {
      if (story.events('size').length > 0 && steps.length === 0)
        steps.push(
          `size with ${story.holds('other', i_rwsem(1))}/${story.holds('other', invalidate_lock(1))}`,
        );
      if (entry(story, 5).kind === 'absent' && steps.length === 1)
        steps.push(`entries gone, block ${extent(story, 5)}`);
      story.step('other');
    }
    expect(steps).toEqual(['size with write/write', 'entries gone, block mapped']);
    expect(extent(story, 5)).toBe('hole');
  });

  test('K50, K51 growing waits for pins as well, frees nothing and leaves a hole', () => {
    const story = mapped(memory, gup);
    story.run('app', sys.attach(3, 4));
    const growing = story.begin('other', sys.truncate(12));
    expect(story.drive('other')).toBe('asleep');
    expect(story.waitsFor('other')).toBe(`page_idle ${block(story, 3)}`);
    story.run('app', sys.detach());
    expect(story.finish('other', growing)).toBe('ok');
    expect(size(story)).toEqual([12, 0]);
    expect(extent(story, 10)).toBe('hole');
    expect(story.events('blocks_freed')).toEqual([]);
  });

  test('K50, K51 the same size waits for pins too, and drops what was preallocated beyond the end', () => {
    const story = mapped(memory, gup);
    story.run('other', sys.alloc(8, 10));
    expect(extent(story, 9)).toBe('unwritten');
    story.run('app', sys.attach(3, 4));
    const same = story.begin('other', sys.truncate(8));
    expect(story.drive('other')).toBe('asleep');
    story.run('app', sys.detach());
    expect(story.finish('other', same)).toBe('ok');
    expect(extent(story, 9)).toBe('hole');
    expect(extent(story, 7)).toBe('mapped');
  });

  test('K51 an empty file without blocks: XFS skips everything after the break, ext4 does not care', () => {
    const story = new Story({ memory, driver: none, files: [file(0)] });
    expect(story.run('app', sys.truncate(0))).toBe('ok');
    expect(story.events('size')).toEqual([]);
    expect(story.events('layout_break')).toHaveLength(1);
  });

  test('K49 a signal during the wait changes nothing', () => {
    const story = mapped(memory, gup);
    story.run('app', sys.attach(3, 4));
    const shrinking = story.begin('other', sys.truncate(2));
    story.drive('other');
    story.run('app', sys.signal(story.task('other')));
    expect(story.finish('other', shrinking)).toBe('EINTR');
    expect(size(story)).toEqual([8, 0]);
    expect(extent(story, 5)).toBe('mapped');
    expect(entry(story, 5)).toMatchObject({ kind: 'block', dirty: true });
  });

  test('K49, K66 an entry that an fsync has locked is waited for', () => {
    const story = mapped(memory);
    story.begin('app', sys.fsync());
    story.stepTo('app', 'dax_flush');
    expect(entry(story, 0).locked).toBe(true);
    const shrinking = story.begin('other', sys.truncate(0));
    expect(story.drive('other')).toBe('asleep');
    expect(story.waitsFor('other')).toBe('entry 1');
    story.drive('app');
    expect(story.finish('other', shrinking)).toBe('ok');
  });

  test('a size beyond s_maxbytes is -EFBIG: ext4 says so at once, XFS after it has waited for pins', () => {
    const setup = { store: 'runs', grain: 'run' } as const;
    const story = new Story({ memory, driver: gup, files: [written(8)], setup });
    story.run('app', sys.mmapShared(0, 8));
    story.run('app', sys.attach(3, 4));
    const tooBig = sys.truncate(sys.at(2 ** 51, 0));
    const call = story.begin('other', tooBig);
    expect(story.drive('other')).toBe(memory === 'ext4_dax' ? 'done' : 'asleep');
    story.run('app', sys.detach());
    expect(story.finish('other', call)).toBe('EFBIG');
    expect(size(story)).toEqual([8, 0]);
  });
});

test('K51, K223 XFS writes the page of the new end back before it shrinks, ext4 does not', () => {
  const flushed = BOTH.map((memory) => {
    const story = mapped(memory);
    story.run('other', sys.truncate(2));
    return story.events('flush').length;
  });
  expect(flushed).toEqual([0, 1]);
});

test('s_maxbytes of ext4 is 16 TiB less a block, of XFS 2^63 - 1', () => {
  const results = BOTH.map((memory) => {
    const setup = { store: 'runs', grain: 'run' } as const;
    const story = new Story({ memory, driver: none, files: [written(1)], setup });
    return [2 ** 32 - 1, 2 ** 32].map((page) => story.run('app', sys.truncate(page)));
  });
  expect(results).toEqual([
    ['ok', 'EFBIG'],
    ['ok', 'ok'],
  ]);
});

import { describe, expect, test } from 'vitest';
import { gup } from '../../drivers/gup.ts';
import { none } from '../../drivers/none.ts';
import * as sys from '../../run/fixtures/calls.ts';
import { block, content, entry, extent, pte, size } from '../../run/fixtures/look.ts';
import { BOTH, type Memory, Story, written } from '../../run/fixtures/story.ts';
import { i_rwsem } from '../kernel.ts';
import { mix_content } from './mix_content.ts';

/** A file of 8 pages, mapped by `app`, which has stored into page 2 and, with `gup`, has page 0 pinned. */
function mapped(memory: Memory, driver = none): Story {
  const story = new Story({ memory, driver, files: [written(8)] });
  story.run('app', sys.mmapShared(0, 8));
  story.run('app', sys.store(2));
  if (driver === gup) story.run('app', sys.attach(0, 1));
  return story;
}

const extents = (story: Story, from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, n) => extent(story, from + n));

const RANGE_MODES = [
  ['PUNCH_HOLE', sys.punch(4, 6)],
  ['ZERO_RANGE', sys.zero(4, 6)],
  ['COLLAPSE_RANGE', sys.collapse(4, 6)],
  ['INSERT_RANGE', sys.insert(4, 6)],
] as const;

describe.each(BOTH)('%s', (memory) => {
  test.each(RANGE_MODES)('K52 to K57 %s waits for a pin of another page, with i_rwsem held', (_, op) => {
    const story = mapped(memory, gup);
    const call = story.begin('other', op);
    expect(story.drive('other')).toBe('asleep');
    expect(story.waitsFor('other')).toBe(`page_idle ${block(story, 0)}`);
    expect(story.holds('other', i_rwsem(1))).toBe('write');
    expect([size(story), extents(story, 4, 6)]).toEqual([
      [8, 0],
      ['mapped', 'mapped'],
    ]);
    story.run('app', sys.detach());
    expect(story.finish('other', call)).toBe('ok');
  });

  test.each(RANGE_MODES)('K52 to K57 a signal during %s frees and moves nothing', (_, op) => {
    const story = mapped(memory, gup);
    const call = story.begin('other', op);
    story.drive('other');
    story.run('app', sys.signal(story.task('other')));
    expect(story.finish('other', call)).toBe('EINTR');
    expect([size(story), extents(story, 0, 8)]).toEqual([[8, 0], Array.from({ length: 8 }, () => 'mapped')]);
    expect(story.events('blocks_freed')).toEqual([]);
  });

  test('K56 preallocation: XFS breaks the layout, ext4 does not', () => {
    const story = mapped(memory, gup);
    const call = story.begin('other', sys.alloc(8, 10, false));
    expect(story.drive('other')).toBe(memory === 'ext4_dax' ? 'done' : 'asleep');
    if (memory === 'xfs_dax') story.run('app', sys.detach());
    expect(story.finish('other', call)).toBe('ok');
    expect([size(story), extents(story, 8, 10)]).toEqual([
      [10, 0],
      ['unwritten', 'unwritten'],
    ]);
    expect(story.events('layout_break')).toHaveLength(memory === 'ext4_dax' ? 0 : 1);
  });

  test('K52, K57 PUNCH_HOLE: whole pages become holes, edges zeros; the size stays', () => {
    const story = mapped(memory);
    const [edge, inside] = [content(story, 3), content(story, 4)];
    expect(inside).not.toBe(0);
    expect(story.run('other', sys.punch(sys.at(3, 100), sys.at(6, 50)))).toBe('ok');
    expect(extents(story, 3, 7)).toEqual(['mapped', 'hole', 'hole', 'mapped']);
    expect(content(story, 3)).not.toBe(edge);
    expect([content(story, 4), size(story)]).toEqual([0, [8, 0]]);
    expect([entry(story, 4).kind, pte(story, 4)]).toEqual(['absent', 'none']);
  });

  test('K52, K57 a hole within one page only zeroes', () => {
    const story = mapped(memory);
    const before = content(story, 4);
    expect(story.run('other', sys.punch(sys.at(4, 10), sys.at(4, 20)))).toBe('ok');
    expect(extent(story, 4)).toBe('mapped');
    expect(content(story, 4)).not.toBe(before);
    expect(story.events('blocks_freed')).toEqual([]);
  });

  test('K52 ext4 ends a hole with the page of i_size, one that begins beyond it is nothing; XFS frees what is there', () => {
    const story = new Story({ memory, driver: none, files: [written(4)] });
    story.run('app', sys.alloc(4, 10));
    story.run('app', sys.punch(3, 9));
    const ext4 = memory === 'ext4_dax';
    expect(extents(story, 3, 10)).toEqual([
      'hole',
      'hole',
      ...Array.from({ length: 4 }, () => (ext4 ? 'unwritten' : 'hole')),
      'unwritten',
    ]);
    story.run('app', sys.punch(9, 10));
    expect(extent(story, 9)).toBe(ext4 ? 'unwritten' : 'hole');
  });

  test('K52 a hole that ends where the file ends takes nothing beyond it', () => {
    const story = new Story({ memory, driver: none, files: [written(4, 50)] });
    story.run('app', sys.alloc(5, 6));
    story.run('app', sys.punch(3, sys.at(4, 50)));
    expect(extents(story, 3, 6)).toEqual(['hole', 'mapped', 'unwritten']);
  });

  test('K53, K57 ZERO_RANGE: ext4 keeps the blocks, XFS frees them and takes others', () => {
    const story = mapped(memory);
    const before = block(story, 4);
    expect(story.run('other', sys.zero(4, 6))).toBe('ok');
    expect(extents(story, 4, 6)).toEqual(['unwritten', 'unwritten']);
    expect(content(story, 4)).toBe(0);
    if (memory === 'ext4_dax') {
      expect(block(story, 4)).toBe(before);
      expect(story.events('blocks_freed')).toEqual([]);
    } else {
      expect(block(story, 4)).not.toBe(before);
      expect(story.events('blocks_freed')).toMatchObject([{ page: 4, pages: 2, pfn: before }]);
    }
  });

  test('K53, K57 ZERO_RANGE: the edges keep the rest of their bytes', () => {
    const story = mapped(memory);
    const [first, last] = [content(story, 3), content(story, 6)];
    expect(story.run('other', sys.zero(sys.at(3, 100), sys.at(6, 50)))).toBe('ok');
    expect(content(story, 3)).toBe(mix_content(first, 0, 100, 4096));
    expect(content(story, 6)).toBe(mix_content(last, 0, 0, 50));
    expect(extents(story, 3, 7)).toEqual(['mapped', 'unwritten', 'unwritten', 'mapped']);
  });

  test('K53, K57 ZERO_RANGE inside one page zeroes those bytes', () => {
    const story = mapped(memory);
    const before = content(story, 4);
    expect(story.run('other', sys.zero(sys.at(4, 10), sys.at(4, 20)))).toBe('ok');
    expect(content(story, 4)).toBe(mix_content(before, 0, 10, 20));
  });

  test('K53, K223 a ZERO_RANGE inside one page: ext4 6.1 breaks nothing, XFS does', () => {
    const story = mapped(memory, gup);
    const call = story.begin('other', sys.zero(sys.at(4, 10), sys.at(4, 20)));
    expect(story.drive('other')).toBe(memory === 'ext4_dax' ? 'done' : 'asleep');
    story.run('app', sys.detach());
    expect(story.finish('other', call)).toBe('ok');
  });

  test('K224 an unaligned ZERO_RANGE that is interrupted: on ext4 the file has grown, on XFS it has not', () => {
    const story = mapped(memory, gup);
    const call = story.begin('other', sys.zero(sys.at(7, 10), sys.at(11, 20), false));
    expect(story.drive('other')).toBe('asleep');
    story.run('app', sys.signal(story.task('other')));
    expect(story.finish('other', call)).toBe('EINTR');
    const grown = memory === 'ext4_dax';
    expect(size(story)).toEqual(grown ? [11, 20] : [8, 0]);
    expect(extents(story, 7, 12)).toEqual([
      'mapped',
      ...Array.from({ length: 4 }, () => (grown ? 'unwritten' : 'hole')),
    ]);
    expect(story.events('blocks_freed')).toEqual([]);
  });

  test('K54, K57 COLLAPSE_RANGE: later blocks move down, the size shrinks, everything after the start is unmapped', () => {
    const story = mapped(memory);
    story.run('app', sys.store(6));
    const [removed, moved] = [block(story, 4), block(story, 6)];
    const text = content(story, 6);
    expect(story.run('other', sys.collapse(4, 6))).toBe('ok');
    expect([block(story, 4), content(story, 4), size(story)]).toEqual([moved, text, [6, 0]]);
    expect(story.events('blocks_freed')).toMatchObject([{ page: 4, pages: 2, pfn: removed }]);
    expect([pte(story, 4), entry(story, 4).kind, entry(story, 6).kind]).toEqual(['none', 'absent', 'absent']);
    // What moved was flushed before its entry went.
    expect(story.k.media.get(0, moved)).toBe(text);
  });

  test('K55, K57 INSERT_RANGE: later blocks move up, a hole opens, the size grows', () => {
    const story = mapped(memory);
    story.run('app', sys.store(6));
    const moved = block(story, 6);
    expect(story.run('other', sys.insert(4, 6))).toBe('ok');
    expect([block(story, 8), size(story)]).toEqual([moved, [10, 0]]);
    expect(extents(story, 3, 7)).toEqual(['mapped', 'hole', 'hole', 'mapped']);
    expect(story.k.media.get(0, moved)).toBe(story.k.data.get(0, moved));
  });

  test('K54, K46 COLLAPSE_RANGE on ext4 takes private copies, XFS keeps those before its new end', () => {
    const story = new Story({ memory, driver: none, files: [written(8)] });
    story.run('app', sys.mmapPrivate(0, 8));
    story.run('app', sys.store(4));
    story.run('other', sys.collapse(4, 6));
    expect(pte(story, 4)).toBe(memory === 'ext4_dax' ? 'none' : 'private copy');
  });

  test.each([
    ['COLLAPSE_RANGE off a page boundary', sys.collapse(sys.at(4, 1), 6), 'EINVAL'],
    ['COLLAPSE_RANGE up to end of file', sys.collapse(4, 8), 'EINVAL'],
    ['INSERT_RANGE off a page boundary', sys.insert(4, sys.at(6, 1)), 'EINVAL'],
    ['INSERT_RANGE at end of file', sys.insert(8, 9), 'EINVAL'],
  ])('K54, K55, K57 %s is refused', (_, op, errno) => {
    const story = mapped(memory);
    expect(story.run('other', op)).toBe(errno);
    expect([size(story), extents(story, 0, 8)]).toEqual([[8, 0], Array.from({ length: 8 }, () => 'mapped')]);
  });

  test('K57 XFS refuses an invalid shift only after it has waited for pins, ext4 before', () => {
    const story = mapped(memory, gup);
    const call = story.begin('other', sys.collapse(4, 8));
    expect(story.drive('other')).toBe(memory === 'ext4_dax' ? 'done' : 'asleep');
    story.run('app', sys.detach());
    expect(story.finish('other', call)).toBe('EINVAL');
  });

  test.each([
    ['alloc', sys.alloc(0, 2 ** 51)],
    ['punch', sys.punch(0, 2 ** 51)],
    ['zero', sys.zero(0, 2 ** 51)],
    ['collapse', sys.collapse(0, 2 ** 51)],
    ['insert', sys.insert(0, 2 ** 51)],
  ])('a range beyond s_maxbytes: %s is -EFBIG before any lock, pin or no pin', (_, op) => {
    const setup = { store: 'runs', grain: 'run' } as const;
    const story = new Story({ memory, driver: gup, files: [written(8)], setup });
    story.run('app', sys.mmapShared(0, 8));
    story.run('app', sys.attach(0, 1));
    expect(story.run('other', op)).toBe('EFBIG');
    expect(story.events('layout_wait')).toEqual([]);
  });

  test('INSERT_RANGE that would push the end beyond s_maxbytes is -EFBIG', () => {
    const setup = { store: 'runs', grain: 'run' } as const;
    const story = new Story({ memory, driver: none, files: [written(8)], setup });
    expect(story.run('app', sys.insert(0, memory === 'ext4_dax' ? 2 ** 32 - 8 : 2 ** 51 - 8))).toBe('EFBIG');
    expect(size(story)).toEqual([8, 0]);
  });

  test('K57, K61 UNSHARE_RANGE: ext4 does not know it, XFS breaks the layout and fills holes', () => {
    const story = mapped(memory);
    story.run('app', sys.punch(4, 6));
    expect(story.run('other', sys.unshare(4, 6))).toBe(memory === 'ext4_dax' ? 'EOPNOTSUPP' : 'ok');
    expect(extent(story, 4)).toBe(memory === 'ext4_dax' ? 'hole' : 'unwritten');
  });

  test('no space: nothing is half-zeroed', () => {
    const story = new Story({ memory, driver: none, files: [written(4)], setup: { blocks: 4 } });
    expect(story.run('app', sys.alloc(4, 6))).toBe('ENOSPC');
    expect(size(story)).toEqual([4, 0]);
  });
});

test('K52 ext4 6.1 writes the range back before it takes i_rwsem, XFS with the layout broken', () => {
  const held = BOTH.map((memory) => {
    const story = mapped(memory);
    story.begin('other', sys.punch(2, 3));
    story.stepTo('other', 'dax_flush');
    return [story.holds('other', i_rwsem(1)), story.events('layout_break').length];
  });
  expect(held).toEqual([
    ['no', 0],
    ['write', 1],
  ]);
});

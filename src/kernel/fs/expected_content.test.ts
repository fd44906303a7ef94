import { describe, expect, test } from 'vitest';
import { none } from '../../drivers/none.ts';
import { mutantNamed } from '../../mutants/index.ts';
import * as sys from '../../run/fixtures/calls.ts';
import { size } from '../../run/fixtures/look.ts';
import { BOTH, type Memory, Story, written } from '../../run/fixtures/story.ts';
import type { Operation } from '../../workload/operation.ts';

/** A file of 8 pages and a bit, each page of which holds something of its own. */
function distinct(memory: Memory, mutant?: string): Story {
  const patches = mutantNamed(mutant ?? '')?.patches ?? [];
  const story = new Story({ memory, driver: none, files: [written(8, 300)], patches });
  for (let page = 0; page < 8; page++) story.run('app', sys.write(page, page + 1));
  return story;
}

/** Pages that read(2) finds to be other than expected, after the operation. */
function unexpected(story: Story, op: Operation): number[] {
  expect(story.run('other', op)).toBe('ok');
  story.forget();
  story.run('app', sys.read(0, 16));
  return story.events('read').flatMap(({ page, value, expected }) => (value === expected ? [] : [page]));
}

const CALLS: readonly (readonly [string, Operation])[] = [
  ['a truncate into a page', sys.truncate(sys.at(5, 100))],
  ['a truncate to a page', sys.truncate(5)],
  ['a truncate that grows', sys.truncate(sys.at(10, 7))],
  ['a truncate that grows within a page', sys.truncate(sys.at(8, 400))],
  ['O_TRUNC', sys.openTrunc()],
  ['preallocation that grows', sys.alloc(4, sys.at(11, 9), false)],
  ['a hole', sys.punch(2, 4)],
  ['a hole off page boundaries', sys.punch(sys.at(2, 100), sys.at(5, 50))],
  ['a hole within a page', sys.punch(sys.at(2, 100), sys.at(2, 200))],
  ['a hole that ends beyond end of file', sys.punch(sys.at(6, 100), sys.at(8, 900))],
  ['a hole that begins beyond end of file', sys.punch(sys.at(8, 600), 12)],
  ['zeros', sys.zero(2, 4)],
  ['zeros off page boundaries', sys.zero(sys.at(2, 100), sys.at(5, 50))],
  ['zeros that grow the file', sys.zero(sys.at(7, 10), sys.at(11, 20), false)],
  ['zeros that grow the file from its last page', sys.zero(sys.at(8, 10), sys.at(11, 20), false)],
  ['a collapse', sys.collapse(2, 4)],
  ['an insert', sys.insert(2, 4)],
  ['a write', sys.write(sys.at(2, 100), sys.at(5, 50))],
  ['a write within a page', sys.write(sys.at(2, 100), sys.at(2, 200))],
  ['a write beyond end of file', sys.write(sys.at(9, 100), sys.at(11, 50))],
];

describe.each(BOTH)('%s', (memory) => {
  test.each(CALLS)('the pages are as expected after %s', (_, op) => {
    expect(unexpected(distinct(memory), op)).toEqual([]);
  });

  test.each([
    ['hole_keeps_partial_pages', sys.punch(sys.at(2, 100), sys.at(5, 50)), [2, 5]],
    ['zero_range_keeps_partial_pages', sys.zero(sys.at(2, 100), sys.at(5, 50)), [2, 5]],
    ['truncate_keeps_tail', sys.truncate(sys.at(5, 100)), [5]],
    ['collapse_shifts_too_far', sys.collapse(2, 4), [2, 3, 4, 5, 6]],
  ])('work that is not done is expected all the same: %s', (mutant, op, pages) => {
    expect(unexpected(distinct(memory, mutant), op)).toEqual(pages);
  });

  test('a write that runs out of space is expected as far as it got', () => {
    const story = new Story({ memory, driver: none, files: [written(4)], setup: { blocks: 5 } });
    expect(unexpected(story, sys.write(3, 8))).toEqual([]);
    expect(size(story)[0]).toBeLessThan(8);
  });

  test('a call that fails changes nothing', () => {
    const story = distinct(memory);
    expect(story.run('other', sys.collapse(sys.at(2, 1), 4))).toBe('EINVAL');
    expect(unexpected(story, sys.read(0, 1))).toEqual([]);
  });
});

test('a remap makes the destination what the source is, another file or the same', () => {
  const files = [written(6), written(6)];
  for (const [op, from] of [
    [sys.reflink(0, 3, 2), 1],
    [sys.reflink(0, 2, 3, { file: 0 }), 0],
  ] as const) {
    const story = new Story({ memory: 'xfs_dax', driver: none, files });
    for (let page = 0; page < 6; page++) story.run('app', sys.write(page, page + 1));
    expect(story.run('other', op)).toBe('ok');
    story.forget();
    story.run('app', sys.read(0, 6, from));
    const reads = story.events('read');
    expect(reads.filter(({ value, expected }) => value !== expected)).toEqual([]);
    expect(reads.length).toBeGreaterThan(0);
  }
});

import { describe, expect, test } from 'vitest';
import { gup } from '../../drivers/gup.ts';
import { hmm_mirror } from '../../drivers/hmm_mirror.ts';
import { none } from '../../drivers/none.ts';
import {
  at,
  attach,
  dmaRead,
  load,
  memoryFailure,
  mmapPrivate,
  mmapShared,
  punch,
  read,
  reflink,
  store,
  write,
} from '../../run/fixtures/calls.ts';
import { block, devicePte, entry, pte, references } from '../../run/fixtures/look.ts';
import { BOTH, file, type Memory, Story, written } from '../../run/fixtures/story.ts';

function mapped(memory: Memory, driver = none): Story {
  const story = new Story({ memory, driver, files: [written(4), written(4)] });
  story.run('app', mmapShared(10, 14));
  story.run('app', load(10, 12));
  return story;
}

describe.each(BOTH)('K80 a block of %s goes bad', (memory) => {
  test('under a process that has it mapped: the page is unmapped everywhere, later accesses get SIGBUS', () => {
    const story = mapped(memory);
    story.run('other', mmapShared(20, 24));
    story.run('other', load(20));
    expect(story.run('app', memoryFailure(0))).toBe('ok');
    expect([pte(story, 10), pte(story, 20, 1), pte(story, 11)]).toEqual(['none', 'none', 'read-only']);
    expect(story.run('app', load(10))).toBe('SIGBUS');
    expect(story.run('other', store(20))).toBe('SIGBUS');
    expect(story.run('app', load(11))).toBe('ok');
    expect(entry(story, 0).locked).toBe(false);
  });

  test('under a process that has not: 6.1 unmaps nothing, and who touches it gets a machine check', () => {
    const story = mapped(memory);
    expect(story.run('other', memoryFailure(0))).toBe('ok');
    expect(pte(story, 10)).toBe('read-only');
    expect(story.run('app', load(10))).toBe('SIGBUS');
  });

  test('a hole has no block to lose', () => {
    const story = new Story({ memory, driver: none, files: [file(4)] });
    expect(story.run('app', memoryFailure(1))).toBe('ENXIO');
  });

  test('read(2) gets EIO, or what comes before it', () => {
    const story = mapped(memory);
    story.run('app', memoryFailure(1));
    expect(story.run('app', read(1, 3))).toBe('EIO');
    story.forget();
    expect(story.run('app', read(0, 3))).toBe('ok');
    expect(story.events('read').map(({ page }) => page)).toEqual([0]);
  });

  test('write(2) of the whole page makes it good again, of part of it fails', () => {
    const story = mapped(memory);
    story.run('app', memoryFailure(1));
    expect(story.run('app', write(at(1, 100), 2))).toBe('EFAULT');
    expect(story.run('app', write(0, 2))).toBe('ok');
    expect(story.run('app', load(11))).toBe('ok');
    expect(story.run('app', read(1, 2))).toBe('ok');
  });

  test('a block that is freed and taken again is zeroed, and good', () => {
    const story = mapped(memory);
    const pfn = block(story, 1);
    story.run('app', memoryFailure(1));
    story.run('app', punch(1, 2));
    story.settle();
    story.run('app', store(11));
    expect(block(story, 1)).toBe(pfn);
    expect(story.run('app', read(1, 2))).toBe('ok');
  });

  test('a private copy made before lives on, one to be made does not', () => {
    const story = new Story({ memory, driver: none, files: [written(4)] });
    story.run('app', mmapPrivate(10, 14));
    story.run('app', store(10));
    story.run('app', memoryFailure(0));
    expect(story.run('app', load(10))).toBe('ok');
    story.run('app', memoryFailure(1));
    expect(story.run('app', store(11))).toBe('SIGBUS');
  });

  test('a mirror is told and faults in vain; a pin keeps the page, and its transfer fails', () => {
    for (const driver of [hmm_mirror, gup]) {
      const story = mapped(memory, driver);
      story.run('app', attach(10, 11, { writable: false }));
      story.run('app', dmaRead(10, 11));
      story.settle();
      story.run('app', memoryFailure(0));
      expect(devicePte(story, 10)).toBe(driver === gup ? 'read-only' : 'none');
      expect(references(story, block(story, 0)) > 0).toBe(driver === gup);
      story.forget();
      story.run('app', dmaRead(10, 11));
      story.settle();
      expect(story.events('dma_end').map(({ ret }) => ret)).toEqual([driver === gup ? -5 : -14]);
      expect(story.events('dev_access')).toEqual([]);
    }
  });

  test('a pin of it cannot be had', () => {
    const story = mapped(memory, gup);
    story.run('app', memoryFailure(0));
    expect(story.run('app', attach(10, 11, { writable: false }))).toBe('EFAULT');
  });
});

test('ext4 finds no owner of a page that nobody has touched', () => {
  const story = new Story({ memory: 'ext4_dax', driver: none, files: [written(4)] });
  expect(story.run('app', memoryFailure(0))).toBe('EBUSY');
  expect(story.run('app', read(0, 1))).toBe('EIO');
});

test('K15 XFS unmaps a shared block from every file that has it', () => {
  const story = mapped('xfs_dax');
  story.run('app', mmapShared(30, 34, { file: 1 }));
  story.run('app', reflink(0, 1, 2));
  story.run('app', load(10));
  story.run('app', load(32));
  expect([pte(story, 10), pte(story, 32)]).toEqual(['read-only', 'read-only']);
  expect(story.run('app', memoryFailure(0))).toBe('ok');
  expect([pte(story, 10), pte(story, 32)]).toEqual(['none', 'none']);
  expect(story.run('app', load(32))).toBe('SIGBUS');
});

test('a bad shared block cannot be copied: a store to it gets SIGBUS', () => {
  const story = mapped('xfs_dax');
  story.run('app', reflink(0, 1, 2));
  story.run('app', memoryFailure(0));
  expect(story.run('app', store(10))).toBe('SIGBUS');
  expect(story.run('app', write(0, at(0, 100)))).toBe('EIO');
});

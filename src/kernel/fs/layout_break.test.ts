import { describe, expect, test } from 'vitest';
import { gup } from '../../drivers/gup.ts';
import { hmm_mirror } from '../../drivers/hmm_mirror.ts';
import * as sys from '../../run/fixtures/calls.ts';
import { block, devicePages, entry, extent, pte, references, size } from '../../run/fixtures/look.ts';
import { BOTH, Story, written } from '../../run/fixtures/story.ts';
import type { Memory } from '../../run/fixtures/story.ts';
import { i_rwsem, invalidate_lock } from '../kernel.ts';

const INODE = 1;

/** `app` maps a file of 16 pages and has pages 4 and 5 of it pinned. */
function pinned(memory: Memory): Story {
  const story = new Story({ memory, driver: gup, files: [written(16)] });
  story.run('app', sys.mmapShared(0, 16));
  story.run('app', sys.store(0, 16));
  story.run('app', sys.attach(4, 6));
  story.forget();
  return story;
}

/** As `pinned`, and `other` waits for page 4 in a punch of pages 10 and 11. */
function waiting(memory: Memory) {
  const story = pinned(memory);
  const hole = story.begin('other', sys.punch(10, 12));
  expect(story.drive('other')).toBe('asleep');
  expect(story.waitsFor('other')).toBe(`page_idle ${block(story, 4)}`);
  return { story, hole };
}

describe.each(BOTH)('%s', (memory) => {
  test('K31 the wait holds i_rwsem and not invalidate_lock; it ends when the page is idle', () => {
    const { story, hole } = waiting(memory);
    expect(story.holds('other', i_rwsem(INODE))).toBe('write');
    expect(story.holds('other', invalidate_lock(INODE))).toBe('no');
    expect(extent(story, 10)).toBe('mapped');
    story.run('app', sys.detach());
    expect(story.finish('other', hole)).toBe('ok');
    expect(extent(story, 10)).toBe('hole');
  });

  test('K31, K35 one busy page at a time; every round unmaps the whole file again', () => {
    const story = pinned(memory);
    story.run('app', sys.attach(8, 9, { region: 1 }));
    const hole = story.begin('other', sys.punch(10, 12));
    story.drive('other');
    expect(story.waitsFor('other')).toBe(`page_idle ${block(story, 4)}`);
    // Faults are allowed in the gap: the mapping comes back, and goes again in the next round.
    story.run('app', sys.load(0, 16));
    expect(pte(story, 0)).toBe('read-only');
    story.run('app', sys.detach());
    story.drive('other');
    expect(story.waitsFor('other')).toBe(`page_idle ${block(story, 8)}`);
    expect(pte(story, 0)).toBe('none');
    story.run('app', sys.detach(1));
    expect(story.finish('other', hole)).toBe('ok');
    // Pages 4, then 8, then none: the file is unmapped three times, once per round.
    expect(story.events('layout_wait').map((event) => event.pfn)).toEqual([block(story, 4), block(story, 8)]);
    expect(story.events('layout_break')).toHaveLength(1);
  });

  test('K31 a page that is pinned again before the waiter has looked keeps it waiting', () => {
    const { story, hole } = waiting(memory);
    story.run('app', sys.detach());
    expect(story.asleep('other')).toBe(false);
    story.run('app', sys.attach(4, 6));
    expect(story.drive('other')).toBe('asleep');
    expect(story.waitsFor('other')).toBe(`page_idle ${block(story, 4)}`);
    story.run('app', sys.detach());
    expect(story.finish('other', hole)).toBe('ok');
  });

  test('K31, K48 a signal ends the wait with -ERESTARTSYS, and nothing has changed', () => {
    const { story, hole } = waiting(memory);
    story.run('app', sys.signal(story.task('other')));
    expect(story.finish('other', hole)).toBe('EINTR');
    expect(extent(story, 10)).toBe('mapped');
    expect(story.holds('other', i_rwsem(INODE))).toBe('no');
    expect(story.holds('other', invalidate_lock(INODE))).toBe('no');
    expect(references(story, block(story, 4))).toBe(1024);
  });

  test('K32 while it sleeps faults, fsync and munmap go on', () => {
    const { story } = waiting(memory);
    expect(story.run('app', sys.load(8))).toBe('ok');
    expect(story.run('app', sys.store(9))).toBe('ok');
    expect(story.run('app', sys.fsync())).toBe('ok');
    expect(story.run('app', sys.munmap(14, 16))).toBe('ok');
    expect(story.asleep('other')).toBe(true);
  });

  test.each([
    ['read', sys.read(0, 1)],
    ['write', sys.write(0, 1)],
    ['truncate', sys.truncate(2)],
    ['unlink', sys.unlink()],
    ['rename', sys.rename()],
    ['fallocate', sys.punch(12, 13)],
    ['open with O_TRUNC', sys.openTrunc()],
  ])('K32 %s waits behind it at i_rwsem', (_, op) => {
    const { story } = waiting(memory);
    story.begin('app', op);
    expect(story.drive('app')).toBe('asleep');
    expect(story.waitsFor('app')).toBe('i_rwsem');
  });

  test('K34 a punch of two pages invalidates the mirror of the whole file, and does not wait for it', () => {
    const story = new Story({ memory, driver: hmm_mirror, files: [written(16)] });
    story.run('app', sys.mmapShared(0, 16));
    story.run('app', sys.attach(0, 16));
    story.run('app', sys.dmaRead(0, 16));
    story.settle();
    story.forget();
    expect(story.run('other', sys.punch(10, 12))).toBe('ok');
    const cleared = story.events('callback_start').filter((event) => event.event === 'CLEAR');
    expect([cleared[0]?.from, cleared[0]?.to]).toEqual([0, 16]);
    expect(devicePages(story)).toBe(0);
    expect(story.events('layout_wait')).toEqual([]);
  });

  test('K31, K46 the break keeps private copies', () => {
    const story = new Story({ memory, driver: gup, files: [written(16)] });
    story.run('app', sys.mmapPrivate(0, 16));
    story.run('app', sys.store(3));
    story.run('app', sys.load(5));
    story.run('other', sys.punch(10, 12));
    expect(pte(story, 3)).toBe('private copy');
    expect(pte(story, 5)).toBe('none');
  });

  test('K31, K63 a pinned page of a file that no VMA maps is not waited for', () => {
    const story = pinned(memory);
    const pinnedBlock = block(story, 4);
    story.run('app', sys.munmap(0, 16));
    expect(story.run('other', sys.truncate(0))).toBe('ok');
    expect(size(story)).toEqual([0, 0]);
    expect(references(story, pinnedBlock)).toBe(1024);
    expect(story.events('blocks_freed').some((event) => event.referenced > 0)).toBe(true);
  });

  test('K31 one VMA elsewhere is enough for the wait', () => {
    const story = pinned(memory);
    story.run('third', sys.mmapShared(0, 1));
    story.run('app', sys.munmap(0, 16));
    story.begin('other', sys.truncate(0));
    expect(story.drive('other')).toBe('asleep');
    expect(story.waitsFor('other')).toMatch(/^page_idle/);
  });

  test('K10, K31 a page that is mapped, dirty and not pinned is idle', () => {
    const story = new Story({ memory, driver: gup, files: [written(16)] });
    story.run('app', sys.mmapShared(0, 16));
    story.run('app', sys.store(0, 16));
    expect(entry(story, 4)).toEqual({ kind: 'block', dirty: true, locked: false });
    expect(references(story, block(story, 4))).toBe(0);
    expect(story.run('other', sys.punch(4, 5))).toBe('ok');
  });

  test('K22 write(2) to the file never looks for pins', () => {
    const story = pinned(memory);
    expect(story.run('other', sys.write(4, 5))).toBe('ok');
    expect(story.run('other', sys.write(16, 18))).toBe('ok');
    expect(references(story, block(story, 4))).toBe(1024);
  });
});

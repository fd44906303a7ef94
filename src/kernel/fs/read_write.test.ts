import { describe, expect, test } from 'vitest';
import { hmm_mirror } from '../../drivers/hmm_mirror.ts';
import { none } from '../../drivers/none.ts';
import * as sys from '../../run/fixtures/calls.ts';
import { content, devicePte, entry, extent, pte, size } from '../../run/fixtures/look.ts';
import { BOTH, file, Story, written } from '../../run/fixtures/story.ts';
import { i_rwsem, invalidate_lock } from '../kernel.ts';

const FIRST_HALF = file(8, [{ from: 0, to: 4, state: 'written' }]);

describe.each(BOTH)('%s', (memory) => {
  test('K44 a write into a hole unmaps the zero page; its dirty entry stays until the next fault', () => {
    const story = new Story({ memory, driver: none, files: [FIRST_HALF] });
    story.run('app', sys.mmapShared(0, 8));
    story.run('app', sys.load(6));
    expect(entry(story, 6)).toMatchObject({ kind: 'zero', dirty: true });
    story.run('other', sys.write(6, 7));
    expect(pte(story, 6)).toBe('none');
    expect(entry(story, 6)).toMatchObject({ kind: 'zero', dirty: true });
    story.run('app', sys.load(6));
    expect([entry(story, 6).kind, pte(story, 6)]).toEqual(['block', 'read-only']);
    expect(story.events('cpu_access').at(-1)).toMatchObject({ value: content(story, 6) });
  });

  test('K44 a clean entry is dropped', () => {
    const story = new Story({ memory, driver: none, files: [FIRST_HALF] });
    story.run('app', sys.mmapShared(0, 8));
    story.run('app', sys.load(6));
    story.run('app', sys.fsync());
    expect(entry(story, 6)).toMatchObject({ kind: 'zero', dirty: false });
    story.run('other', sys.write(6, 7));
    expect(entry(story, 6).kind).toBe('absent');
  });

  test('K44, K22 only new blocks cost a mapping: what lies mapped beside them is left alone', () => {
    const story = new Story({ memory, driver: hmm_mirror, files: [FIRST_HALF] });
    story.run('app', sys.mmapShared(0, 8));
    story.run('app', sys.attach(0, 8));
    story.run('app', sys.dmaRead(0, 8));
    story.settle();
    story.run('other', sys.write(2, 6));
    expect([2, 3, 4, 5, 6].map((va) => devicePte(story, va))).toEqual([
      'read-only',
      'read-only',
      'none',
      'none',
      'zero page',
    ]);
    expect([2, 4, 5].map((page) => content(story, page) === content(story, 3))).toEqual([true, true, true]);
    story.forget();
    story.run('other', sys.write(2, 6));
    expect(story.events('inv_start')).toEqual([]);
  });

  test('K44 a write where nothing is cached unmaps nothing', () => {
    const story = new Story({ memory, driver: hmm_mirror, files: [FIRST_HALF] });
    story.run('app', sys.mmapShared(0, 8));
    story.run('app', sys.attach(0, 8));
    story.run('other', sys.write(4, 8));
    expect(story.events('inv_start')).toEqual([]);
  });

  test('K18 a write holds i_rwsem and no invalidate_lock; a read shares it', () => {
    const story = new Story({ memory, driver: none, files: [written(8)] });
    story.begin('app', sys.write(0, 1));
    story.stepTo('app', 'dax_copy_from_iter');
    expect(story.holds('app', i_rwsem(1))).toBe('write');
    expect(story.holds('app', invalidate_lock(1))).toBe('no');
    story.drive('app');
    story.begin('app', sys.read(0, 1));
    story.stepTo('app', 'dax_iomap_rw');
    expect(story.run('other', sys.read(0, 1))).toBe('ok');
  });

  test('K68 what write(2) wrote needs no flush', () => {
    const story = new Story({ memory, driver: none, files: [written(8)] });
    story.run('app', sys.write(2, 3));
    const pfn = story.k.extents.get(1, 2) >> 2;
    expect(story.k.media.get(0, pfn)).toBe(story.k.data.get(0, pfn));
    expect(story.k.media.get(0, pfn)).toBe(1);
  });

  test('a write without space for all of it is short, without space for any of it -ENOSPC', () => {
    const story = new Story({ memory, driver: none, files: [file(0)], setup: { blocks: 4 } });
    expect(story.run('app', sys.write(0, 4))).toBe('ok');
    expect(story.run('app', sys.write(2, 8))).toBe('ok');
    expect(size(story)).toEqual([4, 0]);
    expect(story.run('app', sys.write(4, 5))).toBe('ENOSPC');
    expect(extent(story, 4)).toBe('hole');
  });
});

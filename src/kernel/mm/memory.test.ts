import { describe, expect, test } from 'vitest';
import { hmm_mirror } from '../../drivers/hmm_mirror.ts';
import { none } from '../../drivers/none.ts';
import * as sys from '../../run/fixtures/calls.ts';
import { content, devicePte, pfnAt, pte } from '../../run/fixtures/look.ts';
import { BOTH, Story, written } from '../../run/fixtures/story.ts';
import { mmap_lock } from '../kernel.ts';
import { pte_pfn } from './pgtable.ts';

describe.each(BOTH)('%s', (memory) => {
  test('K74 a private page that is mapped is copied between CLEAR and end; the mirror follows to the copy', () => {
    const story = new Story({ memory, driver: hmm_mirror, files: [written(4)] });
    story.run('app', sys.mmapPrivate(0, 4));
    story.run('app', sys.attach(0, 4));
    story.run('app', sys.dmaRead(1));
    story.settle();
    expect(devicePte(story, 1)).toBe('read-only');
    story.forget();
    story.begin('app', sys.store(1));
    story.stepTo('app', 'ptep_clear_flush_notify');
    expect([devicePte(story, 1), pte(story, 1)]).toEqual(['none', 'read-only']);
    story.drive('app');
    expect(story.events('inv_start')).toMatchObject([{ from: 1, to: 2, event: 'CLEAR' }]);
    expect(story.eventTypes('inv_start_ret', 'pte', 'inv_end')).toEqual(['inv_start_ret', 'pte', 'inv_end']);
    expect(pte(story, 1)).toBe('private copy');
    story.run('app', sys.dmaRead(1));
    story.settle();
    expect(pte_pfn(story.k.device_ptes.get(0, 1))).toBe(pfnAt(story, 1));
  });

  test('K74 the file does not see what is stored into the copy', () => {
    const story = new Story({ memory, driver: none, files: [written(4)] });
    story.run('app', sys.mmapPrivate(0, 4));
    const before = content(story, 1);
    story.run('app', sys.load(1));
    story.run('app', sys.store(1));
    expect(content(story, 1)).toBe(before);
  });

  test('K47, K48 a fault that waits for invalidate_lock keeps mmap_lock, and no signal ends it', () => {
    const story = new Story({ memory, driver: none, files: [written(4)] });
    story.run('app', sys.mmapShared(0, 4));
    story.begin('other', sys.truncate(2));
    story.stepTo('other', 'dax_busy_page');
    story.begin('app', sys.load(0));
    expect(story.drive('app')).toBe('asleep');
    expect(story.waitsFor('app')).toBe('invalidate_lock');
    expect(story.holds('app', mmap_lock(0))).toBe('read');
    story.run('third', sys.signal(story.task('app')));
    expect(story.asleep('app')).toBe(true);
  });

  test('K3 a store needs a VMA that may be written', () => {
    const story = new Story({ memory, driver: none, files: [written(4)] });
    story.run('app', sys.mmapShared(0, 4, { writable: false }));
    expect([
      story.run('app', sys.load(0)),
      story.run('app', sys.store(0)),
      story.run('app', sys.load(9)),
    ]).toEqual(['ok', 'EFAULT', 'EFAULT']);
  });

  test('K3 one access stays within one mapping, though the blocks behind two of them are neighbours', () => {
    const story = new Story({
      memory,
      driver: none,
      files: [written(2), written(2)],
      setup: { store: 'runs', grain: 'run' },
    });
    story.run('app', sys.mmapShared(0, 2));
    story.run('app', sys.mmapShared(2, 4, { file: 1 }));
    story.run('app', sys.load(0, 4));
    story.forget();
    story.run('app', sys.load(0, 4));
    expect(story.events('cpu_access').map(({ inode, page, pages }) => [inode, page, pages])).toEqual([
      [1, 0, 2],
      [2, 0, 2],
    ]);
  });
});

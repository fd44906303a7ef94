import { describe, expect, test } from 'vitest';
import { gup } from '../../drivers/gup.ts';
import { hmm_mirror } from '../../drivers/hmm_mirror.ts';
import { none } from '../../drivers/none.ts';
import * as sys from '../../run/fixtures/calls.ts';
import { block, content, devicePages, devicePte, pfnAt, pte, references } from '../../run/fixtures/look.ts';
import { BOTH, Story, written } from '../../run/fixtures/story.ts';
import { mmap_lock } from '../kernel.ts';

describe.each(BOTH)('%s', (memory) => {
  function mirrored(): Story {
    const story = new Story({ memory, driver: hmm_mirror, files: [written(16), written(4)] });
    story.run('app', sys.mmapShared(0, 16));
    story.run('app', sys.store(0, 16));
    story.run('app', sys.attach(0, 16));
    story.run('app', sys.dmaRead(0, 16));
    story.settle();
    story.forget();
    return story;
  }

  test('K69 munmap tells mirrors UNMAP, once for its whole range, before the entries go', () => {
    const story = mirrored();
    story.run('app', sys.mmapShared(6, 8, { file: 1 }));
    story.run('app', sys.dmaRead(4, 5));
    story.settle();
    story.forget();
    // Three VMAs lie in the range by now.
    expect(story.run('app', sys.munmap(4, 10))).toBe('ok');
    expect(story.events('inv_start')).toMatchObject([{ from: 4, to: 10, event: 'UNMAP' }]);
    expect(story.eventTypes('callback_end', 'pte')[0]).toBe('callback_end');
    expect([3, 4, 10].map((va) => [pte(story, va), devicePte(story, va)])).toEqual([
      ['read-write', 'read-write'],
      ['none', 'none'],
      ['read-write', 'read-write'],
    ]);
  });

  test('K69 the device then faults for good, and a pin does not notice', () => {
    const story = mirrored();
    story.run('app', sys.munmap(0, 16));
    story.run('app', sys.dmaRead(0));
    story.settle();
    expect(story.events('dma_end').at(-1)?.ret).toBe(-14);
    const pinned = new Story({ memory, driver: gup, files: [written(4)] });
    pinned.run('app', sys.mmapShared(0, 4));
    pinned.run('app', sys.attach(0, 2));
    pinned.run('app', sys.munmap(0, 4));
    expect(references(pinned, block(pinned, 0))).toBe(1024);
    pinned.run('app', sys.dmaRead(0));
    pinned.settle();
    expect(pinned.events('dma_end').at(-1)?.ret).toBe(0);
  });

  test('K69 the VMAs are gone for faults before their entries are; mmap_lock is shared by then', () => {
    const story = mirrored();
    story.begin('app', sys.munmap(0, 16));
    story.stepTo('app', 'unmap_single_vma');
    expect(story.holds('app', mmap_lock(0))).toBe('read');
    expect(pte(story, 0)).toBe('read-write');
    expect(story.run('thread', sys.load(0))).toBe('ok');
    story.step('app');
    expect(story.run('thread', sys.load(0))).toBe('EFAULT');
  });

  test('K69 what a thread stores through an entry that munmap has not zapped yet is in the file', () => {
    const story = mirrored();
    story.begin('app', sys.munmap(0, 16));
    story.stepTo('app', 'unmap_single_vma');
    story.run('thread', sys.store(3));
    story.drive('app');
    story.run('other', sys.read(3, 4));
    const seen = story.events('read').at(-1);
    expect(seen?.value).toBe(seen?.expected);
    expect(seen?.value).toBe(content(story, 3));
  });

  test('K70 MADV_DONTNEED clears under mmap_lock shared; the file keeps its data', () => {
    const story = mirrored();
    const before = content(story, 5);
    story.begin('app', sys.dontneed(4, 6));
    story.stepTo('app', 'zap_pte_range');
    expect(story.holds('app', mmap_lock(0))).toBe('read');
    story.drive('app');
    expect(story.events('inv_start')).toMatchObject([{ from: 4, to: 6, event: 'CLEAR' }]);
    expect([pte(story, 5), devicePte(story, 5), pte(story, 6)]).toEqual(['none', 'none', 'read-write']);
    story.run('app', sys.load(5));
    expect(story.events('cpu_access').at(-1)?.value).toBe(before);
  });

  test('K70, K46 MADV_DONTNEED drops private copies', () => {
    const story = new Story({ memory, driver: none, files: [written(4)] });
    story.run('app', sys.mmapPrivate(0, 4));
    story.run('app', sys.store(1));
    story.run('app', sys.dontneed(1));
    expect(pte(story, 1)).toBe('none');
  });

  test('K72 mremap notifies the old range only and moves entries; the subscription stays where it was', () => {
    const story = mirrored();
    const moved = pfnAt(story, 8);
    expect(story.run('app', sys.mremap(8, 12, 40, 44))).toBe('ok');
    expect(
      story.events('inv_start').every(({ from, to, event }) => from === 8 && to === 12 && event === 'UNMAP'),
    ).toBe(true);
    expect([pte(story, 8), pte(story, 40), pfnAt(story, 40)]).toEqual(['none', 'read-write', moved]);
    expect([devicePte(story, 8), devicePte(story, 7), devicePages(story)]).toEqual([
      'none',
      'read-write',
      12,
    ]);
    story.run('app', sys.dmaRead(8));
    story.settle();
    expect(story.events('dma_end').at(-1)?.ret).toBe(-14);
  });

  test('K72 a fixed mremap first unmaps what is at its new place', () => {
    const story = mirrored();
    story.run('app', sys.mmapShared(40, 44, { file: 1 }));
    story.run('app', sys.store(40));
    expect(story.run('app', sys.mremap(8, 12, 40, 44))).toBe('ok');
    story.run('app', sys.load(40));
    expect(story.events('cpu_access').at(-1)).toMatchObject({ inode: 1, page: 8 });
  });

  test('K72 shrinking in place unmaps the tail, growing shows more of the file', () => {
    const story = mirrored();
    story.run('app', sys.mremap(0, 16, 0, 8));
    expect([pte(story, 7), pte(story, 8)]).toEqual(['read-write', 'none']);
    expect(story.run('app', sys.load(9))).toBe('EFAULT');
    story.run('app', sys.mremap(0, 8, 0, 12));
    expect(story.run('app', sys.load(9))).toBe('ok');
  });

  test('K2 a writer that waits for mmap_lock holds up the faults behind it', () => {
    const story = mirrored();
    story.run('app', sys.dontneed(0, 16));
    story.begin('app', sys.load(0));
    story.stepTo('app', 'grab_mapping_entry');
    story.begin('thread', sys.munmap(14, 16));
    expect(story.drive('thread')).toBe('asleep');
    expect(story.waitsFor('thread')).toBe('mmap_lock');
    story.run('other', sys.mmapShared(0, 1));
    story.run('other', sys.dmaRead(3));
    for (let steps = 0; steps < 50 && story.engineRunnable(); steps++) story.stepEngine();
    expect(story.events('dma_end')).toEqual([]);
    story.drive('app');
    story.drive('thread');
    story.settle();
    expect(story.events('dma_end')).toMatchObject([{ ret: 0 }]);
  });
});

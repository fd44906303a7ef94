import { describe, expect, test } from 'vitest';
import { hmm_mirror } from '../../drivers/hmm_mirror.ts';
import * as sys from '../../run/fixtures/calls.ts';
import { block, devicePages, devicePte, entry, pte, references } from '../../run/fixtures/look.ts';
import { BOTH, file, Story, written } from '../../run/fixtures/story.ts';
import { mmap_lock } from '../kernel.ts';

const EPERM = -1;
const EFAULT = -14;

describe.each(BOTH)('%s', (memory) => {
  function mirrored(options: { readonly writable?: boolean; readonly pages?: number } = {}): Story {
    const story = new Story({ memory, driver: hmm_mirror, files: [written(options.pages ?? 8)] });
    story.run('app', sys.mmapShared(0, 8, { writable: options.writable ?? true }));
    story.run('app', sys.attach(0, 8));
    return story;
  }

  const lastTransfer = (story: Story): number | undefined => story.events('dma_end').at(-1)?.ret;

  test('K141 what is present and sufficient is taken without a fault', () => {
    const story = mirrored();
    story.run('app', sys.store(0, 4));
    story.forget();
    story.run('app', sys.dmaWrite(0, 4));
    story.settle();
    expect(story.events('dax_fault')).toEqual([]);
    expect(devicePte(story, 0)).toBe('read-write');
  });

  test('K141 absent and requested: a fault; read-only and write requested: a write fault', () => {
    const story = mirrored();
    story.run('app', sys.dmaRead(0));
    story.settle();
    expect(devicePte(story, 0)).toBe('read-only');
    story.run('app', sys.dmaWrite(0));
    story.settle();
    expect(story.events('dax_fault').map(({ write, device }) => [write, device])).toEqual([
      [false, true],
      [true, true],
    ]);
    expect([pte(story, 0), devicePte(story, 0)]).toEqual(['read-write', 'read-write']);
  });

  test('K141 no right to write is -EPERM, no VMA is -EFAULT, beyond end of file is -EFAULT', () => {
    const readonly = mirrored({ writable: false });
    readonly.run('app', sys.dmaWrite(0));
    readonly.settle();
    expect(lastTransfer(readonly)).toBe(EPERM);
    const story = mirrored({ pages: 4 });
    story.run('app', sys.dmaRead(5));
    story.settle();
    expect(lastTransfer(story)).toBe(EFAULT);
    story.run('app', sys.munmap(0, 2));
    story.run('app', sys.dmaRead(0));
    story.settle();
    expect(lastTransfer(story)).toBe(EFAULT);
  });

  test('K142 a hole gives the zero page without the right to write; writing to it allocates', () => {
    const story = new Story({ memory, driver: hmm_mirror, files: [file(4)] });
    story.run('app', sys.mmapShared(0, 4));
    story.run('app', sys.attach(0, 4));
    story.run('app', sys.dmaRead(0));
    story.settle();
    expect(devicePte(story, 0)).toBe('zero page');
    story.run('app', sys.dmaWrite(0));
    story.settle();
    expect([devicePte(story, 0), entry(story, 0).dirty]).toEqual(['read-write', true]);
  });

  test('K143 -EBUSY: an invalidation between two faults makes the walk give up, and the driver starts again', () => {
    const story = mirrored();
    story.run('app', sys.dmaRead(0, 3));
    story.stepEngineTo('grab_mapping_entry');
    story.stepEngine();
    story.stepEngineTo('grab_mapping_entry');
    expect(pte(story, 0)).toBe('read-only');
    story.run('app', sys.dontneed(0));
    story.stepEngineTo('mmu_interval_check_retry');
    story.stepEngine();
    // At once: page 2 has not been asked for.
    expect([story.events('retry').length, story.events('dax_fault').length]).toEqual([1, 2]);
    story.settle();
    expect(story.events('retry')).toHaveLength(1);
    expect([0, 1, 2].map((va) => devicePte(story, va))).toEqual(['read-only', 'read-only', 'read-only']);
  });

  test('K128, K143 after the last fault the hint is not asked again: only read_retry under the driver lock finds out', () => {
    const story = mirrored();
    story.run('app', sys.load(0, 3));
    story.run('app', sys.dmaRead(0, 3));
    story.stepEngineTo('hmm_vma_handle_pte');
    story.stepEngine();
    story.run('app', sys.dontneed(0));
    story.stepEngineTo('driver lock');
    expect(story.events('retry')).toEqual([]);
    expect(devicePages(story)).toBe(0);
    story.settle();
    expect(story.events('retry')).toHaveLength(1);
    expect(devicePte(story, 0)).toBe(pte(story, 0));
  });

  test('K143 without an invalidation the walk goes on at the first page not filled, with the same sequence', () => {
    const story = mirrored();
    story.run('app', sys.dmaRead(0, 4));
    story.settle();
    expect(story.events('retry')).toEqual([]);
    expect(story.events('dax_fault')).toHaveLength(4);
    expect(devicePages(story)).toBe(4);
  });

  test('K144 mmap_lock is held shared throughout the fault', () => {
    const story = mirrored();
    story.run('app', sys.dmaRead(0));
    story.stepEngineTo('dax_insert_entry');
    expect(story.k.m.locks.holds(story.session.engineTask, mmap_lock(0))).toBe('read');
  });

  test('K145 no reference is taken: a truncate ends with the device table full', () => {
    const story = mirrored();
    story.run('app', sys.dmaRead(0, 8));
    story.settle();
    expect(devicePages(story)).toBe(8);
    expect(references(story, block(story, 3))).toBe(0);
    expect(story.run('other', sys.truncate(2))).toBe('ok');
    expect(story.events('layout_wait')).toEqual([]);
    expect([devicePages(story), story.events('blocks_freed')[0]?.referenced]).toEqual([0, 0]);
  });
});

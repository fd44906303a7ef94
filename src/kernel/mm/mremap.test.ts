import { describe, expect, test } from 'vitest';
import { hmm_mirror } from '../../drivers/hmm_mirror.ts';
import { gup } from '../../drivers/gup.ts';
import { none } from '../../drivers/none.ts';
import * as sys from '../../run/fixtures/calls.ts';
import { devicePages, pfnAt, pte } from '../../run/fixtures/look.ts';
import { BOTH, Story, written } from '../../run/fixtures/story.ts';
import { INODE, mmap_lock } from '../kernel.ts';

describe.each(BOTH)('%s', (memory) => {
  function mapped(): Story {
    const story = new Story({ memory, driver: none, files: [written(16), written(4)] });
    story.run('app', sys.mmapShared(0, 8));
    story.run('app', sys.store(0, 8));
    return story;
  }

  const load = (story: Story, va: number): string => story.run('app', sys.load(va));

  test('a part from the middle of a mapping moves, what is around it stays', () => {
    const story = mapped();
    const frame = pfnAt(story, 4);
    expect(story.run('app', sys.mremap(4, 6, 40, 42))).toBe('ok');
    expect([load(story, 3), load(story, 4), load(story, 6), load(story, 40)]).toEqual([
      'ok',
      'EFAULT',
      'ok',
      'ok',
    ]);
    expect([pfnAt(story, 40), pte(story, 41)]).toEqual([frame, 'read-write']);
  });

  test('a move to a longer or a shorter place: more of the file, or the tail is unmapped', () => {
    const story = mapped();
    expect(story.run('app', sys.mremap(0, 4, 40, 46))).toBe('ok');
    expect([load(story, 45), story.events('cpu_access').at(-1)?.page]).toEqual(['ok', 5]);
    expect(story.run('app', sys.mremap(4, 8, 20, 22))).toBe('ok');
    expect([20, 21, 22, 6, 7].map((va) => load(story, va))).toEqual([
      'ok',
      'ok',
      'EFAULT',
      'EFAULT',
      'EFAULT',
    ]);
  });

  test('MREMAP_DONTUNMAP: the old mapping stays, empty, and shows the file again', () => {
    const story = new Story({ memory, driver: none, files: [written(8)] });
    story.run('app', sys.mmapPrivate(0, 4));
    story.run('app', sys.store(0));
    const copy = pfnAt(story, 0);
    expect(story.run('app', sys.mremap(0, 4, 40, 44, true))).toBe('ok');
    expect([pfnAt(story, 40), pte(story, 0)]).toEqual([copy, 'none']);
    load(story, 0);
    load(story, 40);
    expect([pte(story, 0), pte(story, 40)]).toEqual(['read-only', 'private copy']);
    const own = story.events('private_access').at(-1);
    expect(own?.value).toBe(own?.expected);
    expect(story.run('app', sys.mremap(0, 4, 50, 52, true))).toBe('EINVAL');
  });

  test('K72, K84 a pinned private copy is found at its new address, with what the device has written since', () => {
    const story = new Story({ memory, driver: gup, files: [written(8)] });
    story.run('app', sys.mmapPrivate(0, 4));
    story.run('app', sys.attach(0, 4));
    story.run('app', sys.mremap(0, 4, 40, 44));
    story.run('app', sys.dmaWrite(2));
    story.settle();
    load(story, 42);
    const [device, cpu] = story.events('private_access');
    expect([device?.device, device?.va, cpu?.va]).toEqual([true, 42, 42]);
    expect([cpu?.value, cpu?.expected]).toEqual([device?.value, device?.value]);
  });

  test('a mapping grows where it is only from its end and into free addresses', () => {
    const story = mapped();
    story.run('app', sys.mmapShared(10, 12, { file: 1 }));
    expect(story.run('app', sys.mremap(0, 8, 0, 10))).toBe('ok');
    expect(story.run('app', sys.mremap(0, 10, 0, 11))).toBe('ENOMEM');
    expect(story.run('app', sys.mremap(0, 4, 0, 5))).toBe('ENOMEM');
    expect([load(story, 9), story.events('cpu_access').at(-1)?.inode]).toEqual(['ok', 1]);
    load(story, 10);
    expect(story.events('cpu_access').at(-1)?.inode).toBe(2);
  });

  test('errors: nothing there, more than one mapping, onto itself', () => {
    const story = mapped();
    story.run('app', sys.mmapShared(8, 12, { file: 1 }));
    expect([
      story.run('app', sys.mremap(30, 34, 40, 44)),
      story.run('app', sys.mremap(6, 10, 40, 44)),
      story.run('app', sys.mremap(6, 10, 6, 12)),
      story.run('app', sys.mremap(0, 4, 2, 6)),
    ]).toEqual(['EFAULT', 'EFAULT', 'EFAULT', 'EINVAL']);
    expect([load(story, 7), load(story, 9)]).toEqual(['ok', 'ok']);
  });

  test('what was at the new place is gone even if the move then fails', () => {
    const story = mapped();
    story.run('app', sys.mmapShared(8, 12, { file: 1 }));
    story.run('app', sys.mmapShared(40, 44, { file: 1 }));
    expect(story.run('app', sys.mremap(6, 10, 40, 44))).toBe('EFAULT');
    expect(load(story, 40)).toBe('EFAULT');
  });

  test('K69 a shrink lets go of mmap_lock for write before it zaps', () => {
    const story = mapped();
    story.begin('app', sys.mremap(0, 8, 0, 4));
    story.stepTo('app', 'unmap_single_vma');
    expect(story.holds('app', mmap_lock(0))).toBe('read');
  });

  test('K62 a file without a name goes when its last mapping is moved over', () => {
    const story = mapped();
    story.run('app', sys.mmapShared(40, 44, { file: 1 }));
    story.run('app', sys.unlink(1));
    expect(story.k.inodes.get(2, INODE.evicted)).toBe(0);
    story.run('app', sys.mremap(0, 4, 40, 44));
    expect(story.k.inodes.get(2, INODE.evicted)).toBe(1);
  });

  test('K72 a truncate that runs at the same time finds each entry at its old place or at its new one', () => {
    const story = new Story({ memory, driver: hmm_mirror, files: [written(16)] });
    // A record is free in front of the mapping's own.
    story.run('app', sys.mmapShared(50, 52));
    story.run('app', sys.mmapShared(0, 8));
    story.run('app', sys.munmap(50, 52));
    story.run('app', sys.store(0, 8));
    story.run('app', sys.attach(0, 8));
    story.begin('app', sys.mremap(0, 8, 40, 48));
    story.stepTo('app', 'move_page_tables');
    story.begin('other', sys.truncate(0));
    story.stepTo('other', 'zap_pte_range');
    story.drive('other');
    story.drive('app');
    story.drive('other');
    story.settle();
    expect([pte(story, 0), pte(story, 40), devicePages(story)]).toEqual(['none', 'none', 0]);
  });
});

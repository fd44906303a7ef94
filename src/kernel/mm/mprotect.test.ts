import { describe, expect, test } from 'vitest';
import { gup } from '../../drivers/gup.ts';
import { hmm_mirror } from '../../drivers/hmm_mirror.ts';
import { none } from '../../drivers/none.ts';
import type { Driver } from '../../drivers/driver.ts';
import * as sys from '../../run/fixtures/calls.ts';
import { devicePages, devicePte, pfnAt, pte, references } from '../../run/fixtures/look.ts';
import { BOTH, type Plot, Story, written } from '../../run/fixtures/story.ts';
import { EFAULT } from '../errno.ts';
import { mmap_lock } from '../kernel.ts';

describe.each(BOTH)('%s', (memory) => {
  function shared(driver: Driver, more: Partial<Plot> = {}): Story {
    const story = new Story({ memory, driver, files: [written(16)], ...more });
    story.run('app', sys.mmapShared(0, 16));
    return story;
  }

  function mirrored(): Story {
    const story = shared(hmm_mirror);
    story.run('app', sys.store(0, 8));
    story.run('app', sys.attach(0, 16));
    story.run('app', sys.dmaWrite(0, 8));
    story.settle();
    story.forget();
    return story;
  }

  const load = (story: Story, va: number): string => story.run('app', sys.load(va));
  const store = (story: Story, va: number): string => story.run('app', sys.store(va));

  test('K71 PROTECTION_VMA comes over the range before the entries lose the right to write', () => {
    const story = mirrored();
    story.begin('app', sys.mprotect(2, 6, 'r-'));
    story.stepTo('app', 'change_pte_range');
    expect(story.holds('app', mmap_lock(0))).toBe('write');
    expect([pte(story, 3), devicePte(story, 3), devicePte(story, 1)]).toEqual([
      'read-write',
      'none',
      'read-write',
    ]);
    story.drive('app');
    expect(story.events('inv_start')).toMatchObject([{ from: 2, to: 6, event: 'PROTECTION_VMA' }]);
    expect([1, 2, 5, 6].map((va) => pte(story, va))).toEqual([
      'read-write',
      'read-only',
      'read-only',
      'read-write',
    ]);
  });

  test('K71 where nothing is populated nobody is told; what was populated once still is', () => {
    const story = shared(hmm_mirror);
    story.run('app', sys.attach(0, 16));
    story.run('app', sys.mprotect(0, 16, 'r-'));
    expect(story.events('inv_start')).toEqual([]);
    load(story, 0);
    story.run('app', sys.dontneed(0));
    story.forget();
    story.run('app', sys.mprotect(0, 16, 'rw'));
    // The page table stays when its last entry goes.
    expect(story.events('inv_start')).toMatchObject([{ from: 0, to: 16, event: 'PROTECTION_VMA' }]);
  });

  test('K71 the notification begins at the first PMD that is populated, and the same rights change nothing', () => {
    const story = shared(hmm_mirror, { setup: { pmd_pages: 4 } });
    story.run('app', sys.attach(0, 16));
    story.run('app', sys.mprotect(0, 16, 'rw'));
    // No huge page: the entry is the file's second half of a PMD.
    story.run('app', sys.mremap(8, 16, 41, 49));
    load(story, 45);
    story.forget();
    story.run('app', sys.mprotect(41, 49, 'r-'));
    const [first] = story.events('inv_start').filter(({ event }) => event === 'PROTECTION_VMA');
    expect(first).toMatchObject({ from: 44, to: 49 });
  });

  test('K5, K71 read-only again and back: a dirty entry is writable at once, a clean one faults for it', () => {
    const story = shared(none);
    store(story, 0);
    load(story, 1);
    story.run('app', sys.mprotect(0, 2, 'r-'));
    expect([pte(story, 0), store(story, 0), load(story, 0)]).toEqual(['read-only', 'EFAULT', 'ok']);
    story.forget();
    story.run('app', sys.mprotect(0, 2, 'rw'));
    expect([pte(story, 0), pte(story, 1)]).toEqual(['read-write', 'read-only']);
    store(story, 0);
    expect(story.events('dax_fault')).toEqual([]);
    store(story, 1);
    expect(story.events('dax_fault')).toMatchObject([{ page: 1, write: true }]);
  });

  test('K65 a page that fsync has cleaned meanwhile asks the filesystem again', () => {
    const story = shared(none);
    store(story, 0);
    story.run('app', sys.mprotect(0, 1, 'r-'));
    story.run('app', sys.fsync());
    story.run('app', sys.mprotect(0, 1, 'rw'));
    expect(pte(story, 0)).toBe('read-only');
    story.forget();
    store(story, 0);
    expect(story.events('dax_fault')).toMatchObject([{ write: true }]);
  });

  test('PROT_NONE keeps the frame and lets nobody in; giving the rights back needs no fault', () => {
    const story = shared(none);
    store(story, 0);
    const pfn = pfnAt(story, 0);
    story.run('app', sys.mprotect(0, 1, '--'));
    expect([load(story, 0), store(story, 0), pfnAt(story, 0)]).toEqual(['EFAULT', 'EFAULT', pfn]);
    story.run('app', sys.mprotect(0, 1, 'r-'));
    story.forget();
    expect([load(story, 0), story.events('dax_fault')]).toEqual(['ok', []]);
  });

  test('on x86 what may be written may be read by the CPU, not by GUP or HMM', () => {
    const story = shared(gup);
    store(story, 0);
    story.run('app', sys.mprotect(0, 2, '-w'));
    expect(load(story, 0)).toBe('ok');
    story.run('app', sys.dontneed(0));
    expect(story.run('app', sys.attach(0, 1, { writable: false }))).toBe('EFAULT');
  });

  test('K94, K88 GUP asks the VMA for the right it needs', () => {
    const story = shared(gup);
    load(story, 0);
    story.run('app', sys.mprotect(0, 4, 'r-'));
    expect(story.run('app', sys.attach(0, 4))).toBe('EFAULT');
    expect(story.run('app', sys.attach(0, 4, { writable: false }))).toBe('ok');
    story.run('app', sys.detach());
    story.run('app', sys.mprotect(0, 4, '--'));
    expect(story.run('app', sys.attach(0, 4, { writable: false }))).toBe('EFAULT');
  });

  test('K84 a pin made before is not told: the device writes on', () => {
    const story = shared(gup);
    story.run('app', sys.attach(0, 1));
    story.run('app', sys.mprotect(0, 1, '--'));
    story.run('app', sys.dmaWrite(0));
    story.settle();
    expect([story.events('dma_end')[0]?.ret, references(story, pfnAt(story, 0))]).toEqual([0, 1024]);
  });

  test('K141 the mirror faults in vain: -EFAULT without read, as for a write to a read-only VMA', () => {
    const story = mirrored();
    const result = (op: ReturnType<typeof sys.dmaRead>): number | undefined => {
      story.run('app', op);
      story.settle();
      return story.events('dma_end').at(-1)?.ret;
    };
    story.run('app', sys.mprotect(0, 4, 'r-'));
    expect([result(sys.dmaRead(0)), (result(sys.dmaWrite(0)) ?? 0) < 0]).toEqual([0, true]);
    story.run('app', sys.mprotect(0, 4, '--'));
    expect(result(sys.dmaRead(0))).toBe(-EFAULT);
    story.run('app', sys.mprotect(0, 4, 'rw'));
    expect([result(sys.dmaWrite(0)), devicePages(story)]).toEqual([0, 5]);
  });

  test('a private copy that fork has shared stays read-only; one of its own is writable again', () => {
    const tasks = { app: 0, child: 1 };
    const story = new Story({ memory, driver: none, files: [written(4)], tasks, children: ['child'] });
    story.run('app', sys.mmapPrivate(0, 2));
    store(story, 0);
    story.run('app', sys.fork(1));
    store(story, 1);
    story.run('app', sys.mprotect(0, 2, 'r-'));
    story.run('app', sys.mprotect(0, 2, 'rw'));
    const writable = (va: number): boolean => story.k.ptes.get(0, va) % 2 === 1;
    expect([writable(0), writable(1)]).toEqual([false, true]);
  });

  test('what is mapped before a gap is changed, then ENOMEM', () => {
    const story = shared(none);
    story.run('app', sys.munmap(4, 6));
    expect(story.run('app', sys.mprotect(2, 8, 'r-'))).toBe('ENOMEM');
    expect([store(story, 1), store(story, 2), store(story, 7)]).toEqual(['ok', 'EFAULT', 'ok']);
    expect(story.run('app', sys.mprotect(4, 6, 'r-'))).toBe('ENOMEM');
  });

  test('the steps follow the number of runs, not of pages', () => {
    const pages = 2 ** 20;
    const story = new Story({
      memory,
      driver: hmm_mirror,
      files: [written(pages)],
      setup: { store: 'runs', grain: 'run', blocks: 2 ** 36 },
    });
    story.run('app', sys.mmapShared(0, pages));
    story.run('app', sys.store(0, pages));
    story.run('app', sys.attach(0, pages));
    story.forget();
    story.begin('app', sys.mprotect(0, pages, 'r-'));
    expect(story.drive('app')).toBe('done');
    // One for each GiB, as change_pud_range() goes.
    expect(story.events('inv_start').map(({ from }) => from)).toEqual(
      [0, 1, 2, 3].map((gib) => gib * 2 ** 18),
    );
  });
});

import { describe, expect, test } from 'vitest';
import { gup } from '../../drivers/gup.ts';
import { hmm_mirror } from '../../drivers/hmm_mirror.ts';
import { none } from '../../drivers/none.ts';
import * as sys from '../../run/fixtures/calls.ts';
import { devicePages, pte } from '../../run/fixtures/look.ts';
import { BOTH, Story, written } from '../../run/fixtures/story.ts';

describe.each(BOTH)('%s', (memory) => {
  test('K122 one SOFT_DIRTY notification over the whole address space, then every entry is read-only', () => {
    const story = new Story({ memory, driver: hmm_mirror, files: [written(8), written(4)] });
    story.run('app', sys.mmapShared(0, 8));
    story.run('app', sys.mmapShared(20, 24, { file: 1 }));
    story.run('app', sys.store(0, 8));
    story.run('app', sys.store(20, 24));
    story.run('app', sys.attach(0, 8));
    story.run('app', sys.dmaWrite(0, 8));
    story.settle();
    story.forget();
    expect(story.run('app', sys.clearRefs)).toBe('ok');
    expect(story.events('inv_start')).toMatchObject([
      { mm: 0, from: 0, to: story.k.llong_max_pages, event: 'SOFT_DIRTY' },
    ]);
    expect(story.eventTypes('callback_end', 'pte')[0]).toBe('callback_end');
    expect([pte(story, 0), pte(story, 23), devicePages(story)]).toEqual(['read-only', 'read-only', 0]);
    story.forget();
    story.run('app', sys.store(0));
    // The next write is asked for again.
    expect([story.events('dax_fault').length, pte(story, 0)]).toEqual([1, 'read-write']);
  });

  test('what mprotect gives back to dirty entries it keeps from those that are tracked', () => {
    const story = new Story({ memory, driver: none, files: [written(4)] });
    const again = (): void => {
      story.run('app', sys.mprotect(0, 2, 'r-'));
      story.run('app', sys.mprotect(0, 2, 'rw'));
    };
    story.run('app', sys.mmapShared(0, 4));
    story.run('app', sys.store(0, 2));
    again();
    expect(pte(story, 0)).toBe('read-write');
    story.run('app', sys.clearRefs);
    again();
    expect(pte(story, 0)).toBe('read-only');
    story.run('app', sys.store(0));
    again();
    expect([pte(story, 0), pte(story, 1)]).toEqual(['read-write', 'read-only']);
  });

  test('a private copy that is pinned for writing stays writable', () => {
    const story = new Story({ memory, driver: gup, files: [written(4)] });
    story.run('app', sys.mmapPrivate(0, 4));
    story.run('app', sys.store(0, 2));
    story.run('app', sys.attach(0, 1));
    story.run('app', sys.clearRefs);
    expect([0, 1].map((va) => story.k.ptes.get(0, va) % 2)).toEqual([1, 0]);
  });
});

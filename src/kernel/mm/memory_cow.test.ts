import { describe, expect, test } from 'vitest';
import { gup } from '../../drivers/gup.ts';
import { gup_longterm } from '../../drivers/gup_longterm.ts';
import { hmm_mirror } from '../../drivers/hmm_mirror.ts';
import { none } from '../../drivers/none.ts';
import type { Driver } from '../../drivers/driver.ts';
import * as sys from '../../run/fixtures/calls.ts';
import { block, content, pfnAt, pte, references } from '../../run/fixtures/look.ts';
import { BOTH, file, Story, written } from '../../run/fixtures/story.ts';
import { pte_pfn } from './pgtable.ts';

const CHILD = 1;

describe.each(BOTH)('%s', (memory) => {
  function family(driver: Driver, anonPages = 16): Story {
    const story = new Story({
      memory,
      driver,
      files: [written(8)],
      tasks: { app: 0, child: 1, thread: 0 },
      children: ['child'],
      setup: { anonPages },
    });
    story.run('app', sys.mmapPrivate(0, 4));
    return story;
  }

  test('K46 a read maps the block read-only, a write copies it; a hole is copied as zeros', () => {
    const story = new Story({
      memory,
      driver: none,
      files: [file(4, [{ from: 0, to: 1, state: 'written' }])],
    });
    story.run('app', sys.mmapPrivate(0, 4));
    story.run('app', sys.load(0));
    expect([pte(story, 0), pfnAt(story, 0)]).toEqual(['read-only', block(story, 0)]);
    story.run('app', sys.store(0));
    story.run('app', sys.store(2));
    expect([pte(story, 0), pte(story, 2), block(story, 2)]).toEqual(['private copy', 'private copy', 0]);
  });

  test('K74 the copy is made before the notifier is told, and thrown away if the entry has changed meanwhile', () => {
    const story = family(hmm_mirror);
    story.run('app', sys.load(0));
    story.run('app', sys.attach(0, 4));
    story.forget();
    const call = story.begin('app', sys.store(0));
    story.stepTo('app', 'mn_itree_inv_start_range');
    expect([pte(story, 0), story.events('inv_start')]).toEqual(['read-only', []]);
    story.stepTo('app', 'ptep_clear_flush_notify');
    // The other thread takes the page away, and the fault finds nothing to replace.
    story.run('thread', sys.dontneed(0));
    const free = story.k.refcount.get(0, story.k.options.blocks + 1);
    expect(free).toBe(1);
    story.step('app');
    expect([pte(story, 0), story.k.refcount.get(0, story.k.options.blocks + 1)]).toEqual(['none', 0]);
    expect(story.finish('app', call)).toBe('ok');
    expect(pte(story, 0)).toBe('private copy');
  });

  test('K46, K49 truncate takes private copies away, hole punching and the layout break leave them', () => {
    const story = family(none);
    story.run('app', sys.store(0, 4));
    story.forget();
    story.run('app', sys.punch(0, 2));
    expect([pte(story, 0), pte(story, 3)]).toEqual(['private copy', 'private copy']);
    story.run('app', sys.load(0));
    expect(story.events('private_access').at(-1)?.value).toBe(
      story.events('private_access').at(-1)?.expected,
    );
    story.run('app', sys.truncate(2));
    expect([0, 1, 2, 3].map((va) => pte(story, va))).toEqual([
      'private copy',
      'private copy',
      'none',
      'none',
    ]);
    expect(story.run('app', sys.load(2))).toBe('SIGBUS');
  });

  test('K46 what a process stores into its copy is its own: the file keeps what it held', () => {
    const story = family(none);
    const before = content(story, 1);
    story.run('app', sys.store(1));
    story.run('app', sys.read(1, 2));
    expect(story.events('read').at(-1)?.value).toBe(before);
    expect(content(story, 1)).toBe(before);
  });

  test('K85 a pin for writing takes a copy of its own; one for reading takes the block of the file', () => {
    const story = family(gup);
    story.run('app', sys.attach(0, 1));
    story.run('app', sys.attach(1, 2, { region: 1, writable: false }));
    expect([pte(story, 0), references(story, pfnAt(story, 0))]).toEqual(['private copy', 1025]);
    expect([pte(story, 1), references(story, block(story, 1))]).toEqual(['read-only', 1024]);
  });

  test('K85, K193 a pin for reading of a page that fork has shared unshares it first', () => {
    const story = family(gup);
    story.run('app', sys.store(0));
    story.run('app', sys.fork(CHILD));
    const shared = pfnAt(story, 0);
    story.forget();
    story.run('child', sys.attach(0, 1, { writable: false }));
    expect(story.events('inv_start')).toEqual([]);
    const own = pfnAt(story, 0, 1);
    expect([own === shared, references(story, own), references(story, shared)]).toEqual([false, 1025, 1]);
    // Unshared, not made writable.
    expect(story.k.ptes.get(1, 0) % 2).toBe(0);
    story.run('child', sys.store(0));
    expect([pfnAt(story, 0, 1), story.events('private_copy_moved').some(({ pinned }) => pinned)]).toEqual([
      own,
      false,
    ]);
    story.run('app', sys.store(0));
    expect(pfnAt(story, 0)).toBe(shared);
  });

  test('K85 unsharing a page that the other has left needs no copy', () => {
    const story = family(gup);
    story.run('app', sys.store(0));
    story.run('app', sys.fork(CHILD));
    const page = pfnAt(story, 0);
    story.run('child', sys.exit);
    story.run('app', sys.attach(0, 1, { writable: false }));
    expect([pfnAt(story, 0), references(story, page)]).toEqual([page, 1025]);
  });

  test('K88 a long pin of a DAX mapping is refused, but fast GUP takes private copies', () => {
    const story = family(gup_longterm);
    expect(story.run('app', sys.attach(0, 2))).toBe('EOPNOTSUPP');
    story.run('app', sys.store(0));
    expect(story.run('app', sys.attach(0, 2))).toBe('EOPNOTSUPP');
    expect(references(story, pfnAt(story, 0))).toBe(1);
    story.run('app', sys.store(1));
    expect(story.run('app', sys.attach(0, 2))).toBe('ok');
    expect(references(story, pfnAt(story, 0))).toBe(1025);
  });

  test('K29 a mirror of a private copy writes what the process then reads', () => {
    const story = family(hmm_mirror);
    story.run('app', sys.attach(0, 4));
    story.run('app', sys.dmaWrite(0));
    story.settle();
    expect([pte(story, 0), pte_pfn(story.k.device_ptes.get(0, 0))]).toEqual([
      'private copy',
      pfnAt(story, 0),
    ]);
    story.run('app', sys.load(0));
    const [device, cpu] = story.events('private_access');
    expect([cpu?.value, cpu?.expected]).toEqual([device?.value, device?.value]);
  });

  test('without a free page the fault ends with ENOMEM and leaves everything as it was', () => {
    const story = family(none, 1);
    story.run('app', sys.store(0));
    story.run('app', sys.load(1));
    expect([story.run('app', sys.store(1)), pte(story, 1)]).toEqual(['ENOMEM', 'read-only']);
    expect(story.run('app', sys.store(2))).toBe('ENOMEM');
    expect(story.events('pte').length).toBeGreaterThan(0);
    story.run('app', sys.dontneed(0));
    expect(story.run('app', sys.store(1))).toBe('ok');
  });
});

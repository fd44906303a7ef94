/** The page cache as a control: what pins and mirrors of a file see there, K228 to K239. */
import { describe, expect, test } from 'vitest';
import type { Driver } from '../../drivers/driver.ts';
import { gup } from '../../drivers/gup.ts';
import { gup_longterm } from '../../drivers/gup_longterm.ts';
import { hmm_mirror } from '../../drivers/hmm_mirror.ts';
import { none } from '../../drivers/none.ts';
import * as sys from '../../run/fixtures/calls.ts';
import { content, devicePte, entry, extent, pte, references } from '../../run/fixtures/look.ts';
import { BOTH_CACHED, type CachedMemory, file, Story, written } from '../../run/fixtures/story.ts';
import type { Operation } from '../../workload/operation.ts';
import { dax_to_pfn, folio_nr_pages } from '../fs/dax.ts';
import { invalidate_lock } from '../kernel.ts';
import { releaseNamed } from '../release/releases.ts';
import { folio_mark_dirty } from './filemap.ts';

const IDLE = 1;
const PIN = 1024;

/** Four pages of a file, mapped by `app` and stored into. */
function mapped(memory: CachedMemory, driver: Driver = none, kernel = 'linux-6.1'): Story {
  const setup = { release: releaseNamed(kernel) };
  const story = new Story({ memory, driver, files: [written(4)], setup });
  story.run('app', sys.mmapShared(0, 4));
  story.run('app', sys.store(0, 4));
  return story;
}

/** The same with the pages held by the driver's region, and nothing dirty. */
function held(memory: CachedMemory, driver: Driver): Story {
  const story = mapped(memory, driver);
  story.run('app', sys.attach(0, 4));
  story.run('app', sys.dmaRead(0, 4));
  story.settle();
  story.run('app', sys.fsync());
  story.forget();
  return story;
}

const frame = (story: Story, page: number): number => dax_to_pfn(story.k.i_pages.get(1, page));
const heldIn = (story: Story, page: number): number => story.k.data.get(0, frame(story, page));
const direct = (op: Operation): Operation => ({ ...op, direct: true }) as Operation;
const kinds = (story: Story): string[] => story.events('callback_start').map(({ event }) => event);

/** `other` does the whole call while the pin of `app` stands. */
function duringPin(story: Story, op: Operation): string {
  const call = story.begin('other', op);
  expect(story.drive('other')).toBe('done');
  return story.result(call);
}

describe.each(BOTH_CACHED)('%s', (memory) => {
  test('K228, K232 a truncate does not wait for a pin: the frame stays, and the file gets another', () => {
    const story = held(memory, gup);
    const old = frame(story, 2);
    expect(references(story, old)).toBe(IDLE + PIN);
    expect(duringPin(story, sys.truncate(1))).toBe('ok');
    expect([entry(story, 2).kind, pte(story, 2), extent(story, 2)]).toEqual(['absent', 'none', 'hole']);
    expect(references(story, old)).toBe(PIN);
    story.run('other', sys.truncate(4));
    story.run('app', sys.load(2));
    expect(frame(story, 2)).not.toBe(old);
    story.run('app', sys.detach());
    expect(references(story, old)).toBe(0);
  });

  test('K229 a fault that finds its folio taken out while it waits for the lock searches again', () => {
    const story = new Story({ memory, driver: none, files: [written(4)] });
    story.run('app', sys.mmapShared(0, 4));
    story.run('other', sys.read(0, 4));
    const fault = story.begin('app', sys.load(3));
    story.stepTo('app', 'lock_folio_maybe_drop_mmap');
    const hole = story.begin('other', sys.punch(3, 4));
    expect(story.drive('other')).toBe('done');
    expect([story.result(hole), entry(story, 3).kind]).toEqual(['ok', 'absent']);
    expect(story.finish('app', fault)).toBe('ok');
    expect([heldIn(story, 3), pte(story, 3)]).toEqual([0, 'read-only']);
  });

  test('K229 the page table entry is there before the folio is unlocked', () => {
    const story = new Story({ memory, driver: none, files: [written(4)] });
    story.run('app', sys.mmapShared(0, 4));
    story.begin('app', sys.load(1));
    story.stepTo('app', 'finish_fault');
    expect([entry(story, 1).locked, pte(story, 1)]).toEqual([true, 'none']);
    const hole = story.begin('other', sys.punch(1, 2));
    expect(story.drive('other')).toBe('asleep');
    story.drive('app');
    expect(story.finish('other', hole)).toBe('ok');
    expect([pte(story, 1), extent(story, 1)]).toEqual(['none', 'hole']);
  });

  test('K230 a store asks first: block, dirty mark, then the entry; after a write-back it faults again', () => {
    const story = new Story({ memory, driver: none, files: [file(4)] });
    story.run('app', sys.mmapShared(0, 4));
    story.run('app', sys.load(0));
    expect([extent(story, 0), pte(story, 0), entry(story, 0).dirty]).toEqual(['hole', 'read-only', false]);
    story.begin('app', sys.store(0));
    story.stepTo('app', 'folio_lock');
    expect(story.holds('app', invalidate_lock(1))).toBe('read');
    story.stepTo('app', 'finish_mkwrite_fault');
    expect([extent(story, 0), pte(story, 0)]).toEqual(['unwritten', 'read-only']);
    expect(entry(story, 0)).toMatchObject({ dirty: true, locked: true });
    story.drive('app');
    expect([pte(story, 0), entry(story, 0).locked]).toEqual(['read-write', false]);
    story.run('app', sys.fsync());
    expect([pte(story, 0), entry(story, 0).dirty, extent(story, 0)]).toEqual(['read-only', false, 'mapped']);
  });

  test('K231 an fsync tells a mirror and does not wait for a pin, whose later writes it never finds', () => {
    const mirror = mapped(memory, hmm_mirror);
    mirror.run('app', sys.attach(0, 2));
    mirror.run('app', sys.dmaWrite(0, 2));
    mirror.settle();
    mirror.forget();
    mirror.run('other', sys.fsync());
    expect(new Set(kinds(mirror))).toEqual(new Set(['PROTECTION_PAGE']));
    expect(devicePte(mirror, 0)).not.toBe('read-write');

    const pinned = held(memory, gup);
    pinned.run('app', sys.dmaWrite(0, 1));
    pinned.settle();
    expect([pte(pinned, 0), entry(pinned, 0).dirty]).toEqual(['read-only', false]);
    expect(duringPin(pinned, sys.fsync())).toBe('ok');
    expect(content(pinned, 0)).not.toBe(heldIn(pinned, 0));
  });

  test('K239 what a device wrote is dirty once its driver lets go, and reaches the block then', () => {
    const story = held(memory, gup);
    story.run('app', sys.dmaWrite(0, 1));
    story.settle();
    expect(entry(story, 0).dirty).toBe(false);
    story.run('app', sys.detach());
    expect([entry(story, 0).dirty, pte(story, 0)]).toEqual([true, 'read-only']);
    story.run('other', sys.fsync());
    expect(content(story, 0)).toBe(heldIn(story, 0));
  });

  test('K239 a frame that has left its file is not marked dirty', () => {
    const story = held(memory, gup);
    story.run('other', sys.punch(0, 4));
    story.run('other', sys.read(0, 4));
    story.run('app', sys.detach());
    expect([0, 1, 2, 3].map((page) => entry(story, page).dirty)).toEqual([false, false, false, false]);
  });

  test('K234, K238 an O_DIRECT write takes pinned folios out; page tables see the new bytes, the pin does not', () => {
    const story = held(memory, gup);
    const old = frame(story, 1);
    const before = story.k.data.get(0, old);
    expect(duringPin(story, direct(sys.write(1, 2)))).toBe('ok');
    expect([entry(story, 1).kind, pte(story, 1), references(story, old)]).toEqual(['absent', 'none', PIN]);
    expect([entry(story, 0).kind, pte(story, 0)]).toEqual(['block', 'read-only']);
    story.run('app', sys.load(1));
    expect(heldIn(story, 1)).toBe(content(story, 1));
    expect(heldIn(story, 1)).not.toBe(before);
    expect(story.k.data.get(0, old)).toBe(before);
  });

  test('K234, K238 a folio that is dirty again after the write-back stays, and the page cache does the write', () => {
    const story = held(memory, none);
    const old = frame(story, 1);
    const call = story.begin('other', direct(sys.write(1, 2)));
    story.stepTo('other', 'invalidate_complete_folio2');
    folio_mark_dirty(story.k, 1, 1, 2);
    expect(story.finish('other', call)).toBe('ok');
    expect([frame(story, 1), entry(story, 1).dirty]).toEqual([old, true]);
    expect(heldIn(story, 1)).not.toBe(content(story, 1));
  });

  test('K235 MADV_PAGEOUT unmaps and tells first: what is clean and unheld goes, what is pinned or dirty stays', () => {
    const mirror = held(memory, hmm_mirror);
    mirror.run('app', sys.store(3));
    mirror.forget();
    mirror.run('app', sys.madvisePageout(0, 4));
    expect(kinds(mirror)).toEqual(['CLEAR', 'CLEAR', 'CLEAR', 'CLEAR']);
    expect([0, 3].map((page) => entry(mirror, page).kind)).toEqual(['absent', 'block']);
    expect([0, 3].map((va) => [pte(mirror, va), devicePte(mirror, va)])).toEqual([
      ['none', 'none'],
      ['none', 'none'],
    ]);

    const pinned = held(memory, gup);
    pinned.run('app', sys.madvisePageout(0, 4));
    expect([pte(pinned, 0), entry(pinned, 0).kind]).toEqual(['none', 'block']);
  });

  test('K236 a write changes the folio in place: nobody is told, a pin sees the bytes', () => {
    const story = held(memory, hmm_mirror);
    const old = frame(story, 1);
    const before = heldIn(story, 1);
    story.run('other', sys.write(1, 2));
    expect([frame(story, 1), pte(story, 1)]).toEqual([old, 'read-only']);
    expect(heldIn(story, 1)).not.toBe(before);
    expect(entry(story, 1).dirty).toBe(true);
    expect(kinds(story)).toEqual([]);
  });

  test.each([
    ['linux-6.1', 'ok', 'ok', 'ok'],
    ['linux-6.12', 'EFAULT', 'ok', 'ok'],
  ])(
    'K237 %s: a long pin of a shared mapping for writing %s, for reading %s, private %s',
    (kernel, ...told) => {
      const attach = (map: Operation, writable: boolean): string => {
        const setup = { release: releaseNamed(kernel) };
        const story = new Story({ memory, driver: gup_longterm, files: [written(4)], setup });
        story.run('app', map);
        return story.run('app', sys.attach(0, 4, { writable }));
      };
      const shared = sys.mmapShared(0, 4);
      expect([attach(shared, true), attach(shared, false), attach(sys.mmapPrivate(0, 4), true)]).toEqual(
        told,
      );
    },
  );
});

describe('large folios', () => {
  /** XFS of 6.12: one folio of four pages that write(2) put into the page cache. */
  function large(driver: Driver): Story {
    const setup = { release: releaseNamed('linux-6.12') };
    const story = new Story({ memory: 'xfs', driver, files: [file(0)], setup });
    story.run('app', sys.write(0, 4));
    story.run('app', sys.mmapShared(0, 4));
    return story;
  }
  const orders = (story: Story): number[] =>
    [0, 1, 2, 3].map((page) => folio_nr_pages(story.k.i_pages.get(1, page)));

  test('K236 only XFS of 6.12 writes into one', () => {
    const sizes = BOTH_CACHED.flatMap((memory) =>
      ['linux-6.1', 'linux-6.12'].map((kernel) => {
        const setup = { release: releaseNamed(kernel) };
        const story = new Story({ memory, driver: none, files: [file(0)], setup });
        story.run('app', sys.write(0, 4));
        return orders(story)[0];
      }),
    );
    expect(sizes).toEqual([1, 1, 1, 4]);
  });

  test('K233 a truncate that cuts one splits it', () => {
    const story = large(none);
    story.run('app', sys.load(0, 4));
    expect(story.run('other', sys.truncate(3))).toBe('ok');
    expect([0, 1, 2, 3].map((page) => entry(story, page).kind)).toEqual([
      'block',
      'block',
      'block',
      'absent',
    ]);
    expect(orders(story).slice(0, 3)).toEqual([1, 1, 1]);
    expect([0, 1, 2].map((va) => pte(story, va))).toEqual(['none', 'none', 'none']);
  });

  test.each([
    ['clean: it goes as a whole', false, 'absent'],
    ['dirty: it stays as a whole', true, 'block'],
  ])('K233 a pinned one cannot be split; %s', (_how, dirty, kind) => {
    const story = large(gup);
    story.run('app', sys.attach(0, 4, { writable: false }));
    if (!dirty) story.run('app', sys.fsync());
    expect(entry(story, 0).dirty).toBe(dirty);
    const old = frame(story, 3);
    expect(duringPin(story, sys.truncate(2))).toBe('ok');
    expect([entry(story, 0).kind, entry(story, 1).kind]).toEqual([kind, kind]);
    expect(references(story, old) % PIN).toBe(dirty ? IDLE : 0);
    // Zeroed where it was cut, held or not.
    expect(story.k.data.get(0, old)).toBe(0);
    expect(extent(story, 2)).toBe('hole');
  });
});

import { describe, expect, test } from 'vitest';
import type { Driver } from '../../drivers/driver.ts';
import { hmm_mirror } from '../../drivers/hmm_mirror.ts';
import { none } from '../../drivers/none.ts';
import { INVARIANTS } from '../../invariants/index.ts';
import { WaitLog } from '../../observe/waits.ts';
import * as sys from '../../run/fixtures/calls.ts';
import { block, devicePte, entry, extent, hugePmd, pte } from '../../run/fixtures/look.ts';
import { BOTH, file, type Memory, type Plot, Story, written } from '../../run/fixtures/story.ts';
import { waitOf } from '../../run/wait_graph.ts';
import { invalidate_lock } from '../kernel.ts';
import { stage_copy } from './cow.ts';
import { ext4 } from './ext4.ts';
import { ext_mapped } from './extent.ts';

const sync = { sync: true };

/** A file of holes: the first write to each page changes the block map. */
const holes = (memory: Memory, driver: Driver = none, setup: Plot['setup'] = {}): Story =>
  new Story({ memory, driver, files: [file(8)], setup });

/** True when a crash now would find the page where it is: the committed block map names its block. */
function committed(story: Story, page: number): boolean {
  const value = story.k.committed.get(1, page);
  return ext_mapped(value) && value === story.k.extents.get(1, page);
}

/** What I3 says after each event of the story from here on. */
function watchDurability(story: Story): string[] {
  const found: string[] = [];
  const durable = INVARIANTS.find(({ id }) => id === 'I3');
  const waits = new WaitLog(
    (task) => waitOf(story.session, task),
    () => -1,
  );
  const hear = story.session.onEvents;
  story.session.onEvents = (events) => {
    hear(events);
    for (const event of events) {
      const violation = durable?.onEvent?.(story.session, event, waits) ?? null;
      if (violation !== null) found.push(violation);
    }
  };
  return found;
}

describe.each(BOTH)('%s', (memory) => {
  test('K42 the block map is committed before the page is writable, with invalidate_lock held for read', () => {
    const story = holes(memory);
    story.run('app', sys.mmapShared(8, 16, sync));
    story.begin('app', sys.store(9));
    story.stepTo('app', 'commit metadata');
    expect([extent(story, 1), pte(story, 9), entry(story, 1).dirty]).toEqual(['mapped', 'none', false]);
    expect(story.holds('app', invalidate_lock(1))).toBe('read');
    expect(committed(story, 1)).toBe(false);
    story.stepTo('app', 'vmf_insert_mixed_mkwrite');
    expect([committed(story, 1), pte(story, 9), entry(story, 1)]).toEqual([
      true,
      'none',
      { kind: 'block', dirty: true, locked: true },
    ]);
    story.drive('app');
    expect(pte(story, 9)).toBe('read-write');
    expect(story.events('sync_fault').map(({ page, pages }) => [page, pages])).toEqual([[1, 1]]);
  });

  test('K42 without a change of the block map a MAP_SYNC fault commits nothing', () => {
    const story = new Story({ memory, driver: none, files: [written(8)] });
    story.run('app', sys.mmapShared(8, 16, sync));
    story.run('app', sys.store(9));
    expect([story.events('commit'), pte(story, 9), entry(story, 1).dirty]).toEqual([[], 'read-write', true]);
  });

  test('a plain shared mapping does not wait for a commit, and neither does a read fault', () => {
    const story = holes(memory);
    story.run('app', sys.mmapShared(8, 16));
    story.run('app', sys.store(9));
    story.run('thread', sys.mmapShared(24, 32, sync));
    story.run('thread', sys.load(26));
    expect([story.events('commit'), pte(story, 9), pte(story, 26)]).toEqual([[], 'read-write', 'zero page']);
  });

  test('an entry that has gone while the commit ran is faulted in again', () => {
    const story = holes(memory);
    story.run('app', sys.mmapShared(8, 16, sync));
    const call = story.begin('app', sys.store(9));
    story.stepTo('app', 'dax_insert_pfn_mkwrite');
    story.k.i_pages.setRange(1, 1, 2, 0);
    expect(story.finish('app', call)).toBe('ok');
    expect(pte(story, 9)).toBe('read-write');
  });

  test('an entry that somebody has locked meanwhile is waited for', () => {
    const story = holes(memory);
    story.run('app', sys.mmapShared(8, 16, sync));
    story.run('other', sys.mmapShared(8, 16));
    const call = story.begin('app', sys.store(9));
    story.stepTo('app', 'dax_insert_pfn_mkwrite');
    story.begin('other', sys.load(9));
    story.stepTo('other', 'dax_insert_entry');
    expect([story.drive('app'), story.waitsFor('app')]).toEqual(['asleep', 'entry 1']);
    story.drive('other');
    expect(story.finish('app', call)).toBe('ok');
    expect([pte(story, 9), pte(story, 9, 1)]).toEqual(['read-write', 'read-only']);
  });

  test('K45 a huge page is committed as a whole before it is writable', () => {
    const story = holes(memory, none, { pmd_pages: 4 });
    story.run('app', sys.mmapShared(8, 16, sync));
    story.run('app', sys.store(10));
    expect([hugePmd(story, 8), pte(story, 8)]).toEqual([true, 'read-write']);
    expect([0, 1, 2, 3].map((page) => committed(story, page))).toEqual([true, true, true, true]);
    expect(story.events('sync_fault').map(({ page, pages }) => [page, pages])).toEqual([[0, 4]]);
  });

  test('K28, K218 what a device writes through a mirror of a MAP_SYNC mapping is as durable as what the CPU writes', () => {
    const story = holes(memory, hmm_mirror);
    const lost = watchDurability(story);
    story.run('app', sys.mmapShared(8, 16, sync));
    story.run('app', sys.attach(8, 16));
    story.begin('app', sys.dmaWrite(9, 11));
    story.drive('app');
    story.stepEngineTo('vmf_insert_mixed_mkwrite');
    expect([committed(story, 1), devicePte(story, 9)]).toEqual([true, 'none']);
    story.settle();
    const media = (page: number): boolean =>
      story.k.media.get(0, block(story, page)) === story.k.data.get(0, block(story, page));
    expect([devicePte(story, 9), media(1), media(2)]).toEqual(['read-write', false, false]);
    story.run('app', sys.persist(9, 11));
    expect([media(1), media(2), lost]).toEqual([true, true, []]);
    expect([1, 2].map((page) => story.k.promised.get(1, page) > 0)).toEqual([true, true]);
  });

  test('what a plain mapping wrote and user space flushed is not promised: its block may not be in the file', () => {
    const story = holes(memory);
    story.run('app', sys.mmapShared(8, 16));
    story.run('app', sys.store(9));
    story.run('app', sys.persist(9));
    expect([committed(story, 1), story.k.promised.get(1, 1)]).toEqual([false, 0]);
  });

  test('I3 finds a page that was written through MAP_SYNC and flushed, and that the committed block map does not show', () => {
    const story = holes(memory);
    const lost = watchDurability(story);
    story.run('app', sys.mmapShared(8, 16, sync));
    story.run('app', sys.store(9));
    story.k.committed.setRange(1, 0, 8, 0);
    story.run('app', sys.persist(9));
    expect(lost).toEqual([
      'a crash after this persist loses f0 page 1, which was written through MAP_SYNC and flushed',
    ]);
  });
});

test('MAP_SYNC is refused where flushed caches are not durable, after what was mapped there is gone', () => {
  const filesystem = { ...ext4, dax_synchronous: false };
  const story = new Story({ memory: 'ext4_dax', driver: none, files: [written(8)], setup: { filesystem } });
  story.run('app', sys.mmapShared(8, 16));
  story.run('app', sys.load(8));
  expect(story.run('app', sys.mmapShared(8, 16, sync))).toBe('EOPNOTSUPP');
  expect([pte(story, 8), story.run('app', sys.load(8))]).toEqual(['none', 'EFAULT']);
});

describe('a MAP_SYNC write to a shared block (K60)', () => {
  /** File 0 shares its first two pages, is committed and mapped at page 8: what a store to page 8 does. */
  function stored(before: (story: Story) => void): Story {
    const story = new Story({ memory: 'xfs_dax', driver: none, files: [written(4), written(4)] });
    story.run('other', sys.reflink(0, 2, 0, { file: 1, source: 0 }));
    story.run('app', sys.mmapShared(8, 12, sync));
    before(story);
    story.run('other', sys.fsync(0));
    story.forget();
    expect(story.run('app', sys.store(8))).toBe('ok');
    return story;
  }

  test('commits when the copy needs a block: taking it logs the inode', () => {
    const story = stored(() => undefined);
    expect([story.events('sync_fault').length, committed(story, 0), pte(story, 8)]).toEqual([
      1,
      true,
      'read-write',
    ]);
  });

  test('commits nothing when XFS has set a block aside before: a crash brings the old block back', () => {
    const story = stored(({ k }) => expect(stage_copy(k, 1, 0, 1)).toBe(true));
    expect([story.events('sync_fault').length, committed(story, 0), pte(story, 8)]).toEqual([
      0,
      false,
      'read-write',
    ]);
  });
});

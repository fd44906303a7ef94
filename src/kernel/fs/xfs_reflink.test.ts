import { describe, expect, test } from 'vitest';
import { gup } from '../../drivers/gup.ts';
import { hmm_mirror } from '../../drivers/hmm_mirror.ts';
import { none } from '../../drivers/none.ts';
import {
  at,
  attach,
  dedupe,
  detach,
  dmaRead,
  freeze,
  load,
  memoryFailure,
  mmapShared,
  punch,
  read,
  reflink,
  signal,
  store,
  thaw,
  truncate,
  unshare,
  write,
} from '../../run/fixtures/calls.ts';
import { block, blockState, content, devicePte, extent, pfnAt, pte, size } from '../../run/fixtures/look.ts';
import { file, type Plot, Story, written } from '../../run/fixtures/story.ts';
import { i_rwsem, invalidate_lock } from '../kernel.ts';
import { is_shared } from './block_owner.ts';
import { dax_to_pfn, PAGECACHE_TAG_DIRTY } from './dax.ts';
import { releaseNamed } from '../release/releases.ts';

const two = (driver = none, setup: Plot['setup'] = {}): Story =>
  new Story({ memory: 'xfs_dax', driver, files: [written(4), written(4)], setup });

/** File 0 in address space 0 at page 10, file 1 at page 30. */
function mapped(driver = none, setup: Plot['setup'] = {}): Story {
  const story = two(driver, setup);
  story.run('app', mmapShared(10, 14));
  story.run('app', mmapShared(30, 34, { file: 1 }));
  return story;
}

describe('FICLONERANGE on XFS (K15, K59)', () => {
  test('the destination shows the source blocks, and its own are free once the change commits', () => {
    const story = two();
    const old = block(story, 1, 1);
    expect(story.run('app', reflink(0, 2, 1))).toBe('ok');
    expect([block(story, 1, 1), block(story, 2, 1)]).toEqual([block(story, 0), block(story, 1)]);
    expect(content(story, 1, 1)).toBe(content(story, 0));
    expect([is_shared(story.k, block(story, 0)), is_shared(story.k, block(story, 2))]).toEqual([true, false]);
    expect(blockState(story, old)).toBe('freed');
  });

  test('a hole of the source makes a hole', () => {
    const story = new Story({
      memory: 'xfs_dax',
      driver: none,
      files: [file(4, [{ from: 0, to: 2, state: 'written' }]), written(4)],
    });
    story.run('app', reflink(1, 3, 1));
    expect([extent(story, 1, 1), extent(story, 2, 1)]).toEqual(['mapped', 'hole']);
  });

  test('it grows the destination to the end of the range', () => {
    const story = two();
    story.run('app', reflink(0, 4, 6));
    expect(size(story, 1)).toEqual([10, 0]);
    expect(extent(story, 5, 1)).toBe('hole');
  });

  test('a last page in part is shared only where it ends the destination too', () => {
    const story = new Story({ memory: 'xfs_dax', driver: none, files: [written(2, 100), written(4)] });
    expect(story.run('app', reflink(0, at(2, 100), 0))).toBe('EINVAL');
    expect(story.run('app', reflink(0, at(2, 100), 4))).toBe('ok');
    expect(size(story, 1)).toEqual([6, 100]);
    expect(block(story, 6, 1)).toBe(block(story, 2));
  });

  test.each([
    ['a start inside a page', reflink(at(0, 512), 2, 0)],
    ['a destination inside a page', reflink(0, 2, at(1, 512))],
    ['a range beyond the source', reflink(0, 9, 0)],
    ['a range over itself', reflink(0, 2, 1, { file: 0 })],
  ])('%s is refused', (_what, op) => {
    expect(two().run('app', op)).toBe('EINVAL');
  });

  test('ext4 has none', () => {
    const story = new Story({ memory: 'ext4_dax', driver: none, files: [written(4), written(4)] });
    expect(story.run('app', reflink(0, 2, 0))).toBe('EOPNOTSUPP');
    expect(story.run('app', dedupe(0, 2, 0))).toBe('EOPNOTSUPP');
  });

  test('a shared block is free only when the last file lets go of it', () => {
    const story = two();
    const shared = block(story, 0);
    story.run('app', reflink(0, 1, 0));
    story.run('app', punch(0, 1));
    expect([blockState(story, shared), is_shared(story.k, shared)]).toEqual(['owned', false]);
    expect(content(story, 0, 1)).not.toBe(0);
    story.run('app', truncate(0, 1));
    expect(blockState(story, shared)).toBe('freed');
  });

  test('within one file the block outlives either page', () => {
    const story = two();
    const shared = block(story, 0);
    story.run('app', reflink(0, 1, 2, { file: 0 }));
    expect(block(story, 2)).toBe(shared);
    story.run('app', punch(0, 1));
    expect(blockState(story, shared)).toBe('owned');
    expect(story.k.block_index.get(0, shared)).toBe(3);
  });
});

describe('what a reflink waits for (K59, K227)', () => {
  test.each([
    ['source', 10],
    ['destination', 30],
  ])('a pin of the first file or the second: the %s', (_which, va) => {
    const story = mapped(gup);
    story.run('app', attach(va, va + 1));
    const clone = story.begin('other', reflink(2, 3, 2));
    expect(story.drive('other')).toBe('asleep');
    expect(story.waitsFor('other')).toMatch(/^page_idle/);
    expect(story.holds('other', i_rwsem(1))).toBe('write');
    expect(story.holds('other', i_rwsem(2))).toBe('write');
    // Neither MMAPLOCK is kept: page faults go on meanwhile.
    expect(story.holds('other', invalidate_lock(1))).toBe('no');
    expect(story.holds('other', invalidate_lock(2))).toBe('no');
    expect(story.run('thread', load(11))).toBe('ok');
    story.run('app', detach());
    expect(story.finish('other', clone)).toBe('ok');
  });

  test.each([
    ['the lower inode', 10, 'EINTR'],
    ['the higher inode', 30, 'still waiting'],
  ])('K211 a signal ends the wait for a pin of %s only', (_which, va, end) => {
    const story = mapped(gup);
    story.run('app', attach(va, va + 1));
    const clone = story.begin('other', reflink(2, 3, 2));
    story.drive('other');
    story.run('third', signal(story.task('other')));
    if (story.drive('other') === 'asleep') {
      expect('still waiting').toBe(end);
      return;
    }
    expect(story.result(clone)).toBe(end);
    expect(is_shared(story.k, block(story, 2))).toBe(false);
    expect([story.holds('other', i_rwsem(1)), story.holds('other', i_rwsem(2))]).toEqual(['no', 'no']);
  });

  test('which file is which makes no difference, the number of the inode does', () => {
    const story = mapped(gup);
    story.run('app', attach(10, 11));
    story.begin('other', reflink(2, 3, 2, { file: 0, source: 1 }));
    story.drive('other');
    story.run('third', signal(story.task('other')));
    expect(story.drive('other')).toBe('done');
  });

  test('a mirror of either is told and not waited for', () => {
    const story = mapped(hmm_mirror);
    story.run('app', attach(10, 14));
    story.run('app', dmaRead(10, 11));
    story.settle();
    expect(devicePte(story, 10)).not.toBe('none');
    expect(story.run('other', reflink(0, 1, 0))).toBe('ok');
    expect(devicePte(story, 10)).toBe('none');
  });

  test('a range that is refused has waited for the pin all the same', () => {
    const story = mapped(gup);
    story.run('app', attach(10, 11));
    const clone = story.begin('other', reflink(0, 9, 0));
    expect(story.drive('other')).toBe('asleep');
    story.run('app', detach());
    expect(story.finish('other', clone)).toBe('EINVAL');
  });

  test('a fault on the source waits while blocks are remapped, and a read does not', () => {
    const story = mapped();
    story.begin('other', reflink(0, 2, 0));
    story.stepTo('other', 'xfs_reflink_remap_extent');
    expect(story.run('app', read(0, 1))).toBe('ok');
    story.begin('app', load(11));
    expect(story.drive('app')).toBe('asleep');
    expect(story.waitsFor('app')).toBe('invalidate_lock');
  });
});

describe('writing to a shared block (K60)', () => {
  test('a store moves the page to a copy, and the other file keeps the old bytes', () => {
    const story = mapped();
    story.run('app', reflink(0, 1, 0));
    const [shared, before] = [block(story, 0), content(story, 0, 1)];
    expect(story.run('app', load(10))).toBe('ok');
    expect(pte(story, 10)).toBe('read-only');
    expect(story.run('app', store(10))).toBe('ok');
    expect(block(story, 0)).not.toBe(shared);
    expect(pfnAt(story, 10)).toBe(block(story, 0));
    expect(block(story, 0, 1)).toBe(shared);
    expect([content(story, 0, 1), is_shared(story.k, shared)]).toEqual([before, false]);
    expect(content(story, 0)).not.toBe(before);
  });

  test('a mirror hears of the move', () => {
    const story = mapped(hmm_mirror);
    story.run('app', reflink(0, 1, 0));
    story.run('app', attach(10, 14));
    story.run('app', dmaRead(10, 11));
    story.settle();
    story.forget();
    story.run('app', store(10));
    expect(story.events('inv_start').map(({ event, from }) => [event, from])).toContainEqual(['CLEAR', 10]);
    expect(devicePte(story, 10)).toBe('none');
  });

  test('K215 a read pin stays on the shared block, and the other owner does not look for it', () => {
    const story = mapped(gup);
    story.run('app', reflink(0, 1, 0));
    const shared = block(story, 0);
    story.run('app', attach(10, 11, { writable: false }));
    story.run('app', store(10));
    expect(story.run('other', truncate(0, 1))).toBe('ok');
    const freed = story.events('blocks_freed').find(({ pfn }) => pfn === shared);
    expect(freed).toMatchObject({ inode: 2, referenced: 1 });
  });

  test('write(2) copies too, and 6.1 leaves what is mapped with the old block', () => {
    const story = mapped();
    story.run('app', reflink(0, 1, 0));
    story.run('app', load(10));
    const shared = block(story, 0);
    expect(story.run('app', write(0, at(0, 100)))).toBe('ok');
    expect(block(story, 0)).not.toBe(shared);
    story.forget();
    story.run('app', load(10));
    const [seen] = story.events('cpu_access');
    expect(seen?.pfn).toBe(shared);
    expect(seen?.value).not.toBe(seen?.expected);
    // 6.1 would fault again for ever.
    expect(story.run('app', store(10))).toBe('SIGBUS');
  });

  test('K60 in 6.12 write(2) drops what is mapped, so that loads and stores find the copy', () => {
    const story = mapped(none, { release: releaseNamed('linux-6.12') });
    story.run('app', reflink(0, 1, 0));
    story.run('app', load(10));
    expect(story.run('other', write(0, 1))).toBe('ok');
    story.forget();
    expect([story.run('app', load(10)), story.run('app', store(10))]).toEqual(['ok', 'ok']);
    expect(story.events('cpu_access').map(({ pfn }) => pfn)).toEqual([block(story, 0), block(story, 0)]);
  });

  test('K60 in 6.12 write(2) drops a dirty entry too, and a mirror hears of it', () => {
    const story = mapped(hmm_mirror, { release: releaseNamed('linux-6.12') });
    story.run('app', store(10));
    story.run('app', reflink(0, 1, 0));
    story.run('app', attach(10, 14, { writable: false }));
    story.run('app', dmaRead(10, 11));
    story.settle();
    story.k.i_pages.setRange(1, 0, 1, story.k.i_pages.get(1, 0) | PAGECACHE_TAG_DIRTY);
    story.run('other', write(0, at(0, 100)));
    expect([devicePte(story, 10), pte(story, 10), story.k.i_pages.get(1, 0)]).toEqual(['none', 'none', 0]);
  });

  test('K60 in 6.12 write(2) waits for an entry that a fault has locked before it clears its mark', () => {
    const story = mapped(none, { release: releaseNamed('linux-6.12') });
    story.run('app', reflink(0, 1, 0));
    story.begin('app', load(10));
    story.stepTo('app', 'vmf_insert_mixed');
    const call = story.begin('other', write(0, 1));
    expect([story.drive('other'), story.waitsFor('other')]).toEqual(['asleep', 'entry 1']);
    story.drive('app');
    expect([story.finish('other', call), pte(story, 10)]).toEqual(['ok', 'none']);
  });

  test('without room for the copy a store gets SIGBUS and write(2) ENOSPC', () => {
    const story = new Story({
      memory: 'xfs_dax',
      driver: none,
      files: [written(4), written(4)],
      setup: { blocks: 8 },
    });
    story.run('app', mmapShared(10, 14));
    story.run('app', reflink(0, 4, 4));
    expect(story.run('app', store(10))).toBe('SIGBUS');
    expect(story.run('app', write(0, 1))).toBe('ENOSPC');
    expect(story.k.cow_fork.nextNonZero(1, 0, 32)).toBe(32);
  });
});

describe('UNSHARE_RANGE (K61)', () => {
  test('shared pages get blocks of their own, and the other file keeps the old ones', () => {
    const story = mapped();
    story.run('app', reflink(0, 2, 0));
    const shared = [block(story, 0), block(story, 1)];
    const bytes = content(story, 0);
    expect(story.run('app', unshare(0, 2))).toBe('ok');
    expect([block(story, 0), block(story, 1)]).not.toEqual(shared);
    expect([block(story, 0, 1), block(story, 1, 1)]).toEqual(shared);
    expect([content(story, 0), is_shared(story.k, shared[0] as number)]).toEqual([bytes, false]);
  });

  test('an entry that a read fault made dirty stays with the old block', () => {
    const story = mapped();
    story.run('app', reflink(0, 1, 0));
    story.run('app', load(10));
    const shared = block(story, 0);
    story.run('app', unshare(0, 1));
    expect(pte(story, 10)).toBe('none');
    expect(dax_to_pfn(story.k.i_pages.get(1, 0))).toBe(shared);
  });
});

describe('FIDEDUPERANGE on XFS (K59)', () => {
  test('ranges that differ stay apart', () => {
    const story = two();
    expect(story.run('app', dedupe(0, 2, 0))).toBe('EBADE');
    expect(is_shared(story.k, block(story, 0))).toBe(false);
  });

  test('equal ranges share their blocks', () => {
    const story = two();
    story.run('app', write(0, 2));
    const bytes = content(story, 0);
    expect(story.run('app', dedupe(0, 1, 1, { file: 0 }))).toBe('ok');
    expect(block(story, 1)).toBe(block(story, 0));
    expect(content(story, 1)).toBe(bytes);
  });

  test('both ranges must lie within their files', () => {
    expect(two().run('app', dedupe(0, 2, 3))).toBe('EINVAL');
  });

  test('a bad block cannot be compared', () => {
    const story = two();
    story.k.poison.setRange(0, block(story, 0), block(story, 0) + 1, 1);
    expect(story.run('app', dedupe(0, 1, 1))).toBe('EIO');
  });
});

test('in runs of like pages the cost of sharing and copying does not depend on the size of the file', () => {
  const stepsFor = (pages: number): number => {
    const story = new Story({
      memory: 'xfs_dax',
      driver: hmm_mirror,
      files: [written(pages), file(0)],
      // No PMD fits: what is counted is the work on runs of pages.
      setup: { store: 'runs', grain: 'run', blocks: 2 ** 30, pmd_pages: 2 ** 30 },
    });
    let steps = 0;
    const step = story.session.step.bind(story.session);
    story.session.step = (task) => {
      steps++;
      step(task);
    };
    story.run('app', mmapShared(pages, 2 * pages));
    story.run('app', load(pages, 2 * pages));
    story.run('other', reflink(0, pages, 0));
    story.run('app', store(pages + 1, 2 * pages - 1));
    story.run('other', read(0, pages, 1));
    story.run('other', freeze);
    story.run('other', thaw);
    story.run('other', memoryFailure(0, 1));
    story.run('other', truncate(0, 1));
    expect(story.k.block_shares.nextNonZero(0, 0, 2 ** 30)).toBe(2 ** 30);
    return steps;
  };
  expect(stepsFor(1 << 20)).toBe(stepsFor(1 << 4));
});

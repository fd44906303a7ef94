import { describe, expect, test } from 'vitest';
import { gup } from '../../drivers/gup.ts';
import { hmm_mirror } from '../../drivers/hmm_mirror.ts';
import { none } from '../../drivers/none.ts';
import { INVARIANTS, InvariantMonitor } from '../../invariants/index.ts';
import { WaitLog } from '../../observe/waits.ts';
import {
  alloc,
  attach,
  close,
  detach,
  dmaWrite,
  exit,
  freeze,
  fsync,
  load,
  mmapShared,
  munmap,
  open,
  punch,
  read,
  reflink,
  store,
  thaw,
  truncate,
  unlink,
  write,
} from '../../run/fixtures/calls.ts';
import { block, blockState, devicePte, pte } from '../../run/fixtures/look.ts';
import { BOTH, type Memory, Story, written } from '../../run/fixtures/story.ts';
import { waitOf } from '../../run/wait_graph.ts';
import { SB } from '../kernel.ts';

function mapped(memory: Memory, driver = none): Story {
  const story = new Story({ memory, driver, files: [written(4), written(4)] });
  story.run('app', mmapShared(10, 14));
  return story;
}

describe.each(BOTH)('K20 a frozen filesystem on %s', (memory) => {
  test.each([
    ['a store', store(10)],
    ['write(2)', write(0, 1)],
    ['truncate', truncate(1)],
    ['PUNCH_HOLE', punch(0, 1)],
    ['preallocation', alloc(6, 8)],
    ['unlink', unlink(1)],
    ['FICLONERANGE', reflink(0, 1, 0)],
  ])('%s waits for the thaw', (_what, op) => {
    const story = mapped(memory);
    expect(story.run('other', freeze)).toBe('ok');
    const call = story.begin('app', op);
    expect(story.drive('app')).toBe('asleep');
    expect(story.waitsFor('app')).toMatch(/^thaw/);
    const wait = waitOf(story.session, story.task('app'));
    expect([wait.class, wait.root]).toEqual(['freeze', 'thaw']);
    expect(story.run('other', thaw)).toBe('ok');
    expect(story.finish('app', call)).toBe(
      memory === 'ext4_dax' && op.kind === 'reflink' ? 'EOPNOTSUPP' : 'ok',
    );
  });

  test.each([
    ['a load', load(10)],
    ['read(2)', read(0, 1)],
    ['fsync', fsync()],
    ['munmap', munmap(10, 14)],
  ])('%s does not', (_what, op) => {
    const story = mapped(memory);
    story.run('other', freeze);
    expect(story.run('app', op)).toBe('ok');
  });

  test('what was writable must fault again, and stores before it are on the medium', () => {
    const story = mapped(memory);
    story.run('app', store(10, 12));
    expect(pte(story, 10)).toBe('read-write');
    story.run('other', freeze);
    expect(pte(story, 10)).toBe('read-only');
    const pfn = block(story, 0);
    expect(story.k.media.get(0, pfn)).toBe(story.k.data.get(0, pfn));
  });

  test('it cannot be frozen twice, nor thawed when it is not frozen', () => {
    const story = mapped(memory);
    expect(story.run('app', thaw)).toBe('EINVAL');
    story.run('app', freeze);
    expect(story.run('other', freeze)).toBe('EBUSY');
    expect(story.run('other', thaw)).toBe('ok');
    expect(story.run('app', freeze)).toBe('ok');
  });

  test('a freeze waits for calls that write already, and keeps new ones out meanwhile', () => {
    const story = mapped(memory);
    const first = story.begin('app', write(0, 1));
    story.stepTo('app', 'dax_copy_from_iter');
    const freezing = story.begin('other', freeze);
    expect(story.drive('other')).toBe('asleep');
    story.begin('third', write(1, 2));
    expect(story.drive('third')).toBe('asleep');
    expect(waitOf(story.session, story.task('third')).root).toBe('kernel');
    story.finish('app', first);
    expect(story.finish('other', freezing)).toBe('ok');
    expect(story.asleep('third')).toBe(true);
    expect(waitOf(story.session, story.task('third')).root).toBe('thaw');
  });

  test('a freeze waits for write faults under way', () => {
    const story = mapped(memory);
    const fault = story.begin('app', store(10));
    story.stepTo('app', 'grab_mapping_entry');
    const freezing = story.begin('other', freeze);
    expect(story.drive('other')).toBe('asleep');
    expect(story.k.sb.get(0, SB.faults)).toBe(1);
    story.drive('app');
    story.drive('other');
    expect(story.finish('other', freezing)).toBe('ok');
    expect(story.ended(fault)).toBe(true);
  });

  test('a freeze does not wait for a pin, and does wait for a truncate that does', () => {
    const story = mapped(memory, gup);
    story.run('app', attach(10, 11));
    expect(story.run('other', freeze)).toBe('ok');
    story.run('other', thaw);
    const cut = story.begin('third', truncate(0));
    story.drive('third');
    const freezing = story.begin('other', freeze);
    expect(story.drive('other')).toBe('asleep');
    const wait = waitOf(story.session, story.task('other'));
    expect([wait.class, wait.root]).toEqual(['freeze', 'user']);
    story.run('app', detach());
    expect(story.finish('third', cut)).toBe('ok');
    expect(story.finish('other', freezing)).toBe('ok');
  });

  test('a pinned device goes on writing; a mirror is told, faults and waits', () => {
    const broken = (driver: typeof gup): readonly string[] => {
      const story = mapped(memory, driver);
      story.run('app', attach(10, 11));
      story.run('app', dmaWrite(10, 11));
      story.settle();
      const monitor = new InvariantMonitor(
        story.session,
        new WaitLog(
          (task) => waitOf(story.session, task),
          () => -1,
        ),
        INVARIANTS.filter(({ id }) => id === 'frozen_not_written'),
      );
      story.session.onEvents = (events) => {
        monitor.observe(events);
      };
      story.run('other', freeze);
      if (driver === hmm_mirror) expect(devicePte(story, 10)).toBe('none');
      story.run('app', dmaWrite(10, 11));
      story.settle();
      return [...monitor.violations.keys()];
    };
    expect(broken(gup)).toEqual(['frozen_not_written']);
    expect(broken(hmm_mirror)).toEqual([]);
  });

  test('a device write fault holds mmap_lock while it waits for the thaw', () => {
    const story = mapped(memory, hmm_mirror);
    story.run('app', attach(10, 11));
    story.run('other', freeze);
    story.run('app', dmaWrite(10, 11));
    story.settle();
    const unmapping = story.begin('app', munmap(12, 13));
    expect(story.drive('app')).toBe('asleep');
    expect(story.waitsFor('app')).toBe('mmap_lock');
    expect(waitOf(story.session, story.task('app')).root).toBe('thaw');
    story.run('other', thaw);
    expect(story.finish('app', unmapping)).toBe('ok');
  });
});

describe('an inode that loses its last user while frozen', () => {
  const removed = (memory: Memory): { story: Story; pfn: number; call: ReturnType<Story['begin']> } => {
    const story = new Story({ memory, driver: none, files: [written(2)] });
    story.run('app', open());
    story.run('app', unlink());
    const pfn = block(story, 0);
    story.run('other', freeze);
    return { story, pfn, call: story.begin('app', close()) };
  };

  test('ext4: the close waits for the thaw', () => {
    const { story, pfn, call } = removed('ext4_dax');
    expect(story.drive('app')).toBe('asleep');
    expect(blockState(story, pfn)).toBe('owned');
    story.run('other', thaw);
    expect(story.finish('app', call)).toBe('ok');
    story.settle();
    expect(blockState(story, pfn)).toBe('free');
  });

  test('XFS: the close returns, and the thaw frees the blocks', () => {
    const { story, pfn, call } = removed('xfs_dax');
    expect(story.finish('app', call)).toBe('ok');
    expect(blockState(story, pfn)).toBe('owned');
    story.run('other', thaw);
    expect(blockState(story, pfn)).toBe('freed');
  });
});

test('an exiting process does not thaw what it froze', () => {
  const story = mapped('ext4_dax');
  story.run('other', freeze);
  story.run('other', exit);
  story.begin('app', write(0, 1));
  expect(story.drive('app')).toBe('asleep');
  expect(story.run('third', thaw)).toBe('ok');
  expect(story.drive('app')).toBe('done');
});

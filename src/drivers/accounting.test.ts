import { describe, expect, test } from 'vitest';
import { balanced } from '../invariants/accounting.ts';
import { COUNTER, MM } from '../kernel/kernel.ts';
import { unchargedTwice } from '../mutants/uncharged_twice.ts';
import { WaitLog } from '../observe/waits.ts';
import * as sys from '../run/fixtures/calls.ts';
import { BOTH, type Memory, type Plot, Story, written } from '../run/fixtures/story.ts';
import { waitOf } from '../run/wait_graph.ts';
import type { Accounting } from './accounting.ts';
import { gup, pinningDriver } from './gup.ts';
import { hmm_mirror } from './hmm_mirror.ts';

const pinning = (accounting: Accounting) =>
  pinningDriver({ name: `pins as ${accounting}`, title: 'pins', longterm: false, accounting, breaks: [] });

/** A story in which each process may lock `limit` pages. */
function limited(memory: Memory, accounting: Accounting, limit: number, plot: Partial<Plot> = {}): Story {
  const story = new Story({ memory, driver: pinning(accounting), files: [written(8)], ...plot });
  for (const mm of [0, 1]) {
    story.k.mms.set(mm, MM.memlock, limit + 1);
    story.run(mm === 0 ? 'app' : 'other', sys.mmapShared(0, 8));
  }
  return story;
}

const accounts = (story: Story, mm = 0): number[] => [
  story.k.mms.get(mm, MM.pinned_vm),
  story.k.mms.get(mm, MM.locked_vm),
  story.k.counters.get(0, COUNTER.user_locked_vm),
];

const unbalanced = ({ session }: Story): readonly string[] =>
  balanced.atEnd?.(
    session,
    new WaitLog(
      (task) => waitOf(session, task),
      () => -1,
    ),
  ) ?? [];

describe.each(BOTH)('%s', (memory) => {
  test('K106 RDMA: pinned_vm against the limit, ENOMEM beyond it, EPERM when nothing may be locked', () => {
    const story = limited(memory, 'rdma', 5);
    expect(story.run('app', sys.attach(0, 4))).toBe('ok');
    expect(story.run('app', sys.attach(4, 8, { region: 1 }))).toBe('ENOMEM');
    expect(accounts(story)).toEqual([4, 0, 0]);
    expect(story.run('app', sys.detach(0))).toBe('ok');
    expect(accounts(story)).toEqual([0, 0, 0]);
    expect(limited(memory, 'rdma', 0).run('app', sys.attach(0, 1))).toBe('EPERM');
  });

  test('K107 VFIO: locked_vm, under mmap_lock for write, when the pages are pinned', () => {
    const story = limited(memory, 'vfio', 5);
    story.run('app', sys.attach(0, 4));
    expect(accounts(story)).toEqual([0, 4, 0]);
    expect(story.run('app', sys.attach(4, 8, { region: 1 }))).toBe('ENOMEM');
    // What was pinned before it was refused is unpinned.
    expect([accounts(story), unbalanced(story)]).toEqual([[0, 4, 0], []]);
    story.begin('thread', sys.dontneed(0));
    story.stepTo('thread', 'zap_pte_range');
    story.begin('app', sys.attach(4, 5, { region: 1 }));
    expect([story.drive('app'), story.waitsFor('app')]).toEqual(['asleep', 'mmap_lock']);
  });

  test('K108 io_uring: the processes of a user share a limit; pinned_vm is kept for each', () => {
    const story = limited(memory, 'io_uring', 5);
    story.run('app', sys.attach(0, 4));
    expect(story.run('other', sys.attach(0, 4, { region: 1 }))).toBe('ENOMEM');
    expect([accounts(story, 0), accounts(story, 1)]).toEqual([
      [4, 0, 4],
      [0, 0, 4],
    ]);
    story.run('app', sys.detach(0));
    expect(story.run('other', sys.attach(0, 4, { region: 1 }))).toBe('ok');
  });

  test('K110 nobody adds the accounts up, and neither one transfer nor a mirror is charged', () => {
    const story = limited(memory, 'rdma', 5);
    story.k.mms.set(0, MM.locked_vm, 5);
    expect(story.run('app', sys.attach(0, 5))).toBe('ok');
    expect(story.run('app', sys.attach(5, 8, { region: 1, perTransfer: true }))).toBe('ok');
    expect(story.run('app', sys.dmaWrite(5, 8, { region: 1 }))).toBe('ok');
    const mirror = limited(memory, 'rdma', 0, { driver: hmm_mirror });
    expect(mirror.run('app', sys.attach(0, 8))).toBe('ok');
    expect(accounts(mirror)).toEqual([0, 0, 0]);
  });

  test('K205 a failed registration gives back what it was charged and no more', () => {
    const failing = (patches: Plot['patches']): Story => {
      const story = new Story({ memory, driver: gup, files: [written(2)], patches: patches ?? [] });
      story.run('app', sys.mmapShared(0, 4));
      // Beyond the end of the file there is nothing to pin.
      expect(story.run('app', sys.attach(0, 4))).toBe('EFAULT');
      return story;
    };
    expect([accounts(failing([])), unbalanced(failing([]))]).toEqual([[0, 0, 0], []]);
    expect(unbalanced(failing(unchargedTwice.patches))).toEqual([
      'an account of address space 0 is negative',
    ]);
  });
});

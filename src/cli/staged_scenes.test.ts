/**
 * Scenes that were staged on real kernels, played on the model of the same release: what is told in `src/witness/staged.md` is done
 * here call by call, and what each kernel was seen to answer is what the model has to answer. Names and words are the scene's.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Driver } from '../drivers/driver.ts';
import { get } from '../drivers/get.ts';
import { gup } from '../drivers/gup.ts';
import { none } from '../drivers/none.ts';
import { stage_copy } from '../kernel/fs/cow.ts';
import { ext_mapped } from '../kernel/fs/extent.ts';
import { releaseNamed } from '../kernel/release/releases.ts';
import * as sys from '../run/fixtures/calls.ts';
import { block, content } from '../run/fixtures/look.ts';
import { BOTH, Story, written } from '../run/fixtures/story.ts';

const KERNELS = ['linux-6.1', 'linux-6.12'];

interface Scene {
  readonly id: string;
  readonly memory: string;
  readonly saw: readonly (readonly [string, string])[];
}

/** The value that was seen under a name in a scene of a committed observation. */
function seen(kind: 'disputed_facts' | 'real_users', kernel: string, id: string, memory = 'xfs_dax') {
  const file = new URL(`../witness/observations/${kind}-${kernel}.json`, import.meta.url);
  const { scenes } = JSON.parse(readFileSync(file, 'utf8')) as { scenes: readonly Scene[] };
  const found = scenes.find((scene) => scene.id === id && scene.memory === memory);
  return (name: string): string | undefined => found?.saw.find(([word]) => word === name)?.[1];
}

/** A file that shares its first pages with its clone, mapped from page 8 on. */
function clone(kernel: string, driver: Driver = none, sync = false): Story {
  const setup = { release: releaseNamed(kernel) };
  const story = new Story({ memory: 'xfs_dax', driver, files: [written(4), written(4)], setup });
  story.run('other', sys.reflink(0, 2, 0));
  story.run('app', sys.mmapShared(8, 12, { sync }));
  story.run('other', sys.fsync(0));
  return story;
}

describe.each(KERNELS)('on %s', (kernel) => {
  const committed = ({ k }: Story, page: number): boolean =>
    ext_mapped(k.committed.get(1, page)) && k.committed.get(1, page) === k.extents.get(1, page);

  test.each([
    ['sync_shared', false],
    ['sync_shared_next', true],
  ])('%s: a store through MAP_SYNC', (id, setAside) => {
    const scene = seen('disputed_facts', kernel, id);
    const story = clone(kernel, none, true);
    if (setAside) expect(stage_copy(story.k, 1, 0, 1)).toBe(true);
    story.run('other', sys.fsync(0));
    story.forget();
    expect(story.run('app', sys.store(8))).toBe('ok');
    expect(story.events('commit').length > 0 ? 'yes' : 'no').toBe(scene('log_forced_by_the_store'));
    expect(committed(story, 0)).toBe(scene('file_has_after_power_cut')?.startsWith('w'));
  });

  test.each(['stale_write', 'stale_unshare'])('%s: what a mapping shows after write(2)', (id) => {
    const scene = seen('disputed_facts', kernel, id);
    const story = clone(kernel);
    story.run('app', sys.load(8));
    const [f4, shared] = [content(story, 0), block(story, 0)];
    if (id === 'stale_unshare')
      expect(story.run('other', sys.unshare(0, 1))).toBe(scene('unshare')?.replace('completed', 'ok'));
    expect(story.run('other', sys.write(0, 1))).toBe('ok');
    expect(block(story, 0) === shared ? 'the same' : 'another').toBe(scene('block_after'));
    const words = new Map([
      [f4, 'f4'],
      [content(story, 0), 'w4'],
    ]);
    story.forget();
    story.run('app', sys.load(8));
    expect(words.get(story.events('cpu_access')[0]?.value ?? -1)).toBe(scene('old_mapping_reads'));
    // The fault without end of a kernel is an error in the model (K60).
    const stored = story.run('app', sys.store(8)) === 'SIGBUS' ? 'blocked' : 'completed';
    expect(stored).toBe(scene('store_through_the_old_mapping'));
    expect(words.get(content(story, 0, 1))).toBe(scene('other_file_has'));
  });

  // 6.12 spins after a read (left_out.ts, shared_read_pins); the other three answers are the model's too.
  const befores = [sys.store(8), ...(kernel === 'linux-6.1' ? [sys.load(8)] : [])];
  test.each(befores)('shared_read_pin: a pin for reading after a $kind', (before) => {
    const scene = seen('disputed_facts', kernel, 'shared_read_pin');
    const story = clone(kernel, gup);
    story.run('app', before);
    const pinned = story.run('app', sys.attach(8, 9, { writable: false })).replace('ok', 'completed');
    expect(pinned).toBe(scene(before.kind === 'load' ? 'pin_after_a_read' : 'pin_after_a_write'));
  });
});

const DIRECT = ['direct_read', 'direct_write', 'aio_read', 'uring_read'];
const CELLS = KERNELS.flatMap((kernel) =>
  DIRECT.flatMap((user) =>
    BOTH.flatMap((memory) => ['trunc_0', 'punch'].map((op) => [kernel, user, memory, op] as const)),
  ),
);

// FOLL_GET in 6.1, FOLL_PIN in 6.12 (K103).
const HOLDS: Readonly<Record<string, Driver>> = { 'linux-6.1': get, 'linux-6.12': gup };

test.each(CELLS)('on %s, %s on %s: what %s does when the transfer has ended', (kernel, user, memory, op) => {
  const scene = seen('real_users', kernel, `${user}:${op}`, memory);
  const setup = { release: releaseNamed(kernel) };
  const driver = HOLDS[kernel] as Driver;
  const story = new Story({ memory, driver, files: [written(16)], setup });
  story.run('app', sys.mmapShared(16, 32));
  story.run('third', sys.mmapShared(16, 32));
  // A read of the other file writes to the memory.
  const writable = user !== 'direct_write';
  story.run('app', sys.attach(20, 28, { perTransfer: true, writable }));
  story.begin('app', writable ? sys.dmaWrite(20, 28) : sys.dmaRead(20, 28));
  story.drive('app');
  const call = story.begin('other', op === 'punch' ? sys.punch(4, 12) : sys.truncate(0));
  const now = (): string => (story.drive('other') === 'asleep' ? 'blocked' : 'completed');
  expect(now()).toBe(scene('outcome'));
  story.settle();
  expect(now()).toBe(scene('after_release'));
  if (now() === 'blocked') {
    story.run('third', sys.load(20));
    story.run('third', sys.attach(20, 21, { region: 1, writable: false }));
    story.run('third', sys.detach(1));
    story.settle();
    expect(now()).toBe(scene('after_another_reference_came_and_went'));
  }
  expect(story.finish('other', call)).toBe('ok');
});

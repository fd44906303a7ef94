import { describe, expect, test } from 'vitest';
import { gup } from '../../drivers/gup.ts';
import { hmm_mirror } from '../../drivers/hmm_mirror.ts';
import * as sys from '../../run/fixtures/calls.ts';
import { block, devicePages, pte, references } from '../../run/fixtures/look.ts';
import { BOTH, Story, written } from '../../run/fixtures/story.ts';
import { MM, SUB, SUB_IN_TREE, SUB_NONE } from '../kernel.ts';

const ALONE = { app: 0, other: 1 };

describe.each(BOTH)('%s', (memory) => {
  test('K79 exit: RELEASE over everything, then the VMAs are unmapped, then the device file is closed', () => {
    const story = new Story({ memory, driver: hmm_mirror, files: [written(8)], tasks: ALONE });
    story.run('app', sys.mmapShared(0, 8));
    story.run('app', sys.attach(0, 8));
    story.run('app', sys.dmaRead(0, 8));
    story.settle();
    story.forget();
    story.begin('app', sys.exit);
    story.stepTo('app', 'unmap_single_vma');
    expect(story.events('callback_start').map(({ event }) => event)).toEqual(['RELEASE', 'UNMAP']);
    expect(devicePages(story)).toBe(0);
    expect([pte(story, 0), story.k.mms.get(0, MM.users)]).toEqual(['read-only', 0]);
    // The subscription outlives the address space until the driver removes it.
    expect(story.k.subs.get(0, SUB.state)).toBe(SUB_IN_TREE);
    story.drive('app');
    expect([pte(story, 0), story.k.subs.get(0, SUB.state), story.dead('app')]).toEqual([
      'none',
      SUB_NONE,
      true,
    ]);
  });

  test('K79 a truncate still calls the notifier of an mm that exits, until its VMAs are gone', () => {
    const story = new Story({ memory, driver: hmm_mirror, files: [written(8)], tasks: ALONE });
    story.run('app', sys.mmapShared(0, 8));
    story.run('app', sys.attach(0, 8));
    story.begin('app', sys.exit);
    story.stepTo('app', 'unmap_single_vma');
    story.forget();
    story.begin('other', sys.truncate(2));
    story.stepTo('other', 'zap_pte_range');
    expect(story.events('callback_start')).toMatchObject([{ region: 0, event: 'CLEAR' }]);
  });

  test('K1 a device fault after exit finds no users; one under way keeps the address space until it is done', () => {
    const story = new Story({ memory, driver: hmm_mirror, files: [written(8)], tasks: ALONE });
    story.run('app', sys.mmapShared(0, 8));
    story.run('app', sys.attach(0, 8));
    story.run('app', sys.dmaRead(0));
    story.stepEngineTo('grab_mapping_entry');
    const leaving = story.begin('app', sys.exit);
    expect(story.drive('app')).toBe('asleep');
    expect(story.k.mms.get(0, MM.users)).toBe(1);
    // The engine drops the last reference: it takes the address space down itself.
    story.stepEngineTo('unmap_single_vma');
    expect(story.k.mms.get(0, MM.users)).toBe(0);
    story.finish('app', leaving);
    expect(pte(story, 0)).toBe('none');
  });

  test('K79, K106 pins end with the close of the device file, after the address space is gone', () => {
    const story = new Story({ memory, driver: gup, files: [written(8)], tasks: ALONE });
    story.run('app', sys.mmapShared(0, 8));
    story.run('app', sys.attach(0, 4));
    expect(story.k.mms.get(0, MM.pinned_vm)).toBe(4);
    story.begin('app', sys.exit);
    story.stepTo('app', 'unpin_user_pages');
    expect([pte(story, 0), references(story, block(story, 0))]).toEqual(['none', 1024]);
    story.drive('app');
    expect([references(story, block(story, 0)), story.k.mms.get(0, MM.pinned_vm)]).toEqual([0, 0]);
  });

  test('K79 the exit of one thread takes nothing down', () => {
    const story = new Story({ memory, driver: hmm_mirror, files: [written(8)] });
    story.run('app', sys.mmapShared(0, 8));
    story.run('app', sys.attach(0, 8));
    story.run('app', sys.load(0));
    story.run('thread', sys.exit);
    expect([pte(story, 0), story.k.subs.get(0, SUB.state)]).toEqual(['read-only', SUB_IN_TREE]);
  });
});

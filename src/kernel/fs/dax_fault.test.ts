import { describe, expect, test } from 'vitest';
import { gup } from '../../drivers/gup.ts';
import { hmm_mirror } from '../../drivers/hmm_mirror.ts';
import { none } from '../../drivers/none.ts';
import * as sys from '../../run/fixtures/calls.ts';
import { block, content, devicePte, entry, extent, pte } from '../../run/fixtures/look.ts';
import { BOTH, file, Story, written } from '../../run/fixtures/story.ts';
import { invalidate_lock, mmap_lock } from '../kernel.ts';

/** Pages 0 to 3 written, 4 and 5 unwritten, 6 and 7 a hole. */
const MIXED = file(8, [
  { from: 0, to: 4, state: 'written' },
  { from: 4, to: 6, state: 'unwritten' },
]);

describe.each(BOTH)('%s', (memory) => {
  const begin = (driver = none): Story => {
    const story = new Story({ memory, driver, files: [MIXED] });
    story.run('app', sys.mmapShared(0, 10));
    return story;
  };

  test('K40 a read fault maps storage read-only and hole and unwritten pages to the zero page', () => {
    const story = begin();
    expect(story.run('app', sys.load(0, 8))).toBe('ok');
    expect([0, 4, 6].map((va) => pte(story, va))).toEqual(['read-only', 'zero page', 'zero page']);
    expect([0, 4, 6].map((page) => entry(story, page).kind)).toEqual(['block', 'zero', 'zero']);
    expect([4, 6].map((page) => extent(story, page))).toEqual(['unwritten', 'hole']);
  });

  test('K40 a fault beyond end of file is SIGBUS; within its last page it is not', () => {
    const story = new Story({ memory, driver: none, files: [written(2, 100)] });
    story.run('app', sys.mmapShared(0, 8));
    expect(story.run('app', sys.load(2))).toBe('ok');
    expect(story.run('app', sys.load(3))).toBe('SIGBUS');
  });

  test('K40, K18, K47 the fault holds mmap_lock and invalidate_lock shared while it has the entry', () => {
    const story = begin();
    story.begin('app', sys.load(0));
    story.stepTo('app', 'dax_insert_entry');
    expect(story.holds('app', mmap_lock(0))).toBe('read');
    expect(story.holds('app', invalidate_lock(1))).toBe('read');
    expect(entry(story, 0)).toEqual({ kind: 'empty', dirty: false, locked: true });
    story.drive('app');
    expect(entry(story, 0).locked).toBe(false);
  });

  test('K41 in 6.1 a read fault marks the entry dirty', () => {
    const story = begin();
    story.run('app', sys.load(0));
    expect(entry(story, 0).dirty).toBe(true);
  });

  test('K42 a write fault allocates and zeroes before the page can be seen, and the page ends mapped', () => {
    const story = begin();
    story.begin('app', sys.store(6));
    story.stepTo('app', 'vmf_insert_mixed');
    expect([extent(story, 6), content(story, 6)]).toEqual(['mapped', 0]);
    expect(entry(story, 6)).toEqual({ kind: 'block', dirty: true, locked: true });
    story.drive('app');
    expect(pte(story, 6)).toBe('read-write');
    expect(story.run('app', sys.store(4))).toBe('ok');
    expect(extent(story, 4)).toBe('mapped');
  });

  test('K42, K43 when a hole gets a block the zero page is unmapped first, with the entry locked, and the mirror told', () => {
    const story = begin(hmm_mirror);
    story.run('app', sys.attach(0, 8));
    story.run('other', sys.mmapShared(0, 8));
    story.run('app', sys.dmaRead(6));
    story.settle();
    expect([devicePte(story, 6), pte(story, 6)]).toEqual(['zero page', 'zero page']);
    story.forget();
    story.begin('other', sys.store(6));
    story.stepTo('other', 'dax_insert_entry');
    expect(entry(story, 6).locked).toBe(true);
    expect([devicePte(story, 6), pte(story, 6)]).toEqual(['none', 'none']);
    expect(story.events('callback_start')).toMatchObject([{ from: 6, to: 7, event: 'CLEAR' }]);
    story.drive('other');
    story.run('app', sys.dmaRead(6));
    story.settle();
    expect(content(story, 6)).not.toBe(0);
    expect(story.events('dev_access').at(-1)).toMatchObject({
      value: content(story, 6),
      pfn: block(story, 6),
    });
  });

  test('K43, K89 a pin of a hole keeps reading zeros after the block exists', () => {
    const story = begin(gup);
    expect(story.run('app', sys.attach(6, 8, { writable: false }))).toBe('ok');
    story.run('app', sys.store(6));
    expect(content(story, 6)).not.toBe(0);
    expect(devicePte(story, 6)).toBe('zero page');
    story.run('app', sys.dmaRead(6));
    story.settle();
    expect(story.events('dev_access').at(-1)).toMatchObject({ value: 0, pfn: 0 });
  });

  test('K46 a private write copies the page; file, block map and the other mapping stay', () => {
    const story = new Story({ memory, driver: none, files: [MIXED] });
    story.run('app', sys.mmapPrivate(0, 8));
    const before = content(story, 0);
    story.run('app', sys.load(0));
    for (const va of [0, 1, 6]) expect(story.run('app', sys.store(va))).toBe('ok');
    expect([0, 1, 6].map((va) => pte(story, va))).toEqual(['private copy', 'private copy', 'private copy']);
    expect(content(story, 0)).toBe(before);
    expect(extent(story, 6)).toBe('hole');
  });

  test('K46, K49 truncate takes private copies, a punch leaves them', () => {
    const story = new Story({ memory, driver: none, files: [written(8)] });
    story.run('app', sys.mmapPrivate(0, 8));
    story.run('app', sys.store(5));
    story.run('other', sys.punch(5, 6));
    expect(pte(story, 5)).toBe('private copy');
    story.run('other', sys.truncate(2));
    expect(pte(story, 5)).toBe('none');
    expect(story.run('app', sys.load(5))).toBe('SIGBUS');
  });

  test('K46, K74 a private copy never replaces an entry that another thread has put there meanwhile', () => {
    const story = new Story({ memory, driver: hmm_mirror, files: [written(8)] });
    story.run('app', sys.mmapPrivate(0, 8));
    story.run('app', sys.attach(0, 8, { writable: false }));
    const copying = story.begin('app', sys.store(2));
    story.stepTo('app', 'grab_mapping_entry');
    story.run('thread', sys.load(2));
    story.run('thread', sys.dmaRead(2));
    story.settle();
    expect(devicePte(story, 2)).toBe('read-only');
    story.finish('app', copying);
    expect(pte(story, 2)).toBe('private copy');
    expect(devicePte(story, 2)).toBe('none');
  });

  test('K5, K40 a read fault that comes second leaves what the write fault before it has mapped', () => {
    const story = new Story({ memory, driver: none, files: [written(8)] });
    story.run('app', sys.mmapShared(0, 8));
    const reading = story.begin('app', sys.load(2));
    story.stepTo('app', 'grab_mapping_entry');
    story.run('thread', sys.store(2));
    story.finish('app', reading);
    expect(pte(story, 2)).toBe('read-write');
  });
});

/** I8, the part of it that one run shows: what its process may read a device may read, holes of the file included (K185, K186). */
import { describe, expect, test } from 'vitest';
import { ALL_OPERATIONS, CHECK_INVARIANTS, decodeRun, mutantNamed, plant, Runner } from '../src/index.ts';
import { expectHeld, firstNumberToBreak, MEMORY, SEED, setupOf } from './holds.ts';

const ID = 'I8';

describe.each(MEMORY)('on %s', (memory) => {
  test.each(['hmm_mirror', 'notifier', 'gup'])('under %s', (driver) => {
    expectHeld(ID, driver, memory);
  });

  test('a mirror that takes no zero page loses the holes', () => {
    const setup = plant(setupOf(memory, 'hmm_mirror'), mutantNamed('zero_page_fails'));
    expect(firstNumberToBreak(setup, ID, 2_000, ALL_OPERATIONS, SEED)).not.toBeNull();
  });

  test('a page that a write adds while the transfer is failing was not there to be read', () => {
    const { run } = decodeRun(growsMeanwhile(memory));
    const runner = new Runner(setupOf(memory, 'hmm_mirror'), CHECK_INVARIANTS);
    const failed: boolean[] = [];
    const { monitor } = runner.run(run, (events) => {
      for (const { event } of events) if (event.type === 'dma_end') failed.push(event.ret < 0);
    });
    expect(failed).toEqual([true]);
    expect(monitor.violations).toEqual(new Map());
  });
});

/** A device reads page 4 of a file of four pages; a write makes it longer between the fault and the end of the transfer. */
const growsMeanwhile = (memory: string): string =>
  [
    `gvr1~${memory}.linux-2d6-2e1.hmm_mirror.~f.1.4.0.0.4.w~t.0~t.0~t.1~t.1`,
    'o.0.mmap.0.32.35.2.1.1.0~o.0.attach.0.34.35.0.0.1~o.0.dma_read.0.34.35.0~o.0.write.0.0.0.9.0',
    'gvs1~5.0.1.2.3.4.6.7~0.3.dax_iomap_rw-2edax_copy_from_iter.1.4~4.2.device_engine-2ejob-20done.1.0',
  ].join('~');

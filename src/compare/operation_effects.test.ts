import { describe, expect, test } from 'vitest';
import type { Operation } from '../workload/operation.ts';
import type { Expectation } from '../workload/workload.ts';
import { attachedWorkload, CONDITIONS, DETACH, drivers, FIRST, page, PUNCH } from './fixtures/conditions.ts';
import type { Effects } from './operation_effects.ts';
import { replay } from './replay.ts';

const over = (kind: 'load' | 'store' | 'munmap', from = 100, to = 116): Operation => ({ kind, from, to });
const dma = (kind: 'dma_read' | 'dma_write'): Operation => ({
  kind,
  region: 0,
  from: 100,
  to: 116,
  fence: false,
  wait: true,
});
const FSYNC: Operation = { kind: 'fsync', file: 0 };
const READ: Operation = { kind: 'read', file: 0, start: page(4), end: page(6) };
const ANY: readonly Expectation[] = [{ op: 0, outcome: 'completed' }];

/** What the operations after the first two did, in order, and the whole run at last. */
function effects(driver: string, ops: readonly ['app' | 'other', Operation][], expecting = ANY): Effects[] {
  const workload = attachedWorkload(ops, { expect: expecting });
  const [tested] = drivers(driver);
  if (tested === undefined) throw new Error(driver);
  const { effects: log } = replay(workload, tested, CONDITIONS, { onBlock: 'stay', probe: false });
  return [...ops.map((_, index) => log.of(FIRST + index)), log.total];
}

const counts = (each: Effects | undefined): Record<string, number> => Object.fromEntries(each?.counts ?? []);

describe('counts', () => {
  test('belong to the call in whose course things happen, its last step included', () => {
    const [store, fsync, punch, total] = effects('none', [
      ['app', over('store')],
      ['other', FSYNC],
      ['other', PUNCH],
    ]);
    expect(counts(store)).toEqual({ cpu_faults: 16 });
    expect(counts(fsync)).toEqual({ pages_flushed: 16 });
    expect(counts(punch)).toEqual({ blocks_freed: 2 });
    expect(counts(total)).toEqual({ cpu_faults: 16, pages_flushed: 16, blocks_freed: 2 });
  });

  test('of a transfer belong to the call that started it, callbacks to the call that invalidates', () => {
    const [write, munmap] = effects('hmm_mirror', [
      ['app', dma('dma_write')],
      ['app', over('munmap')],
    ]);
    expect(counts(write)).toEqual({ device_faults: 1 });
    expect(counts(munmap)).toEqual({ UNMAP: 1 });
  });

  test('of pins are pages, taken and given back', () => {
    const [punch, detach, total] = effects('gup', [
      ['other', PUNCH],
      ['app', DETACH],
    ]);
    expect(counts(punch)).toEqual({ pages_flushed: 2, layout_waits: 1, blocks_freed: 2 });
    expect(counts(detach)).toEqual({ pages_unpinned: 16 });
    expect(total?.count('pages_pinned')).toBe(16);
  });

  test('are not taken for a workload that expects nothing', () => {
    const [store] = effects('none', [['app', over('store')]], []);
    expect(counts(store)).toEqual({});
  });
});

describe('readers find', () => {
  test('what was written, zeros, and what is stale', () => {
    const written = effects('none', [['other', READ]]);
    expect(written[0]?.reads).toBe('last_written');
    const zeros = effects('none', [
      ['other', PUNCH],
      ['other', READ],
    ]);
    expect(zeros[1]?.reads).toBe('zeros');
    // The pin of the old blocks, after the mapping that would have made the punch wait is gone.
    const stale = effects('gup', [
      ['app', over('munmap')],
      ['other', PUNCH],
      ['app', dma('dma_read')],
    ]);
    expect(stale[2]?.reads).toBe('stale');
  });

  test('one page of zeros among others does not hide what was written', () => {
    const [, load] = effects('none', [
      ['other', PUNCH],
      ['app', over('load')],
    ]);
    expect(load?.reads).toBe('last_written');
  });
});

describe('a transfer', () => {
  test('that ended well or badly, and a call that started none', () => {
    const [read, , after] = effects('hmm_mirror', [
      ['app', dma('dma_read')],
      ['app', over('munmap')],
      ['app', dma('dma_read')],
    ]);
    expect(read?.transfer).toBe(0);
    expect(after?.transfer).toBeLessThan(0);
    expect(effects('hmm_mirror', [['other', FSYNC]])[0]?.transfer).toBeUndefined();
  });
});

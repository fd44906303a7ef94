/**
 * The control: on the page cache no call waits for a page reference, so that every driver keeps the promises about waits, a
 * pin too. What a pin breaks there is what it does to content (K228, K236).
 */
import { describe, expect, test } from 'vitest';
import {
  CHECK_INVARIANTS,
  check,
  decodeRun,
  DRIVERS,
  ALL_OPERATIONS,
  expectedUnder,
  onSystem,
  type Invariant,
  Runner,
  setupOfRun,
} from '../src/index.ts';
import { costs, KERNEL, SEED, theDriver } from './holds.ts';

const MEMORY = ['ext4', 'xfs'];

const kept = (driver: string): readonly Invariant[] =>
  CHECK_INVARIANTS.filter(
    ({ id }) =>
      expectedUnder(onSystem(ALL_OPERATIONS, MEMORY[0] ?? '', KERNEL), theDriver(driver), id).expected ===
      'holds',
  );

/** Runs in which the model of the page cache once went wrong: a lost wake-up of a folio lock, and a freeze that waits
 * for write(2), an fsync that owes what has left the file. */
const ONCE_WRONG = [
  'gvr1~ext4.linux-2d6-2e1.gup.~f.1.4.0.0.4.w~f.1.5.0.0.5.w~t.0~t.0~t.1~o.0.mmap.0.18.19.3.1.1.0~o.0.store.18.19~o.1.mmap.0.32.36.0.1.1.0~o.1.fsync.0~o.2.open_trunc.0~o.0.fsync.0~gvs1~0.1.2.3.4.5.6~0.5.write_cache_pages-2efolio_lock.1.1~1.3.pfn_mkclean_range-2emmu_notifier_invalidate_range_end.2.3~0.5.write_cache_pages-2egoto-20next.1.2',
  'gvr1~ext4.linux-2d6-2e1.none.~f.1.3.0.0.3.w~f.1.1.0.0.1.w~t.0~t.0~t.1~t.0~o.0.mmap.0.48.52.0.1.1.0~o.0.store.50.51~o.1.truncate.0.0.2048~o.0.exit~o.3.fsync.0~gvs1~5.0.1.2.3.4.6.7~0._1.dead.1.6~6._1.kjournald-2egoto-20loop.1.3~3.4.write_cache_pages-2efolio_lock.1.1',
  'gvr1~ext4.linux-2d6-2e1.hmm_mirror.~f.1.11.0.0.11.w~t.0~t.1~t.1~o.0.truncate.0.0.0~o.1.write.0.0.0.1.0~o.0.freeze~gvs1~2.0.1.3.4.5.6~0.0.ext4_setattr-2einode_dio_wait.1.1',
];

describe.each(MEMORY)('on %s', (memory) => {
  test('every driver keeps what it keeps on DAX, and no call waits for a pin', () => {
    const result = check({
      ...{ memory, kernel: KERNEL, costs, seed: SEED, runs: 40, modelRevision: 1 },
      ...{ drivers: DRIVERS, invariants: CHECK_INVARIANTS },
    });
    expect(result.violations.filter(({ expected }) => !expected)).toEqual([]);
    expect(result.verdicts.some(({ driver, got }) => driver === 'gup' && got === 'broken')).toBe(true);
  });
});

test.each(ONCE_WRONG)('%# stays right', (token) => {
  const { run, memory, kernel, driver: name } = decodeRun(token);
  const driver = theDriver(name);
  const runner = new Runner(setupOfRun({ memory, kernel, driver, mutant: null, costs }), kept(name));
  expect([...runner.run(run).monitor.violations.values()]).toEqual([]);
});

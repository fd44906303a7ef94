/**
 * The published ablation has every part of hmm_mirror, alone and in pairs, and each run in it still breaks what it says.
 * `npm run ablation` makes it again, in minutes.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  type Ablation,
  CHECK_INVARIANTS,
  coreMmCalls,
  decodeRun,
  mutantNamed,
  plant,
  Runner,
} from '../src/index.ts';
import { costs, KERNEL, setupOf, theDriver } from './holds.ts';

const published = JSON.parse(
  readFileSync(new URL('../reports/ablation/report.json', import.meta.url), 'utf8'),
) as Ablation;
const singles = published.rows.filter(({ without }) => without.length === 1);

describe('the published ablation', () => {
  test('has every part alone and in every pair', () => {
    const names = published.blocks.map(({ name }) => name);
    expect(names).toEqual([
      ...['registration', 'start', 'sequence_check', 'driver_lock', 'drain', 'protection_page'],
      ...['zero_page', 'no_reference', 'dma_unmap'],
    ]);
    expect(singles.map(({ without }) => without[0])).toEqual(names);
    expect(published.rows.length - singles.length).toBe((names.length * (names.length - 1)) / 2);
  });

  test('shows that no part can be left out', () => {
    expect(published.rows.filter(({ shortest }) => shortest === null)).toEqual([]);
  });

  test.each(singles)('the shortest run without $without breaks what it says', ({ shortest }) => {
    const { run, memory, driver, mutant } = decodeRun(shortest?.token ?? '');
    const fault = mutantNamed(mutant ?? '');
    expect(fault).toBeDefined();
    const found = (planted: boolean): string | undefined => {
      const setup = setupOf(memory, driver);
      const runner = new Runner(planted ? plant(setup, fault) : setup, CHECK_INVARIANTS);
      return runner.run(run).monitor.violations.get(shortest?.property ?? '')?.first;
    };
    expect(found(true)).toBe(shortest?.text);
    expect(found(false)).toBeUndefined();
  });
});

describe('calls of core mm', () => {
  const calls = (driver: string) =>
    coreMmCalls({ memory: 'ext4_dax', kernel: KERNEL, costs, driver: theDriver(driver) }, 1, 40);

  test('a mirror checks its sequence for each walk that it does not give up, and takes no page', () => {
    const { calls: mirror, device_faults } = calls('hmm_mirror');
    expect(Object.keys(mirror)).not.toContain('get_user_pages_fast');
    expect(mirror['mmget_not_zero']).toBe(device_faults);
    expect(mirror['hmm_range_fault']).toBe(mirror['mmu_interval_read_begin']);
    expect(mirror['mmu_interval_read_retry']).toBeLessThanOrEqual(mirror['hmm_range_fault'] ?? 0);
  });

  test('a driver without HMM calls GUP instead, and without interval notifiers keeps count itself', () => {
    expect(calls('notifier').calls['get_user_pages_fast']).toBeGreaterThan(0);
    const list = calls('list_notifier');
    expect(Object.keys(list.calls)).not.toContain('mmu_interval_read_retry');
    expect(list.own_entries).toBeGreaterThan(calls('notifier').own_entries);
    expect(calls('gup').calls['pin_user_pages_fast']).toBeGreaterThan(0);
  });
});

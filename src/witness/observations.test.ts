import { describe, expect, test } from 'vitest';
import { CELL_DRIVERS, CELL_MEMORIES, CELL_OPERATIONS } from './cell_space.ts';
import { committedObservation, observedKernels } from './observations.ts';

test('two kernels were observed', () => {
  expect(observedKernels()).toEqual(['linux-6.1', 'linux-6.12']);
});

describe.each(observedKernels())('%s', (name) => {
  const { kernel, kernel_alarms, memories, cells } = committedObservation(name);

  test('is what it says', () => {
    expect(kernel.release).toMatch(new RegExp(`^${name.replace('linux-', '').replace('.', '\\.')}\\.`));
    expect(kernel.packages.join(' ')).toContain(`linux-image-${kernel.release} `);
    expect(kernel_alarms).toEqual([]);
  });

  test('has every cell once, in order', () => {
    const wanted = CELL_MEMORIES.flatMap((memory) =>
      CELL_DRIVERS.flatMap((driver) => CELL_OPERATIONS.map((op) => `${memory} ${driver} ${op}`)),
    );
    const found = cells.map(({ memory, driver, op }) => `${memory} ${driver} ${op}`);
    expect(found).toEqual(wanted.sort());
    expect(new Set(cells.map((cell) => cell.kernel))).toEqual(new Set([name]));
  });

  test('was seen on DAX where it says DAX', () => {
    expect(memories.map(({ name: memory, dax, map_sync }) => [memory, dax, map_sync])).toEqual([
      ['ext4', false, 'EOPNOTSUPP'],
      ['ext4_dax', true, 'yes'],
      ['xfs', false, 'EOPNOTSUPP'],
      ['xfs_dax', true, 'yes'],
    ]);
  });

  test('is consistent: waits have a place and an end, others have neither', () => {
    for (const cell of cells) {
      const blocked = cell.outcome === 'blocked';
      expect(cell.after_release !== null, JSON.stringify(cell)).toBe(blocked);
      expect(cell.killable !== null, JSON.stringify(cell)).toBe(blocked);
      expect(blocked && cell.recorded.state !== 'R', JSON.stringify(cell)).toBe(cell.sleeps_in !== null);
      expect(cell.driver === 'none' || cell.outcome === 'refused').toBe(cell.device_reads.length === 0);
    }
  });
});

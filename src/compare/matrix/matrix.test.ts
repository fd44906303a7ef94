import { describe, expect, test } from 'vitest';
import { BUILTIN_2026 } from '../../costs/index.ts';
import { driverNamed } from '../../drivers/index.ts';
import type { Cell } from './cell.ts';
import { matrix } from './matrix.ts';
import { CELL_OPERATION_IDS } from './operations.ts';

function cell(memory: string, driver: string, op: string): Cell {
  const found = driverNamed(driver);
  if (found === undefined) throw new Error(`no driver ${driver}`);
  const { cells } = matrix({
    kernel: 'linux-6.1',
    memories: [memory],
    drivers: [found],
    operations: [op],
    costTable: BUILTIN_2026,
    seed: 1,
    signal: { aborted: false },
    onProgress: () => undefined,
  });
  expect(cells).toHaveLength(1);
  return cells[0] as Cell;
}

const pages = (letter: string, from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, index) => `${letter}${from + index}`);
const ALL_OF_IT = [...pages('f', 0, 4), ...pages('d', 4, 12), ...pages('f', 12, 16)];

describe.each(['ext4_dax', 'xfs_dax'])('%s', (memory) => {
  test.each(['gup', 'get'])('%s: a punch sleeps in the layout break until the driver lets go', (driver) => {
    expect(cell(memory, driver, 'punch')).toMatchObject({
      outcome: 'blocked',
      sleeps_in: memory === 'ext4_dax' ? 'ext4_break_layouts' : 'xfs_break_dax_layouts',
      ...{ interruptible: true, interrupt_errno: 'EINTR', killable: true },
      ...{ size_bytes: 65536, blocks: 128, cpu_reads: ALL_OF_IT, device_reads: pages('d', 4, 12) },
      file_reads: ALL_OF_IT.map((page) => (page.startsWith('d') ? '0' : page)),
      after_release: { outcome: 'completed', errno: null, size_bytes: 65536, blocks: 64 },
    });
  });

  test.each(['hmm_mirror', 'notifier'])(
    '%s: a truncate completes, and the device faults beyond the end',
    (driver) => {
      const { events, ...rest } = cell(memory, driver, 'trunc_mid');
      expect(events['CLEAR']).toBeGreaterThan(0);
      expect(rest).toMatchObject({
        ...{ outcome: 'completed', errno: null, size_bytes: 32768, blocks: 64, entries_cleared: 8 },
        cpu_reads: [...pages('f', 0, 4), ...pages('d', 4, 8), ...Array<string>(8).fill('SIGBUS')],
        device_reads: [...pages('d', 4, 8), ...Array<string>(4).fill('EFAULT')],
        after_release: null,
      });
    },
  );

  test('gup_longterm is not let in, and the operation is not tried', () => {
    expect(cell(memory, 'gup_longterm', 'trunc_0')).toMatchObject({
      ...{ outcome: 'refused', errno: 'EOPNOTSUPP', size_bytes: 65536, device_reads: [] },
      cpu_reads: pages('f', 0, 16),
    });
  });

  test('bytes inside a page, and the rest of the last page', () => {
    expect(cell(memory, 'hmm_mirror', 'punch_subpage').cpu_reads[4]).toBe('d4:1000,0:200,d4:2896');
    const { cpu_reads: cpu, file_reads: file } = cell(memory, 'hmm_mirror', 'trunc_unaligned');
    expect([cpu[11], file.at(-1)]).toEqual(['d11:1000,0:3096', 'd11:1000']);
  });

  test('no device without a driver, and an unmapped page is none', () => {
    const seen = cell(memory, 'none', 'munmap');
    expect([seen.device_reads, new Set(seen.cpu_reads)]).toEqual([[], new Set(['SIGSEGV'])]);
    expect(seen.file_reads).toEqual(pages('f', 0, 16));
  });

  test('what the operation wrote is told apart from what the device wrote', () => {
    const written = [...pages('f', 0, 4), ...pages('w', 4, 12), ...pages('f', 12, 16)];
    for (const op of ['pwrite', 'odirect_write', 'fork_parent_write', 'fork_child_write'])
      expect([op, cell(memory, 'hmm_mirror', op).file_reads]).toEqual([op, written]);
  });

  test('a mapped file keeps its filesystem mounted', () => {
    expect(cell(memory, 'none', 'umount')).toMatchObject({ outcome: 'failed', errno: 'EBUSY' });
  });
});

test('a reflink sleeps or spins, by which of its files is locked first', () => {
  expect(cell('xfs_dax', 'gup', 'reflink_src_below')).toMatchObject({
    ...{ outcome: 'blocked', sleeps_in: 'xfs_break_dax_layouts', interruptible: true, killable: true },
  });
  expect(cell('xfs_dax', 'gup', 'reflink_src_above')).toMatchObject({
    ...{ outcome: 'blocked', sleeps_in: null, interruptible: false, killable: false },
    after_release: { outcome: 'completed' },
  });
});

test('every operation of the contract is there once', () => {
  expect(CELL_OPERATION_IDS).toHaveLength(37);
  expect(new Set(CELL_OPERATION_IDS).size).toBe(37);
});

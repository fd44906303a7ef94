import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { importLog } from './import.ts';
import type { LogImport } from './import.ts';
import { showOperation } from './fixtures/import_text.ts';

/** Logs of one small program under different flags of strace: same calls, other spellings, other addresses. */
function importVariant(name: string, dataPrefix?: string): Promise<LogImport> {
  const path = fileURLToPath(new URL(`./fixtures/${name}.strace.gz`, import.meta.url));
  return importLog(path, dataPrefix === undefined ? {} : { dataPrefix });
}

/** Operations without addresses, which differ from run to run. */
function shape(log: LogImport): string[] {
  return log.workload.ops.map(({ op }) => showOperation(op).replace(/ (?:from|to)=\d+/g, ''));
}

const EXPECTED = [
  'open file=0',
  ...Array.from({ length: 16 }, (_, page) => `write end=${(page + 1) * 4096} file=0 start=${page * 4096}`),
  'mmap file=0 pgoff=0 shared=true writable=true',
  'punch end=32768 file=0 start=16384',
  'truncate file=0 size=8192',
  'close file=0',
  'exit',
];

describe('flags of strace', () => {
  test.each([
    ['issue-cmd', 'fewer calls traced'],
    ['Y-k0', '-Y and -n'],
    ['p-attached-stdout', 'attached with -p, printed to standard output'],
    ['rawflags', '-X raw'],
    ['verboseflags', '-X verbose'],
    ['yy-tt', '-yy and a wall clock'],
  ])('%s (%s)', async (name) => {
    const log = await importVariant(name);
    expect(log.rejected).toEqual([]);
    expect(shape(log)).toEqual(EXPECTED);
    expect(log.workload.files).toMatchObject([{ name: '/mnt/data/xfs/v/a b>c', exists: false }]);
    expect(log.stats.counts.get('truncate_live_shared')).toBe(1);
    expect(log.stats.counts.get('fallocate_punch_overlap_mm')).toBe(1);
    expect(log.stats.counts.get('killed')).toBe(1);
  });

  test('no-y: without paths, files are known by the names that calls give', async () => {
    expect((await importVariant('no-y')).workload.files).toEqual([]);
    const log = await importVariant('no-y', 'a b');
    expect(shape(log)).toEqual(EXPECTED);
    expect(log.workload.files[0]?.name).toBe('a b>c');
    expect(log.stats.counts.get('truncate_live_shared')).toBe(1);
  });

  test('commands and clocks are read', async () => {
    const log = await importVariant('Y-k0');
    expect(log.workload.tasks.map((task) => task.name)).toEqual(['xfs_io-23121']);
  });
});

describe('odd names', () => {
  test('names with every special character, nameless files, passed descriptors', async () => {
    const log = await importVariant('odd-names');
    expect(log.rejected).toEqual([]);
    expect(log.workload.files.map((file) => file.name)).toEqual([
      '/mnt/data/xfs/we ird>na<me \u00ff"q.bin',
      '/memfd:my mem',
      '/mnt/data/xfs/#132',
      '/mnt/data/xfs/new\nline',
    ]);
    const sizes = log.workload.ops.flatMap(({ op }) =>
      op.kind === 'truncate' ? [op.size.page * 4096 + op.size.byte] : [],
    );
    expect(sizes).toEqual([2 ** 54, 4096, 100, 8192, 0, 2 ** 40]);
    expect(log.stats.counts.get('unlink_live')).toBe(1);
    expect(log.stats.counts.get('scm_rights')).toBe(2);
  });
});

import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { importText, showOperations, D } from '../strace/fixtures/import_text.ts';
import { PERF_TRACE } from '../strace/format.ts';
import { importLog } from '../strace/import.ts';
import type { ImportedLines } from '../strace/importer.ts';

function log(name: string): string {
  return fileURLToPath(new URL(`./fixtures/${name}.perftrace.gz`, import.meta.url));
}

function importPerf(lines: readonly string[]): ImportedLines {
  const text = lines.map((line, index) => `${index}.000 ( 0.001 ms): a/${line}`).join('\n');
  return importText(text, `${D}/`, PERF_TRACE);
}

const OPEN = '1 openat(dfd: CWD, filename: 0x1, flags: RDWR|CREAT) = 3';
const USE = `1 ftruncate(fd: 3<${D}/x>, length: 16384) = 0`;
const MMAP = '1 mmap(len: 16384, prot: READ|WRITE, flags: SHARED, fd: 3) = 0x10000';

function kinds({ workload }: ImportedLines): Record<string, number> {
  const found: Record<string, number> = {};
  for (const { op } of workload.ops) found[op.kind] = (found[op.kind] ?? 0) + 1;
  return found;
}

describe('whole logs', () => {
  test('xfs_io: the file has no name in any call; the faults in its only mapping tell it', async () => {
    const found = await importLog(log('xfs_io'));
    expect(found.rejected).toEqual([]);
    expect(found.workload.title).toBe('perf trace log xfs_io, 328 lines');
    expect(found.workload.files.map((file) => file.name)).toEqual(['/mnt/data/xfs/alt/a']);
    expect(kinds(found)).toEqual({ open: 1, write: 16, mmap: 1, load: 17, punch: 1, truncate: 1 });
    // All 16 pages before the hole, then the first one of the hole again.
    const loads = found.workload.ops.flatMap(({ op }) => (op.kind === 'load' ? [op.from] : []));
    const first = loads[0] ?? 0;
    expect(loads.map((page) => page - first)).toEqual([
      0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 4,
    ]);
  });

  test('fio: 3001 faults in a mapping of one thread while another punches holes', async () => {
    const found = await importLog(log('fio-mmap-punch'));
    expect(found.rejected).toEqual([]);
    expect(kinds(found)).toMatchObject({ load: 3001, punch: 256, msync: 99, mmap: 1, write: 4096, exit: 6 });
    expect(new Set(found.workload.tasks.map((task) => task.mm)).size).toBe(1);
    expect(Object.fromEntries(found.workload.notModelled)).toEqual({
      'clone3:flags_not_printed': 5,
      'fault:read_or_write_not_printed': 3001,
      'madvise:MADV_RANDOM': 1,
    });
  });

  test('sqlite: faults after mremap have an address and no file, and are in the mapping all the same', async () => {
    const found = await importLog(log('sqlite-mmap'));
    expect(found.rejected).toEqual([]);
    expect(kinds(found)).toMatchObject({ load: 43, mremap: 4, truncate: 26, exit: 1 });
    expect(found.workload.files.map((file) => file.name)).toEqual([
      '/mnt/data/ext4/sqlite-mmap/t.db',
      '/mnt/data/ext4/sqlite-mmap/t.db-journal',
    ]);
    expect(Object.fromEntries(found.workload.notModelled)).toEqual({ 'unlink:path_not_printed': 1 });
  });
});

describe('faults', () => {
  test('in read-only memory can only be loads; in other memory that is not known', () => {
    const found = importPerf([
      `1 ftruncate(fd: 3<${D}/x>, length: 16384) = 0`,
      '1 mmap(len: 16384, prot: READ, flags: SHARED, fd: 3) = 0x10000',
      `1 minfault [f+0x1] => ${D}/x@0x2345 (d.)`,
      '1 minfault [f+0x1] => //anon@0x7f0000 (d.)',
    ]);
    expect(showOperations(found).at(-1)).toBe('a-1: load from=18 to=19');
    expect(found.workload.notModelled).toEqual(new Map());
    expect(Object.fromEntries(found.stats.counts)).toMatchObject({
      page_faults_minor: 2,
      page_faults_of_data: 1,
    });
  });

  test('that two mappings can have had are counted, and are no operation', () => {
    const second = MMAP.replace('0x10000', '0x20000');
    const found = importPerf([
      USE,
      MMAP,
      second,
      `1 minfault [f] => ${D}/x@0x1000 (d.)`,
      `1 minfault [f] => ${D}/y@0x1000 (d.)`,
      '1 minfault [f] => 0x21000 (?.)',
    ]);
    expect(showOperations(found).slice(4)).toEqual(['a-1: load from=33 to=34']);
    expect(Object.fromEntries(found.workload.notModelled)).toEqual({
      'fault:several_mappings': 1,
      'fault:mapping_unknown': 1,
      'fault:read_or_write_not_printed': 1,
    });
  });
});

describe('descriptors', () => {
  test('an open that nothing names is followed, and counted if it may change a file', () => {
    const found = importPerf([OPEN, '1 write(fd: 3, buf: 0x1, count: 5) = 5', '1 close(fd: 3) = 0', USE]);
    expect(showOperations(found)).toEqual(['a-1: open file=0', 'a-1: truncate file=0 size=16384']);
    expect(found.workload.notModelled).toEqual(new Map([['openat:path_not_printed', 1]]));
  });

  test('clones of unknown kind are threads; exit_group ends them all', () => {
    const found = importPerf([
      USE,
      MMAP,
      '1 clone3(uargs: 0x7ffe, size: 88) = 2',
      '2 msync(start: 0x10000, len: 4096, flags: 4) = 0',
      '2 exit_group() = ?',
    ]);
    expect(showOperations(found).slice(2)).toEqual([
      'a-1: mmap file=0 from=16 pgoff=0 shared=true to=20 writable=true',
      'a-2: msync from=16 to=17',
      'a-1: exit',
      'a-2: close file=0',
      'a-2: exit',
    ]);
    expect(found.stats.counts.get('clone_of_unknown_kind')).toBe(1);
  });
});

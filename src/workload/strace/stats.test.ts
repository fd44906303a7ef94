import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { offsetToBytes } from '../offset.ts';
import { D, importText } from './fixtures/import_text.ts';
import { importLog } from './import.ts';
import { statsJson } from './stats.ts';

function logPath(name: string): string {
  return fileURLToPath(new URL(`../catalogue/logs/${name}.strace.gz`, import.meta.url));
}

describe('operations of real logs', () => {
  test('xfs_io-mapped: every mode, in order, at exact offsets', async () => {
    const { workload } = await importLog(logPath('xfs_io-mapped'));
    const last = workload.files.findIndex((file) => file.name.endsWith('/d'));
    const ops = workload.ops.filter(({ op }) => 'file' in op && op.file === last);
    expect(ops.map(({ op, line }) => `${line} ${op.kind}`)).toEqual([
      '804 open',
      '809 truncate',
      '811 close',
      '956 open',
      '961 truncate',
      '962 mmap',
      '963 punch',
      '964 truncate',
      '965 collapse',
      '971 close',
    ]);
    const sizes = workload.ops.flatMap(({ op }) => (op.kind === 'truncate' ? [offsetToBytes(op.size)] : []));
    expect(sizes).toContain(8070450532247928832n);
    const punches = workload.ops.flatMap(({ op }) => (op.kind === 'punch' ? [offsetToBytes(op.start)] : []));
    expect(punches).toContain(6917529027641081856n);
    const failed = workload.ops.filter(({ logged }) => logged?.errno !== undefined);
    expect(failed).toMatchObject([{ op: { kind: 'collapse' }, line: 965, logged: { errno: 'EINVAL' } }]);
  });

  test('t_mmap_collision: nine threads in one address space, and the reads that failed', async () => {
    const { workload } = await importLog(logPath('t_mmap_collision'));
    expect(workload.tasks).toHaveLength(9);
    expect(new Set(workload.tasks.map((task) => task.mm)).size).toBe(1);
    const kinds = new Map<string, number>();
    for (const { op } of workload.ops) kinds.set(op.kind, (kinds.get(op.kind) ?? 0) + 1);
    expect(Object.fromEntries(kinds)).toMatchObject({
      truncate: 1176,
      punch: 2224,
      zero: 2298,
      collapse: 1138,
    });
    expect(kinds.get('alloc')).toBe(3452);
    expect(kinds.get('exit')).toBe(9);
    const faults = workload.ops.filter(({ op, logged }) => op.kind === 'read' && logged?.errno === 'EFAULT');
    expect(faults).toHaveLength(203);
    // The call that asks stands on an earlier line than the one on which a split call ends.
    expect(workload.ops.some(({ line }, index) => (line ?? 0) < (workload.ops[index - 1]?.line ?? 0))).toBe(
      true,
    );
  });

  test('sqlite-mmap: the mapping is followed through mremap', async () => {
    const { workload } = await importLog(logPath('sqlite-mmap'));
    const moves = workload.ops.flatMap(({ op }) =>
      op.kind === 'mremap' ? [[op.to - op.from, op.newTo - op.newFrom]] : [],
    );
    expect(moves).toEqual([
      [3, 4],
      [4, 434],
      [434, 487],
      [114, 281],
    ]);
  });
});

describe('counts', () => {
  test('tell live, shared, own and overlapping mappings apart', () => {
    const log = importText(`
      1 open("${D}/a", O_RDWR|O_CREAT, 0600) = 3<${D}/a>
      1 mmap(NULL, 8192, PROT_READ, MAP_PRIVATE, 3<${D}/a>, 0x1000) = 0x10000
      2 truncate("${D}/a", 12288) = 0
      2 truncate("${D}/a", 12287) = 0
      1 fallocate(3<${D}/a>, FALLOC_FL_KEEP_SIZE|FALLOC_FL_PUNCH_HOLE, 0, 4096) = 0
      1 fallocate(3<${D}/a>, FALLOC_FL_KEEP_SIZE|FALLOC_FL_PUNCH_HOLE, 0, 4097) = 0
      1 fallocate(3<${D}/a>, FALLOC_FL_COLLAPSE_RANGE, 0, 4096) = 0
      1 fallocate(3<${D}/a>, FALLOC_FL_COLLAPSE_RANGE, 12288, 4096) = 0
      1 rename("${D}/a", "${D}/b") = 0
      2 truncate("${D}/b", 100) = 0
      2 unlink("${D}/b") = 0
      2 unlink("${D}/never opened") = 0
    `);
    expect(Object.fromEntries(log.stats.counts)).toMatchObject({
      truncate_live: 3,
      truncate_live_path: 2,
      truncate_overlap: 2,
      fallocate_punch_live_mm: 2,
      fallocate_punch_overlap_mm: 1,
      fallocate_collapse_live: 2,
      fallocate_collapse_overlap: 1,
      unlink_live: 1,
      unlink_of_unknown: 1,
    });
    expect(log.stats.counts.get('truncate_live_mm')).toBeUndefined();
    expect(log.stats.counts.get('truncate_live_shared')).toBeUndefined();
  });

  test('as JSON, with the largest offset exact', () => {
    const log = importText(
      `1 open("${D}/a", O_RDWR) = 3<${D}/a>\n1 ftruncate(3<${D}/a>, 9223372036854775807) = 0`,
    );
    const text = statsJson(log.stats, { schema: 'x/1' });
    expect(text).toContain('"max_offset": 9223372036854775807\n}\n');
    expect(JSON.parse(text)).toMatchObject({
      schema: 'x/1',
      calls: 2,
      counts: { lines: 2, truncate_ok: 1 },
      syscalls: { ftruncate: 1, open: 1 },
      errors: {},
      signals: {},
      not_modelled: {},
    });
  });
});

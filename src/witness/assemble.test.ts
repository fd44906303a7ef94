import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { assembleCells } from './assemble.ts';
import { CELL_DRIVERS, CELL_MEMORIES, CELL_OPERATIONS, cellPlan } from './cell_space.ts';
import { judgePlanted, PLANTED_BUGS } from './planted.ts';

const BLOCKED = [
  'cell ext4_dax gup punch',
  'outcome blocked -',
  'size 65536 blocks 128',
  'cpu f0 f1 f2 f3 d4 d5 d6 d7 d8 d9 d10 d11 f12 f13 f14 f15',
  'device d4 d5 d6 d7 d8 d9 d10 d11',
  'behind 1025:c 1025:d 1025:c 1025:c 1025:c 1025:c 1025:c -',
  'waits S ext4_break_layouts',
  'stack ext4_break_layouts ext4_punch_hole',
  'after completed - size 65536 blocks 64',
  'file f0 f1 f2 f3 0 0 0 0 0 0 0 0 f12 f13 f14 f15',
  'interruptible yes EINTR',
  'killable yes',
  'end',
];

const MIRRORED = [
  'cell ext4_dax hmm_mirror punch',
  'outcome completed -',
  'size 65536 blocks 64',
  'cpu f0 f1 f2 f3 0 0 0 0 0 0 0 0 f12 f13 f14 f15',
  'device 0 0 0 0 0 0 0 0',
  'event CLEAR 2',
  'event PROTECTION_PAGE 8',
  'cleared 8',
  'faults 0 retries 0',
  'took_us 919',
  'file f0 f1 f2 f3 0 0 0 0 0 0 0 0 f12 f13 f14 f15',
  'end',
];

const START = [
  'kernel 6.1.0-56-amd64',
  'memory ext4_dax dax yes map_sync yes',
  'mount ext4_dax /dev/pmem0 ext4 rw,relatime,dax=always',
];

describe('cells from lines', () => {
  const assembled = assembleCells('linux-6.1', [...START, ...MIRRORED, ...BLOCKED, 'done complete']);
  const [gup, mirror] = assembled.cells;

  test('come with the kernel and the proof of DAX', () => {
    expect(assembled.release).toBe('6.1.0-56-amd64');
    expect(assembled.complete).toBe(true);
    expect(assembled.memories).toEqual([
      { name: 'ext4_dax', dax: true, map_sync: 'yes', mount: '/dev/pmem0 ext4 rw,relatime,dax=always' },
    ]);
  });

  test('tell of a wait', () => {
    expect(gup).toMatchObject({
      ...{ kernel: 'linux-6.1', memory: 'ext4_dax', driver: 'gup', op: 'punch' },
      ...{ outcome: 'blocked', errno: null, sleeps_in: 'ext4_break_layouts' },
      ...{ interruptible: true, interrupt_errno: 'EINTR', killable: true, size_bytes: 65536, blocks: 128 },
      after_release: { outcome: 'completed', errno: null, size_bytes: 65536, blocks: 64 },
    });
    expect(gup?.recorded.stack).toEqual(['ext4_break_layouts', 'ext4_punch_hole']);
    expect(gup?.recorded.page_references.at(-1)).toBeNull();
    expect(gup?.recorded.page_dirty.slice(0, 2)).toEqual([false, true]);
  });

  test('tell of callbacks', () => {
    expect(mirror).toMatchObject({
      ...{ driver: 'hmm_mirror', outcome: 'completed', sleeps_in: null, killable: null, after_release: null },
      ...{ events: { CLEAR: 2, PROTECTION_PAGE: 8 }, entries_cleared: 8 },
    });
    expect(mirror?.device_reads).toHaveLength(8);
  });

  test('do not say where a spinning task sleeps', () => {
    const spinning = BLOCKED.map((line) => (line.startsWith('waits') ? 'waits R -' : line));
    const [cell] = assembleCells('linux-6.1', spinning).cells;
    expect(cell?.sleeps_in).toBeNull();
    expect(cell?.recorded.state).toBe('R');
  });

  test('count only when their report has its end', () => {
    const half = assembleCells('linux-6.1', [...START, ...MIRRORED, ...BLOCKED.slice(0, -1)]);
    expect(half.cells).toHaveLength(1);
    expect(half.complete).toBe(false);
  });

  test('that the guest could not make are errors with their names', () => {
    const lines = [
      ...START,
      'cell ext4_dax get punch',
      'error the owner hangs in its setup: -',
      'done incomplete',
    ];
    expect(assembleCells('linux-6.1', lines)).toMatchObject({
      cells: [],
      errors: ['ext4_dax get punch: the owner hangs in its setup: -'],
      complete: false,
    });
  });

  test.each([
    ['weather fine'],
    ['outcome completed -'],
    ['cell a b c', 'outcome vanished -'],
    ['cell a b c', 'size x blocks 1'],
  ])('are not made up from %s', (...lines) => {
    expect(() => assembleCells('linux-6.1', lines)).toThrow(/guest/);
  });
});

describe('the space of cells', () => {
  const source = (name: string) => readFileSync(new URL(`./probe/program/${name}`, import.meta.url), 'utf8');

  test('is the same here and in the probe program', () => {
    const operations = [
      ...source('operations.c').matchAll(/(?:^\t(?:FILE|NAME|MM|REFLINK)_OP\(|^\t\{ \.id = ")(\w+)/gm),
    ].map((match) => match[1]);
    expect(operations).toEqual([...CELL_OPERATIONS]);
    const kinds = [...source('kinds.c').matchAll(/\{ \.name = "(\w+)"/g)].map((match) => match[1]);
    expect(kinds).toEqual([...CELL_MEMORIES, ...CELL_DRIVERS]);
  });

  test('can be cut down, to names that exist', () => {
    expect(cellPlan({})).toEqual({ plan: ['cells'], cells: 4 * 6 * 37 });
    expect(cellPlan({ memories: ['xfs'], drivers: ['gup', 'get'], operations: ['punch', 'punch'] })).toEqual({
      plan: ['cells', 'memory=xfs', 'driver=gup,get', 'operation=punch'],
      cells: 2,
    });
    expect(() => cellPlan({ drivers: ['rdma'] })).toThrow(/No driver named rdma/);
  });
});

describe('a planted bug', () => {
  const bug = PLANTED_BUGS.find(({ name }) => name === 'keep_table');
  if (bug === undefined) throw new Error('the list of planted bugs has changed');
  const stale = MIRRORED.map((line) =>
    line.replace('device 0 0 0 0 0 0 0 0', 'device d4 d5 d6 d7 d8 d9 d10 d11'),
  );

  test('is caught by what differs', () => {
    const result = judgePlanted(bug, 'linux-6.1', ['planted off', ...MIRRORED, 'planted on', ...stale]);
    expect(result.caught).toBe(true);
    expect(result.evidence).toEqual([
      'device_reads: ["0","0","0","0","0","0","0","0"] -> ["d4","d5","d6","d7","d8","d9","d10","d11"]',
    ]);
  });

  test('is not caught by a time that differs', () => {
    const slower = MIRRORED.map((line) => line.replace('took_us 919', 'took_us 1919'));
    expect(judgePlanted(bug, 'linux-6.1', ['planted off', ...MIRRORED, 'planted on', ...slower]).caught).toBe(
      false,
    );
  });

  test('needs a good run beside it', () => {
    const lines = ['planted off', 'cell ext4_dax hmm_mirror punch', 'error broken', 'planted on', ...stale];
    expect(() => judgePlanted(bug, 'linux-6.1', lines)).toThrow(/Without the bug/);
    expect(() => judgePlanted(bug, 'linux-6.1', ['done incomplete'])).toThrow(/did not get/);
  });
});

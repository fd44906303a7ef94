import { describe, expect, test } from 'vitest';
import { InputErrors } from '../input_error.ts';
import { parseScenario } from './scenario.ts';

function problemsOf(text: string): string[] {
  try {
    parseScenario(text, 's.yaml');
  } catch (error) {
    if (error instanceof InputErrors) return error.message.split('\n');
    throw error;
  }
  return [];
}

const HEAD = `title: t
files: {data: {size: 16p, written: 0..16p}, new: {exists: false}}
processes: {app: {threads: [app, worker]}, other: {}}
ops:
`;

/** Problems of a scenario with these operations, positions counted from the first one. */
function problemsOfOps(...ops: string[]): string[] {
  const text = HEAD + ops.map((op) => `  - {task: app, ${op}}\n`).join('');
  return problemsOf(text).map((problem) =>
    problem.replace(/^s\.yaml:(\d+)/, (_, line: string) => String(Number(line) - 4)),
  );
}

describe('a scenario becomes a workload', () => {
  const text = `title: A pin and a punch
description: |
  Says why.
facts: [K34, K52]
files:
  data: {size: 4p+100, written: [0..2p, 3p..5p], unwritten: 8p..9p}
  log: {exists: false}
processes:
  app: {threads: [main, worker]}
  other: {}
ops:
  - {task: main, op: mmap, file: data, at: 100p, length: 4p, offset: 1p, writable: false}
  - {task: main, op: attach, region: buffer, at: 101p, length: 2p, writable: false, survives_exit: true}
  - {task: main, op: dma_read, region: buffer, fence: true}
  - task: other
    op: punch
    file: data
    offset: 4097
    length: 1p
    expect:
      - {drivers: [gup], memory: [ext4_dax], outcome: blocked, waits: reference}
      - {drivers: [hmm_mirror], outcome: completed}
  - {task: main, op: zero, file: data, offset: 0, length: 10, keep_size: true}
  - {task: worker, op: signal_fence, region: buffer}
  - {task: main, op: mremap, at: 100p, length: 4p, new_at: 200p}
  - {task: other, op: signal, to: worker, expect: {outcome: failed, errno: EINTR}}
expect_end:
  - {drivers: [gup], sizes: {data: 1p}, blocks_freed_under_reference: none}
`;
  const workload = parseScenario(text, 'some/where/pin_and_punch.yaml');

  test('names, texts and files', () => {
    expect(workload).toMatchObject({
      name: 'pin_and_punch',
      title: 'A pin and a punch',
      description: 'Says why.',
      facts: ['K34', 'K52'],
      source: 'scenario',
      regions: ['buffer'],
      tasks: [
        { name: 'main', mm: 0 },
        { name: 'worker', mm: 0 },
        { name: 'other', mm: 1 },
      ],
    });
    expect(workload.plan).toBeUndefined();
    expect(workload.files).toEqual([
      {
        name: 'data',
        size: { page: 4, byte: 100 },
        exists: true,
        extents: [
          { from: 0, to: 2, state: 'written' },
          { from: 3, to: 5, state: 'written' },
          { from: 8, to: 9, state: 'unwritten' },
        ],
      },
      { name: 'log', size: { page: 0, byte: 0 }, exists: false, extents: [] },
    ]);
  });

  test('operations with indexes, ranges, defaults and lines', () => {
    expect(workload.ops).toEqual([
      {
        task: 0,
        line: 12,
        op: { kind: 'mmap', file: 0, from: 100, to: 104, pgoff: 1, shared: true, writable: false },
      },
      {
        task: 0,
        line: 13,
        op: {
          kind: 'attach',
          region: 0,
          from: 101,
          to: 103,
          perTransfer: false,
          survivesExit: true,
          writable: false,
        },
      },
      { task: 0, line: 14, op: { kind: 'dma_read', region: 0, from: 101, to: 103, fence: true } },
      {
        task: 2,
        line: 15,
        op: { kind: 'punch', file: 0, start: { page: 1, byte: 1 }, end: { page: 2, byte: 1 } },
      },
      {
        task: 0,
        line: 23,
        op: {
          kind: 'zero',
          file: 0,
          start: { page: 0, byte: 0 },
          end: { page: 0, byte: 10 },
          keepSize: true,
        },
      },
      { task: 1, line: 24, op: { kind: 'signal_fence', region: 0 } },
      { task: 0, line: 25, op: { kind: 'mremap', from: 100, to: 104, newFrom: 200, newTo: 204 } },
      { task: 2, line: 26, op: { kind: 'signal', to: 1 } },
    ]);
  });

  test('expectations', () => {
    expect(workload.expect).toEqual([
      { op: 3, drivers: ['gup'], memory: ['ext4_dax'], outcome: 'blocked', waits: 'reference' },
      { op: 3, drivers: ['hmm_mirror'], outcome: 'completed' },
      { op: 7, outcome: 'failed', errno: 'EINTR' },
    ]);
    const sizes = new Map([['data', { page: 1, byte: 0 }]]);
    expect(workload.expectEnd).toEqual([{ drivers: ['gup'], sizes, blocksFreedUnderReference: 'none' }]);
  });

  test('JSON is read the same way', () => {
    const json = {
      title: 't',
      files: { f: { size: 8192 } },
      processes: { p: {} },
      ops: [{ task: 'p', op: 'fsync', file: 'f' }],
    };
    const yaml =
      '{title: t, files: {f: {size: 2p}}, processes: {p: {}}, ops: [{task: p, op: fsync, file: f}]}';
    expect(parseScenario(JSON.stringify(json), 'a.json')).toEqual(parseScenario(yaml, 'a.yaml'));
  });

  test('a device plan keeps the defaults of what it leaves out', () => {
    const plan =
      'title: t\nfiles: {f: {size: 2p}}\nprocesses: {p: {}}\nplan: {hold: io, transfer_pages: 4}\nops: [{task: p, op: fsync, file: f}]\n';
    expect(parseScenario(plan, 'p.yaml').plan).toEqual({
      mappings: 'shared',
      access: 'mapping',
      transfer: 'before_removal',
      transferPages: 4,
      hold: 'io',
    });
  });
});

describe('every problem at once, with its place', () => {
  test('of the header, the files and the operations together', () => {
    const text = `title: x
fact: [K1]
facts: [k2]
files:
  data: {size: 16p, written: 0..17p}
  9x: {size: 1}
processes: {app: {threads: [app, app]}}
ops:
  - {task: ap, op: mmap, file: dta, at: 100p, length: 16p}
  - {task: app, op: truncat, file: data, size: 0}
  - 17
expect_end: [{sizes: {dat: 1}}, {}]
`;
    expect(problemsOf(text)).toEqual([
      "s.yaml:2:1: unknown key 'fact'; did you mean 'facts'?",
      "s.yaml:3:9: facts[0] is 'k2'; a fact is K and a number, for example 'K34'",
      "s.yaml:6:3: '9x' is not a name; a name is a letter, then letters, digits, '_', '.' or '-'",
      "s.yaml:7:34: there are two tasks 'app'; operations name tasks, so each needs its own name",
      "s.yaml:9:12: there is no task 'ap'; did you mean 'app'?",
      "s.yaml:9:32: there is no file 'dta'; did you mean 'data'?",
      "s.yaml:10:21: ops[1].op is 'truncat', which is not an operation; did you mean 'truncate'?",
      's.yaml:11:5: ops[2] is 17; write a mapping (key: value)',
      's.yaml:12:33: expect_end[1]: an expectation that expects nothing; give sizes, blocks_freed_under_reference, counts, breaks or holds',
    ]);
  });

  test('of positions and ranges', () => {
    expect(
      problemsOfOps(
        'op: truncate, file: data, size: -1',
        'op: truncate, file: data, size: 0x8000000000000000',
        'op: punch, file: data, offset: 0x7fffffffffffffff, length: 1',
        'op: punch, file: data, offset: 0, length: 0',
        'op: load, at: 34359738366p, length: 2p',
        'op: load, at: 100, length: 1p',
      ),
    ).toEqual([
      expect.stringMatching(/^1:49: ops\[0\]\.size: -1 is below 0; /),
      expect.stringMatching(/^2:49: ops\[1\]\.size: 9223372036854775808 is above 2\^63-1; /),
      expect.stringMatching(/^3:76: offset \+ length is above 2\^63-1; /),
      '4:59: length is 0',
      expect.stringMatching(/^5:53: the range ends above the end of user addresses; /),
      expect.stringMatching(/^6:31: ops\[5\]\.at: 100 is not a whole number of pages; /),
    ]);
  });

  test('of keys and values of an operation', () => {
    expect(
      problemsOfOps(
        'op: punch, file: data, offset: 0',
        'op: fsync, file: data, lenght: 1',
        'op: mmap, file: data, at: 1p, length: 1p, shared: 1',
        'op: fsync, file: data, expect: {outcome: complete}',
        'op: fsync, file: data, expect: [{drivers: [gupp], waits: none}, {outcome: completed, errno: EIO}]',
        'op: fsync, file: data, expect: {outcom: never}',
        'op: fsync, file: data, expect: []',
      ),
    ).toEqual([
      '1:5: ops[0].length is missing',
      expect.stringMatching(/^2:40: unknown key 'lenght'; /),
      '3:67: ops[2].shared is 1; write true or false',
      "4:58: ops[3].expect.outcome is 'complete'; did you mean 'completed'?",
      "5:60: ops[4].expect[0].drivers[0]: 'gupp' is not a driver; did you mean 'gup'?",
      expect.stringMatching(/^5:81: ops\[4\]\.expect\[1\]: outcome 'completed' together with an errno; /),
      expect.stringMatching(/^6:48: ops\[5\]\.expect: an expectation that expects nothing; /),
      "6:49: unknown key 'outcom'; did you mean 'outcome'?",
      expect.stringMatching(/^7:48: ops\[6\]\.expect is empty; /),
    ]);
  });

  test('of files', () => {
    const text = `title: x
files:
  a: {size: 4p, written: 0..3p, unwritten: 2p..6p}
  b: {size: 4p, written: 0..5p}
  c: {exists: false, size: 1p}
  d: {written: 0..1p}
processes: {}
ops: [{task: app, op: fsync, file: a}]
`;
    expect(problemsOf(text)).toEqual([
      's.yaml:3:44: pages 2p..3p are given twice; a page is written or unwritten, once',
      expect.stringMatching(/^s\.yaml:4:26: written pages end at 5p, beyond the end of the file; /),
      expect.stringMatching(/^s\.yaml:5:6: a file that does not exist yet has a size or pages; /),
      expect.stringMatching(/^s\.yaml:6:6: size is missing; /),
      expect.stringMatching(/^s\.yaml:7:12: there is no process; /),
      "s.yaml:8:14: there is no task 'app'; none is declared",
    ]);
  });

  test.each([
    ['a list that does not end', 'a: [', /^s\.yaml:1:\d+: .+/],
    ['a key given twice', 'title: 1\ntitle: 2', /^s\.yaml:2:1: this key is given twice/],
    ['nothing but a comment', '# nothing\n', /^s\.yaml:1:1: the scenario is empty/],
    ['a list', '- 1', /^s\.yaml:1:1: the scenario is a list/],
    ['two documents', '---\na: 1\n---\nb: 2', /^s\.yaml:3:1: a second document starts here/],
    ['a tab', '\tx: 1', /^s\.yaml:1:1: tabs are not allowed/],
    ['an unknown tag', 'a: !foo 1', /^s\.yaml:1:4: Unresolved tag: !foo/],
  ])('of the text: %s', (_, text, message) => {
    expect(problemsOf(text)[0]).toMatch(message);
  });

  test('an alias that leads nowhere', () => {
    expect(() => parseScenario('title: *x', 's.yaml')).toThrow(/^s\.yaml: Unresolved alias/);
  });
});

describe('operations must be possible where they stand', () => {
  test.each([
    [
      'load of memory that is not mapped',
      ['op: load, at: 1p, length: 1p'],
      /^1:5: load: not all of 1p\.\.2p is mapped/,
    ],
    [
      'a mapping over another',
      ['op: mmap, file: data, at: 1p, length: 2p', 'op: mmap, file: data, at: 2p, length: 2p'],
      /^2:5: mmap: 2p\.\.4p overlaps a mapping/,
    ],
    [
      'memory after munmap',
      [
        'op: mmap, file: data, at: 1p, length: 4p',
        'op: munmap, at: 2p, length: 1p',
        'op: store, at: 1p, length: 4p',
      ],
      /^3:5: store: not all of 1p\.\.5p is mapped/,
    ],
    [
      'mremap onto another mapping',
      [
        'op: mmap, file: data, at: 1p, length: 1p',
        'op: mmap, file: data, at: 9p, length: 1p',
        'op: mremap, at: 1p, length: 1p, new_at: 8p, new_length: 2p',
      ],
      /^3:5: mremap: 8p\.\.10p overlaps a mapping/,
    ],
    [
      'attach of memory that is not mapped',
      ['op: attach, region: r, at: 1p, length: 1p'],
      /^1:5: attach: not all of 1p/,
    ],
    ['close of a file that is not open', ['op: close, file: data'], /^1:5: close: the file is not open/],
    [
      'a file that does not exist yet',
      ['op: fsync, file: new'],
      /^1:5: fsync: file 'new' does not exist yet/,
    ],
    ['a task after its exit', ['op: exit', 'op: fsync, file: data'], /^2:5: fsync: task 'app' has exited/],
    ['a signal to oneself', ['op: signal, to: app'], /^1:5: signal: a task cannot signal itself/],
  ])('%s', (_, ops, message) => {
    expect(problemsOfOps(...ops)).toEqual([expect.stringMatching(message)]);
  });

  const attached = ['op: mmap, file: data, at: 1p, length: 2p', 'op: attach, region: r, at: 1p, length: 2p'];
  test.each([
    [
      'dma on a region that was detached',
      ['op: detach, region: r', 'op: dma_read, region: r'],
      /^4:5: dma_read: region 'r' is not attached/,
    ],
    [
      'dma beyond the region',
      ['op: dma_read, region: r, at: 2p, length: 2p'],
      /^3:5: dma_read: 2p\.\.4p is not inside/,
    ],
    [
      'a fence no job waits for',
      ['op: signal_fence, region: r'],
      /^3:5: signal_fence: no job of the region waits/,
    ],
    [
      'a second attach of the region',
      ['op: attach, region: r, at: 1p, length: 1p'],
      /^3:5: attach: region 'r' is attached already/,
    ],
    [
      'a second detach',
      ['op: detach, region: r', 'op: detach, region: r'],
      /^4:5: detach: region 'r' is not attached/,
    ],
  ])('%s', (_, ops, message) => {
    expect(problemsOfOps(...attached, ...ops)).toEqual([expect.stringMatching(message)]);
  });

  test('dma on a region that no attach names', () => {
    expect(problemsOfOps('op: dma_read, region: r')).toEqual([
      "1:39: there is no region 'r'; none is declared",
    ]);
  });

  test('a device write where the device may only read', () => {
    const ops = [
      'op: mmap, file: data, at: 1p, length: 2p',
      'op: attach, region: r, at: 1p, length: 2p, writable: false',
    ];
    expect(problemsOfOps(...ops, 'op: dma_write, region: r')).toEqual([
      expect.stringMatching(/^3:5: dma_write: the device writes memory that was attached for reading/),
    ]);
  });

  test('processes have addresses of their own, threads share them, and exit takes them down', () => {
    const mmap = 'op: mmap, file: data, at: 1p, length: 2p}';
    const text = `${HEAD}  - {task: app, ${mmap}
  - {task: other, ${mmap}
  - {task: worker, op: load, at: 1p, length: 2p}
  - {task: app, op: exit}
  - {task: worker, op: load, at: 1p, length: 2p}
  - {task: worker, op: open, file: new}
  - {task: worker, op: close, file: new}
`;
    expect(problemsOf(text)).toEqual([]);
  });

  test('a plan beside device operations', () => {
    const text = `${HEAD}  - {task: app, op: mmap, file: data, at: 1p, length: 1p}
  - {task: app, op: attach, region: r, at: 1p, length: 1p}
plan: {hold: io}
`;
    expect(problemsOf(text)).toEqual([
      expect.stringMatching(/^s\.yaml:7:7: a device plan beside device operations/),
    ]);
  });
});

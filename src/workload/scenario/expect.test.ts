import { describe, expect, test } from 'vitest';
import { InputErrors } from '../input_error.ts';
import { parseScenario } from './scenario.ts';

const HEAD = `title: t
files: { data: { size: 8p } }
processes: { app: {} }
ops:
`;

function workload(op: string, end = '{ sizes: { data: 8p } }') {
  return parseScenario(`${HEAD}  - { task: app, ${op} }\nexpect_end: [${end}]\n`, 's.yaml');
}

function problems(op: string, end?: string): string[] {
  try {
    workload(op, end);
    return [];
  } catch (error) {
    if (error instanceof InputErrors) return error.message.split('\n');
    throw error;
  }
}

describe('an operation can be expected', () => {
  test('to do so much, to find this, and its transfer to end so', () => {
    const op =
      'op: fsync, file: data, expect: { counts: { CLEAR: 0, pages_flushed: 8 }, reads: zeros, transfer: EFAULT }';
    expect(workload(op).expect).toEqual([
      {
        op: 0,
        counts: new Map([
          ['CLEAR', 0],
          ['pages_flushed', 8],
        ]),
        reads: 'zeros',
        transfer: 'EFAULT',
      },
    ]);
  });

  test('to end with a signal', () => {
    expect(workload('op: fsync, file: data, expect: { errno: SIGBUS }').expect).toEqual([
      { op: 0, errno: 'SIGBUS' },
    ]);
  });

  test.each([
    ['counts: { CLAER: 1 }', /unknown key 'CLAER'; did you mean 'CLEAR'\?$/],
    ['counts: { CLEAR: -1 }', /CLEAR: -1 is not usable here; write a whole number from 0 /],
    ['reads: last_write', /reads is 'last_write'; did you mean 'last_written'\?$/],
    [
      'drivers: [gup]',
      /an expectation that expects nothing; give outcome, errno, waits, counts, reads or transfer$/,
    ],
  ])('but not by { %s }', (entry, message) => {
    expect(problems(`op: fsync, file: data, expect: { ${entry} }`)).toEqual([expect.stringMatching(message)]);
  });
});

describe('the end can be expected', () => {
  test('to have come to so much in all, with these invariants broken', () => {
    const { expectEnd } = workload('op: fsync, file: data', '{ counts: { retries: 2 }, breaks: [I3] }');
    expect(expectEnd).toEqual([{ counts: new Map([['retries', 2]]), breaks: ['I3'] }]);
  });

  test('but not by something that is no invariant', () => {
    expect(problems('op: fsync, file: data', '{ breaks: [K3] }')).toHaveLength(1);
  });
});

test('a transfer can be waited for', () => {
  const ops = [
    '{ task: app, op: mmap, file: data, at: 100p, length: 8p }',
    '{ task: app, op: attach, region: r, at: 100p, length: 8p }',
    '{ task: app, op: dma_read, region: r, wait: true }',
  ];
  const text = `${HEAD}${ops.map((op) => `  - ${op}\n`).join('')}`;
  expect(parseScenario(text, 's.yaml').ops.at(-1)?.op).toMatchObject({ kind: 'dma_read', wait: true });
});

import { describe, expect, test } from 'vitest';
import type { EndExpectation, Expectation } from '../workload/workload.ts';
import { compare } from './compare.ts';
import {
  attachedWorkload,
  DETACH,
  drivers,
  FIRST,
  inputOf,
  options,
  page,
  PUNCH,
} from './fixtures/conditions.ts';

function unmet(expect: Omit<Expectation, 'op'>[], expectEnd: EndExpectation[], driver = 'gup'): string[] {
  const workload = attachedWorkload(
    [
      ['other', PUNCH],
      ['app', DETACH],
    ],
    { expect: expect.map((each) => ({ op: FIRST, ...each })), expectEnd },
  );
  return compare(inputOf(workload), options({ drivers: drivers(driver) })).unmet;
}

describe('an operation', () => {
  test.each<Omit<Expectation, 'op'>>([
    { outcome: 'blocked' },
    { waits: 'reference' },
    { outcome: 'completed', drivers: ['hmm_mirror'] },
    { outcome: 'completed', memory: ['xfs_dax'] },
    { counts: new Map([['layout_waits', 1]]) },
    { counts: new Map([['CLEAR', 0]]), transfer: 'never' },
  ])('meets %j', (expectation) => {
    expect(unmet([expectation], [])).toEqual([]);
  });

  const place = 'by_hand:12: operation 2 (punch) under gup:';
  const got = 'got blocked (reference), completed';

  test.each<[Omit<Expectation, 'op'>, string]>([
    [{ outcome: 'completed' }, `${place} expected completed, ${got}`],
    [{ outcome: 'never' }, `${place} expected never, ${got}`],
    [{ outcome: 'failed' }, `${place} expected failed, ${got}`],
    [{ errno: 'EINTR' }, `${place} expected EINTR, ${got}`],
    [{ waits: 'none' }, `${place} expected no wait, ${got}`],
    [{ waits: 'cascade' }, `${place} expected a wait of class cascade, ${got}`],
    [{ outcome: 'completed', memory: ['ext4_dax'], drivers: ['gup'] }, `${place} expected completed, ${got}`],
    [{ counts: new Map([['layout_waits', 2]]) }, `${place} expected layout_waits 2, got 1`],
    [{ counts: new Map([['CLEAR', 1]]) }, `${place} expected CLEAR 1, got 0`],
    [{ reads: 'zeros' }, `${place} expected to read zeros, got nothing`],
    [{ transfer: 'EFAULT' }, `${place} expected transfer EFAULT, got never`],
  ])('does not meet %j', (expectation, sentence) => {
    expect(unmet([expectation], [])).toEqual([sentence]);
  });

  test('that was not blocked does not meet blocked', () => {
    expect(unmet([{ outcome: 'blocked' }], [], 'hmm_mirror')).toEqual([
      'by_hand:12: operation 2 (punch) under hmm_mirror: expected blocked, got waited (callback), completed',
    ]);
  });
});

describe('the end', () => {
  test('meets what it should', () => {
    const sizes = new Map([['data', page(16)]]);
    const counts = new Map([['pages_pinned', 16] as const]);
    expect(unmet([], [{ sizes, blocksFreedUnderReference: 'none', counts, breaks: ['I2'] }])).toEqual([]);
  });

  test('and says what it does not meet', () => {
    const sizes = new Map([['data', page(2, 1)]]);
    const counts = new Map([['pages_unpinned', 15] as const]);
    expect(unmet([], [{ sizes, blocksFreedUnderReference: 'some', counts, breaks: ['I1'] }])).toEqual([
      'by_hand at the end under gup: expected data to have 8193 bytes, got 65536',
      'by_hand at the end under gup: expected blocks freed under a reference, got 0',
      'by_hand at the end under gup: expected pages_unpinned 15, got 16',
      'by_hand at the end under gup: expected I1 broken, it held',
    ]);
  });
});

import { describe, expect, test } from 'vitest';
import { citationId, comparisonResultSchema } from '../report/index.ts';
import type { Operation } from '../workload/operation.ts';
import { DEFAULT_DEVICE_PLAN } from '../workload/device_plan.ts';
import { compare, type Findings } from './compare.ts';
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

const blockedPunch = attachedWorkload([
  ['other', PUNCH],
  ['app', DETACH],
]);

function certificatesOf(findings: Findings, driver: string, kind: string) {
  return findings.certificates.filter((each) => each.driver === driver && each.kind === kind);
}

describe('a punch of a file that is pinned, and of one that is mirrored', () => {
  const findings = compare(inputOf(blockedPunch), options());

  test('is a result by the published schema', () => {
    const parsed = comparisonResultSchema.safeParse({ ...findings, id: citationId(findings) });
    expect(parsed.error?.issues ?? []).toEqual([]);
    expect(findings.complete).toBe(true);
  });

  test('is blocked by the pin until the program detaches, and not by the mirror', () => {
    const { gup, hmm_mirror: mirror } = findings.drivers;
    expect(gup?.ops.punch).toMatchObject({ total: 1, blocked: 1, never: 0, waits: { reference: 1 } });
    expect(mirror?.ops.punch).toMatchObject({ total: 1, blocked: 0, never: 0, waits: { reference: 0 } });
    expect(mirror?.ops.punch?.waits.callback).toBeGreaterThan(0);
    expect(gup?.pages_held_max).toBe(16);
    expect(BigInt(gup?.page_ns_held ?? '0')).toBeGreaterThan(0n);
    expect(mirror).toMatchObject({ pages_held_max: 0, page_ns_held: '0' });
  });

  test('has a certificate that ends at user space', () => {
    expect(certificatesOf(findings, 'gup', 'punch')).toMatchObject([
      {
        task: 'other',
        op: FIRST,
        line: 12,
        file: 'data',
        class: 'reference',
        blocked: true,
        ended_by: 'user',
        count: 1,
      },
    ]);
    const chain = certificatesOf(findings, 'gup', 'punch')[0]?.chain ?? [];
    expect(chain.map(({ node }) => node)).toEqual(['task', 'page', 'pin', 'user']);
    expect(chain[2]?.text).toContain('held by gup for buffer');
  });

  test('counts callbacks as time of the caller, with the driver in the chain', () => {
    const [certificate] = certificatesOf(findings, 'hmm_mirror', 'punch');
    expect(certificate).toMatchObject({
      class: 'callback',
      blocked: false,
      ended_by: 'itself',
      file: 'data',
    });
    expect(certificate?.chain[1]).toEqual({
      node: 'callback',
      text: 'hmm_mirror invalidate must return first',
    });
    const stats = findings.drivers['hmm_mirror']?.ops.punch;
    expect(stats?.wait_ns.callback).toBeGreaterThanOrEqual(stats?.wait_ns_max ?? Infinity);
  });

  test('says what stands still behind it (K32)', () => {
    const [still, ...others] = findings.stood_still;
    expect(others).toEqual([]);
    expect(still).toMatchObject({ driver: 'gup', behind: 'punch', file: 'data', queued: {} });
    expect(still?.waited.map((each) => `${each.kind}: ${each.for}`)).toEqual([
      'read: i_rwsem',
      'write: i_rwsem',
      'truncate to the same size: i_rwsem',
      'alloc: i_rwsem',
      'punch of the last page: i_rwsem',
      'unlink: i_rwsem',
    ]);
    expect(still?.proceeded).toEqual(['fsync', 'open', 'close', 'mmap', 'page fault', 'munmap']);
  });

  test('is where the drivers part', () => {
    expect(findings.first_divergence).toEqual({
      op: FIRST,
      line: 12,
      kind: 'punch',
      task: 'other',
      what: 'whether it is blocked',
      drivers: { gup: 'blocked (reference), completed', hmm_mirror: 'waited (callback), completed' },
    });
  });

  test('breaks of the pin what a pin breaks by construction, and nothing of the mirror', () => {
    const verdict = (property: string, driver: string) =>
      findings.verdicts.find((each) => each.property === property && each.driver === driver);
    expect(verdict('punch_hole_never_blocked', 'gup')).toMatchObject({
      expected: 'breaks',
      got: 'broken',
      violations: 1,
    });
    expect(verdict('punch_hole_never_blocked', 'hmm_mirror')).toMatchObject({
      expected: 'holds',
      got: 'held',
    });
    expect(verdict('truncate_never_blocked', 'hmm_mirror')).toMatchObject({
      got: 'not_exercised',
      as_expected: true,
    });
    expect(findings.verdicts.filter((each) => !each.as_expected)).toEqual([]);
  });
});

test('a property is exercised by every kind that it speaks of', () => {
  const got = (op: Operation): unknown => {
    const { verdicts } = compare(inputOf(attachedWorkload([['other', op]])), options({ memory: 'xfs_dax' }));
    const ofMirror = verdicts.filter(({ driver }) => driver === 'hmm_mirror');
    return ofMirror.find(({ property }) => property === 'punch_hole_never_blocked')?.got;
  };
  const size = page(4);
  expect(got({ kind: 'reflink', file: 0, source: 0, start: page(0), end: size, at: page(8) })).toBe('held');
  expect(got({ kind: 'truncate', file: 0, size })).toBe('not_exercised');
});

test('a driver that breaks what it must hold is not as expected', () => {
  const [gup] = drivers('gup');
  if (gup === undefined) throw new Error('no gup');
  const honest = { ...gup, name: 'gup_that_claims_to_hold', breaks: [] };
  const { verdicts } = compare(inputOf(blockedPunch), options({ drivers: [honest] }));
  expect(verdicts.find(({ property }) => property === 'punch_hole_never_blocked')).toMatchObject({
    expected: 'holds',
    got: 'broken',
    as_expected: false,
  });
});

describe('what a blocked call leaves behind', () => {
  const queue = attachedWorkload([
    ['other', PUNCH],
    ['app', { kind: 'read', file: 0, start: page(0), end: page(1) }],
  ]);

  test('stays asleep, with the read that queues up behind it', () => {
    const findings = compare(inputOf(queue), options({ onBlock: 'stay', drivers: drivers('gup') }));
    expect(findings.drivers['gup']?.ops.punch).toMatchObject({
      blocked: 1,
      never: 1,
      wait_ns: { reference: 0 },
    });
    expect(findings.drivers['gup']?.ops.read).toMatchObject({ blocked: 1, never: 1, waits: { cascade: 1 } });
    expect(findings.certificates.map(({ kind, ended_by }) => [kind, ended_by])).toContainEqual([
      'punch',
      'never',
    ]);
    expect(findings.stood_still.find(({ behind }) => behind === 'punch')?.queued).toEqual({ read: 1 });
  });

  test('or ends when the driver is made to let go, and nobody queues', () => {
    const findings = compare(inputOf(queue), options({ onBlock: 'release', drivers: drivers('gup') }));
    expect(findings.drivers['gup']?.ops.punch).toMatchObject({ blocked: 1, never: 0 });
    expect(findings.drivers['gup']?.ops.read).toMatchObject({ blocked: 0, never: 0 });
    expect(certificatesOf(findings, 'gup', 'punch')).toMatchObject([{ ended_by: 'release' }]);
  });

  test('calls of a task that sleeps are not reached', () => {
    const twice = attachedWorkload([
      ['other', PUNCH],
      ['other', { kind: 'fsync', file: 0 }],
    ]);
    const findings = compare(inputOf(twice), options({ drivers: drivers('gup') }));
    expect(findings.drivers['gup']?.ops.fsync).toMatchObject({ total: 0, unreached: 1 });
  });
});

test('the same input gives the same bytes, in whatever order the drivers are named', () => {
  const text = (names: string[]): string =>
    JSON.stringify(compare(inputOf(blockedPunch), options({ drivers: drivers(...names) })));
  expect(text(['hmm_mirror', 'gup', 'none'])).toBe(text(['none', 'gup', 'hmm_mirror']));
});

describe('a log', () => {
  const log = attachedWorkload([['other', PUNCH]], {
    source: 'log',
    regions: [],
    ops: [
      {
        task: 0,
        line: 3,
        op: { kind: 'mmap', file: 0, from: 100, to: 116, pgoff: 0, shared: true, writable: true },
      },
      { task: 1, line: 5, op: PUNCH, logged: { errno: 'EOPNOTSUPP' } },
      { task: 1, line: 6, op: PUNCH, logged: {} },
      { task: 0, line: 7, op: { kind: 'munmap', from: 100, to: 116 }, logged: {} },
    ],
    notModelled: new Map([['mprotect', 2]]),
  });

  test('is given the default device plan, whose calls are counted too', () => {
    const findings = compare(inputOf(log), options({ onBlock: 'release' }));
    expect(findings.plan.hold).toBe(DEFAULT_DEVICE_PLAN.hold);
    expect(findings.drivers['gup']?.ops.attach?.total).toBeGreaterThan(0);
    expect(findings.drivers['gup']?.ops.punch).toMatchObject({ total: 2, blocked: 2, never: 0 });
    expect(findings.not_modelled).toEqual({ mprotect: 2 });
  });

  test('another hold changes who is blocked', () => {
    const findings = compare(
      inputOf(log),
      options({ onBlock: 'release', hold: 'io', drivers: drivers('gup') }),
    );
    expect(findings.plan.hold).toBe('io');
    expect(findings.drivers['gup']?.ops.punch?.blocked).toBe(0);
  });

  test('results that are not the log’s are counted by kind', () => {
    const { log_divergences: found } = compare(
      inputOf(log),
      options({ onBlock: 'release', drivers: drivers('none') }),
    );
    expect(found).toEqual([
      { driver: 'none', kind: 'punch', logged: 'EOPNOTSUPP', modelled: 'success', count: 1, first_line: 5 },
    ]);
  });

  test('a refused driver says so', () => {
    const findings = compare(inputOf(log), options({ drivers: drivers('gup_longterm') }));
    expect(Object.keys(findings.drivers['gup_longterm']?.refusals ?? {})).toEqual(['EOPNOTSUPP']);
  });
});

test('a hold beside device operations of the workload is refused', () => {
  expect(() => compare(inputOf(blockedPunch), options({ hold: 'never' }))).toThrow(
    /no device plan to change/,
  );
});

test('two drivers of one name are refused', () => {
  expect(() => compare(inputOf(blockedPunch), options({ drivers: drivers('gup', 'gup') }))).toThrow(
    /called 'gup'/,
  );
});

test('a comparison that is stopped says that it is not complete', () => {
  const findings = compare(inputOf(blockedPunch), options({ signal: { aborted: true } }));
  expect(findings.complete).toBe(false);
});

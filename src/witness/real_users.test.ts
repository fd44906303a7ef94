import { describe, expect, test } from 'vitest';
import { committedObservation, observedKernels } from './observations.ts';
import {
  committedRealUsers,
  parseRealUsers,
  REAL_USERS,
  USER_MEMORIES,
  USER_OPERATIONS,
  userCells,
} from './real_users.ts';
import { assembleStaged, stagedJson } from './staged_scene.ts';

const LINES = [
  ...['scene vmsplice:punch ext4_dax', 'saw attach accepted', 'saw outcome blocked'],
  ...['saw outcome_waits S ext4_break_layouts', 'saw cpu_reads f0 f1', 'saw after_release completed'],
  ...['saw user read of the pipe: 32768', 'saw user_has f4 f5', 'saw file_reads -', 'end'],
  ...['scene rdma_mr:punch ext4_dax', 'saw attach refused EOPNOTSUPP'],
  ...['saw on_anonymous_memory accepted', 'end'],
];

test('lines of the guest become cells', () => {
  expect(userCells(assembleStaged(LINES, ''))).toMatchObject([
    {
      ...{ user: 'vmsplice', memory: 'ext4_dax', op: 'punch', attach: 'accepted', attach_detail: null },
      ...{ outcome: 'blocked', state: 'S', sleeps_in: 'ext4_break_layouts', after_release: 'completed' },
      ...{ user_result: 'read of the pipe: 32768', user_has: ['f4', 'f5'], file_reads: [] },
    },
    {
      ...{ user: 'rdma_mr', attach: 'refused', attach_detail: 'EOPNOTSUPP' },
      ...{ on_anonymous_memory: 'accepted', outcome: null, state: null, cpu_reads: [] },
    },
  ]);
  const silent = assembleStaged(['scene kvm:punch ext4_dax', 'end'], '');
  expect(() => userCells(silent)).toThrow(/does not say whether the user was let in/);
});

describe.each(observedKernels())('%s', (kernel) => {
  const observation = committedRealUsers(kernel);
  const cells = userCells(observation);

  test('is a document that reads back, with every cell once', () => {
    expect(parseRealUsers(stagedJson(observation), 'here')).toEqual(observation);
    expect(observation.kernel.release).toMatch(new RegExp(`^${kernel.slice('linux-'.length)}\\.`));
    const wanted = REAL_USERS.flatMap(({ name }) =>
      USER_MEMORIES.flatMap((memory) => USER_OPERATIONS.map((op) => `${name} ${memory} ${op}`)),
    );
    expect(cells.map(({ user, memory, op }) => `${user} ${memory} ${op}`)).toEqual(wanted);
  });

  test('long-term users are refused on DAX, and let in elsewhere', () => {
    for (const cell of cells) {
      const longterm =
        REAL_USERS.find(({ name }) => name === cell.user)?.flags?.includes('LONGTERM') ?? false;
      expect(cell.attach, JSON.stringify(cell)).toBe(longterm ? 'refused' : 'accepted');
      expect(cell.attach_detail).toBe(longterm ? 'EOPNOTSUPP' : null);
      expect(cell.on_anonymous_memory).toBe(longterm ? 'accepted' : null);
    }
  });

  test('who holds a page makes the operation wait where a pin of the probe does', () => {
    const pinned = committedObservation(kernel).cells.filter(({ driver }) => driver === 'gup');
    for (const cell of cells.filter(({ attach }) => attach === 'accepted')) {
      const holds = REAL_USERS.find(({ name }) => name === cell.user)?.flags !== null;
      const pin = pinned.find(({ memory, op }) => memory === cell.memory && op === cell.op);
      expect(cell.outcome, JSON.stringify(cell)).toBe(holds ? pin?.outcome : 'completed');
      expect(cell.sleeps_in).toBe(holds ? pin?.sleeps_in : null);
    }
  });

  test('every wait ends with its reason, but those for direct I/O in 6.1', () => {
    for (const cell of cells.filter(({ outcome }) => outcome === 'blocked')) {
      const direct =
        REAL_USERS.find(({ name }) => name === cell.user)?.flags?.startsWith('FOLL_GET;') ?? false;
      const forgotten = direct && kernel === 'linux-6.1';
      expect(cell.after_release, JSON.stringify(cell)).toBe(forgotten ? 'blocked' : 'completed');
      expect(cell.after_another_reference).toBe(forgotten ? 'completed' : null);
    }
  });
});

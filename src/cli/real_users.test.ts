import { expect, test } from 'vitest';
import { matrix } from '../compare/matrix/index.ts';
import { BUILTIN_2026 } from '../costs/index.ts';
import { driverNamed } from '../drivers/index.ts';
import {
  committedRealUsers,
  observedKernels,
  USER_MEMORIES,
  USER_OPERATIONS,
  userCells,
} from '../witness/index.ts';

/** Users that hold pages in the way of a driver of the model. */
const LIKE: Readonly<Record<string, string>> = {
  vmsplice: 'get',
  direct_read: 'gup',
  direct_write: 'gup',
  aio_read: 'gup',
  uring_read: 'gup',
  process_vm_writev: 'gup',
  process_vm_readv: 'gup',
  uring_fixed: 'gup_longterm',
  af_xdp: 'gup_longterm',
  rdma_mr: 'gup_longterm',
  kvm: 'notifier',
};

test.each(observedKernels())('%s: what meets a real user is what the model says of its kind', (kernel) => {
  const drivers = [...new Set(Object.values(LIKE))].flatMap((name) => driverNamed(name) ?? []);
  const { cells } = matrix({
    ...{ kernel, memories: USER_MEMORIES, drivers: drivers },
    ...{ operations: USER_OPERATIONS, costTable: BUILTIN_2026, seed: 1 },
    ...{ signal: { aborted: false }, onProgress: () => undefined },
  });
  const asked = userCells(committedRealUsers(kernel)).filter(({ user }) => user in LIKE);
  expect(asked).toHaveLength(Object.keys(LIKE).length * USER_MEMORIES.length * USER_OPERATIONS.length);
  for (const { user, memory, op, attach, attach_detail, outcome, sleeps_in } of asked) {
    const model = cells.find(
      (cell) => cell.driver === LIKE[user] && cell.memory === memory && cell.op === op,
    );
    const seen = attach === 'refused' ? [attach, attach_detail, null] : [outcome, null, sleeps_in];
    expect(seen, `${user} ${memory} ${op}`).toEqual([model?.outcome, model?.errno, model?.sleeps_in]);
  }
});

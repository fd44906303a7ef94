import { expect, test } from 'vitest';
import { DRIVERS } from '../drivers/index.ts';
import { INVARIANTS } from '../invariants/index.ts';
import { MUTANTS } from './index.ts';

test('every invariant can fail: a planted fault, or a driver by construction, breaks it', () => {
  const broken = new Set([
    ...MUTANTS.flatMap(({ breaks }) => breaks),
    ...DRIVERS.flatMap(({ breaks }) => breaks.map(({ invariant }) => invariant)),
  ]);
  expect(INVARIANTS.map(({ id }) => id).filter((id) => !broken.has(id))).toEqual([]);
});

test('mutants have names of their own', () => {
  expect(new Set(MUTANTS.map(({ name }) => name)).size).toBe(MUTANTS.length);
});

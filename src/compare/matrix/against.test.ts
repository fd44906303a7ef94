import { describe, expect, test } from 'vitest';
import { against, COMPARED_FIELDS } from './against.ts';
import type { Cell } from './cell.ts';
import type { ObservedCell } from './observed_cells.ts';

const COMPLETED: Cell = {
  ...{ kernel: 'linux-6.1', memory: 'ext4_dax', driver: 'hmm_mirror', op: 'punch' },
  ...{ outcome: 'completed', errno: null, sleeps_in: null },
  ...{ interruptible: null, interrupt_errno: null, killable: null },
  ...{ size_bytes: 65536, blocks: 64, events: { CLEAR: 2, PROTECTION_PAGE: 8 }, entries_cleared: 8 },
  ...{ cpu_reads: ['0'], device_reads: ['0'], file_reads: ['0'], after_release: null },
};
const BLOCKED: Cell = {
  ...COMPLETED,
  ...{ driver: 'gup', outcome: 'blocked', sleeps_in: 'ext4_break_layouts' },
  ...{ interruptible: true, interrupt_errno: 'EINTR', killable: true, events: {}, entries_cleared: 0 },
  after_release: { outcome: 'completed', errno: null, size_bytes: 65536, blocks: 64 },
};

const compare = (observed: readonly ObservedCell[], rules: Parameters<typeof against>[1] = []) =>
  against(
    {
      kernel: 'linux-6.1',
      complete: true,
      model: [COMPLETED, BLOCKED],
      observed,
      observedRelease: '6.1.0-test',
    },
    rules,
  );

const seen = (cell: Cell, changes: Partial<Cell> = {}): ObservedCell =>
  JSON.parse(JSON.stringify({ ...cell, ...changes })) as ObservedCell;

describe('a real kernel against the model', () => {
  test('the same cells agree in every field, in whatever order events were counted', () => {
    const result = compare([
      seen(COMPLETED, { events: { PROTECTION_PAGE: 8, CLEAR: 2, UNMAP: 0 } }),
      seen(BLOCKED),
    ]);
    expect(result).toMatchObject({ cells: 2, disagree: [], tolerated: [] });
    // Events of a cell that did not complete are not compared.
    expect(result.fields).toBe(2 * COMPARED_FIELDS.length - 2);
    expect(result.agree).toBe(result.fields);
  });

  test.each<[keyof Cell, Partial<Cell>]>([
    ['outcome', { outcome: 'failed' }],
    ['errno', { errno: 'EINTR' }],
    ['size_bytes', { size_bytes: 4096 }],
    ['blocks', { blocks: 128 }],
    ['events', { events: { CLEAR: 1, PROTECTION_PAGE: 8 } }],
    ['entries_cleared', { entries_cleared: 7 }],
    ['cpu_reads', { cpu_reads: ['f0'] }],
    ['device_reads', { device_reads: ['EFAULT'] }],
    ['file_reads', { file_reads: ['f0'] }],
  ])('another %s is named', (field, changes) => {
    const { disagree } = compare([seen(COMPLETED, changes), seen(BLOCKED)]);
    expect(disagree.map((each) => each.field)).toContain(field);
    expect(new Set(disagree.map(({ driver, op }) => `${driver} ${op}`))).toEqual(
      new Set(['hmm_mirror punch']),
    );
  });

  test.each<[keyof Cell, Partial<Cell>]>([
    ['sleeps_in', { sleeps_in: 'ext4_wait_dax_page' }],
    ['interruptible', { interruptible: false }],
    ['interrupt_errno', { interrupt_errno: 'EAGAIN' }],
    ['killable', { killable: false }],
    ['after_release', { after_release: null }],
  ])('another %s of a wait is named', (field, changes) => {
    const { disagree } = compare([seen(COMPLETED), seen(BLOCKED, changes)]);
    expect(disagree.map((each) => [each.driver, each.field])).toEqual([['gup', field]]);
  });

  test('of what a release left only what was noted is compared', () => {
    const left = (noted: ObservedCell['after_release']): ObservedCell => ({
      ...seen(BLOCKED),
      after_release: noted,
    });
    expect(compare([left({ outcome: 'completed' })]).disagree).toEqual([]);
    expect(compare([left({ outcome: 'failed' })]).disagree).toMatchObject([{ field: 'after_release' }]);
  });

  test('events of a cell that is blocked may differ', () => {
    expect(compare([seen(COMPLETED), seen(BLOCKED, { events: { CLEAR: 5 } })]).disagree).toEqual([]);
  });

  test('a rule lets its own difference pass, with its reason, and no other', () => {
    const observed = [seen(COMPLETED, { blocks: 72 }), seen(BLOCKED, { blocks: 72 })];
    const result = compare(observed, [{ driver: 'gup', field: 'blocks', reason: 'an index block' }]);
    expect(result.tolerated).toMatchObject([
      { driver: 'gup', model: '64', observed: '72', reason: 'an index block' },
    ]);
    expect(result.disagree).toMatchObject([{ driver: 'hmm_mirror', field: 'blocks' }]);
  });

  test('cells of one side are counted by memory and driver, absent fields not at all', () => {
    const { kernel, memory, driver, op, outcome } = COMPLETED;
    const result = compare([{ kernel, memory, driver, op, outcome }, seen(BLOCKED, { memory: 'xfs' })]);
    expect(result).toMatchObject({
      ...{ cells: 1, fields: 1, agree: 1 },
      only_in_model: [{ memory: 'ext4_dax', driver: 'gup', cells: 1 }],
      only_observed: [{ memory: 'xfs', driver: 'gup', cells: 1 }],
    });
  });
});

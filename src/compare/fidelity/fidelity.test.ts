import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { INVARIANTS } from '../../invariants/index.ts';
import { MECHANISMS } from '../../kernel/facts/mechanisms/index.ts';
import { RELEASES } from '../../kernel/release/releases.ts';
import { ALL_MUTANTS } from '../../mutants/index.ts';
import { CELL_OPERATION_IDS } from '../matrix/index.ts';
import { modelPaths } from './coverage.ts';
import type { Evidence } from './evidence.ts';
import { fidelityGaps, fidelityRows, type FidelityRow } from './fidelity.ts';
import { propertyOf } from './property_files.ts';

const TOP = new URL('../../../', import.meta.url);

/** The published table; reports.test.ts holds it against what the code gives now. */
const { fidelity, kernels } = JSON.parse(
  readFileSync(new URL('reports/real-kernel/report.json', TOP), 'utf8'),
) as Evidence;

/** Paths of the model, as they are now, on every release. */
const PATHS = [...new Set(RELEASES.flatMap(({ name }) => modelPaths(name).map((path) => path.name)))];

describe('the fidelity table', () => {
  test('has a mechanism for each path, and a witness or a reason for each mechanism', () => {
    expect(PATHS.length).toBeGreaterThan(150);
    expect(fidelityGaps(fidelity, PATHS)).toEqual([]);
  });

  test('is of the mechanisms of today, each under its own name', () => {
    expect(fidelity.map(({ name, paths }) => ({ name, paths }))).toEqual(
      MECHANISMS.map(({ name, paths }) => ({ name, paths })),
    );
    expect(new Set(MECHANISMS.map(({ name }) => name)).size).toBe(MECHANISMS.length);
  });

  test('names cells that were seen', () => {
    const seen = kernels.flatMap(({ name, agreement }) =>
      agreement.map((each) => ({ kernel: name, ...each })),
    );
    for (const { name, cells } of fidelity) {
      for (const memory of cells.memories)
        expect(
          seen.map((each) => each.memory),
          name,
        ).toContain(memory);
      for (const driver of cells.drivers)
        expect(
          seen.map((each) => each.driver),
          name,
        ).toContain(driver);
      for (const op of cells.operations) expect(CELL_OPERATION_IDS, name).toContain(op);
    }
  });

  test('names files that there are: properties, tests in reasons, sources of the probe', () => {
    const named = fidelity.flatMap(({ faults, reason, symbols }) => [
      ...faults.flatMap(({ properties }) => properties),
      ...((reason ?? '').match(/(?:src|properties)\/[\w/]+\.test\.ts/g) ?? []),
      ...symbols.filter((symbol) => symbol.startsWith('src/')),
    ]);
    expect(named.length).toBeGreaterThan(20);
    expect(named.filter((file) => !existsSync(new URL(file, TOP)))).toEqual([]);
  });
});

describe('properties', () => {
  test('each planted fault is found by files that ask for what it breaks', () => {
    for (const { breaks } of ALL_MUTANTS) {
      for (const id of breaks) {
        const text = readFileSync(new URL(propertyOf(id), TOP), 'utf8');
        expect(text.includes(`'${id}'`) || text.includes('mutant.breaks'), id).toBe(true);
      }
    }
    for (const { id } of INVARIANTS) expect(existsSync(new URL(propertyOf(id), TOP)), id).toBe(true);
    expect(() => propertyOf('I99')).toThrow(/I99/);
  });
});

describe('a gap is', () => {
  const cells = {
    count: 2,
    kernels: ['linux-6.1'],
    memories: ['xfs'],
    drivers: ['gup'],
    operations: ['punch'],
  };
  const row: FidelityRow = {
    ...{ name: 'a', symbols: ['mm/a.c:a'], paths: ['a1', 'a2'], modelled: 'so', simplified: 'this' },
    ...{ left_out: [], facts: [], rules: [], cells, faults: [], unwitnessed: [], reason: null },
  };

  test.each<[string, Partial<FidelityRow>, readonly string[], string[]]>([
    ['nothing when all is held', {}, ['a1', 'a2'], []],
    ['a path that no mechanism names', {}, ['a1', 'a2', 'b'], ['b: no mechanism names this path']],
    ['a path that is gone', {}, ['a1'], ['a: there is no path a2']],
    [
      'a path that nothing holds, without a reason',
      { unwitnessed: ['a2'] },
      ['a1', 'a2'],
      ['a: neither a cell nor a planted fault holds a2, and no reason is given'],
    ],
    ['not one with a reason', { unwitnessed: ['a2'], reason: 'planned' }, ['a1', 'a2'], []],
    [
      'a reason that is not needed any more',
      { reason: 'planned' },
      ['a1', 'a2'],
      ['a: it gives a reason for having no witness, and has one for each path'],
    ],
  ])('%s', (_, changes, paths, expected) => {
    expect(fidelityGaps([{ ...row, ...changes }], paths)).toEqual(expected);
  });
});

test('a row is held by cells that were seen, and by faults in its paths', () => {
  const place = { kernel: 'linux-6.1', memory: 'ext4_dax', driver: 'gup', op: 'punch' };
  const unseen = { ...place, driver: 'list_notifier' };
  const result = {
    schema: 'gup-vs-hmm/matrix/1',
    model_revision: 1,
    kernel: 'linux-6.1',
    complete: true,
    cells: [],
  } as const;
  const cellsOf = new Map([
    ['dax_layout_busy_page', [place, unseen]],
    ['ext4_break_layouts', [place]],
  ]);
  const mechanism = {
    ...{ name: 'break', symbols: [], modelled: '', simplified: '' },
    paths: ['dax_layout_busy_page', 'ext4_break_layouts', 'thaw_super'],
  };
  const [row] = fidelityRows([{ result, cellsOf }], ({ driver }) => driver === 'gup', [mechanism]);
  expect(row?.cells).toMatchObject({ count: 1, drivers: ['gup'], operations: ['punch'] });
  expect(row?.unwitnessed).toEqual(['thaw_super']);
  expect(row?.facts).toContain('K31');
  expect(row?.faults).toContainEqual({ fault: 'ranged_layout_break', properties: [] });
  expect(row?.faults).toContainEqual({
    fault: 'no_layout_wait',
    properties: ['properties/i1_no_access_after_free.test.ts'],
  });
});

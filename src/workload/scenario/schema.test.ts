import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { OPERATION_KINDS } from '../operation.ts';
import { operationSchema } from './operation_schema.ts';
import { SCENARIO_JSON_SCHEMA } from './schema.ts';

const validate = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(SCENARIO_JSON_SCHEMA);

const scenario = (op: object): object => ({
  title: 'one operation',
  files: { data: { size: '16p', written: '0..16p' } },
  processes: { app: {} },
  ops: [{ task: 'app', ...op }],
});

describe('the published JSON Schema', () => {
  test('is the one that the parser has; to rewrite the file, run this test with -u', async () => {
    await expect(`${JSON.stringify(SCENARIO_JSON_SCHEMA, undefined, 2)}\n`).toMatchFileSnapshot(
      'scenario.schema.json',
    );
  });

  test('knows every operation kind of a workload and no other', () => {
    const kinds = operationSchema.options.flatMap(({ shape }) =>
      shape.op.def.type === 'enum' ? Object.values(shape.op.def.entries) : shape.op.def.values,
    );
    expect(kinds.toSorted()).toEqual([...OPERATION_KINDS].toSorted());
  });

  test('accepts what scenarios say', () => {
    expect(
      validate(scenario({ op: 'truncate', file: 'data', size: 0 })),
      JSON.stringify(validate.errors),
    ).toBe(true);
    const expectations = [{ outcome: 'blocked', drivers: ['gup', './mine.ts'] }, { outcome: 'completed' }];
    const attach = { op: 'attach', region: 'r', at: '100p', length: '4p', expect: expectations };
    expect(validate(scenario(attach)), JSON.stringify(validate.errors)).toBe(true);
  });

  test.each([
    ['an unknown key', { op: 'fsync', file: 'data', fil: 1 }],
    ['an unknown operation', { op: 'truncat', file: 'data', size: 0 }],
    ['a missing key', { op: 'truncate', file: 'data' }],
    ['a negative position', { op: 'truncate', file: 'data', size: -1 }],
    ['an unknown unit', { op: 'truncate', file: 'data', size: '4k' }],
    ['an unknown driver', { op: 'fsync', file: 'data', expect: { outcome: 'never', drivers: ['gupp'] } }],
    ['part of a page as an address', { op: 'load', at: 100, length: '1p' }],
  ])('refuses %s', (_, op) => {
    expect(validate(scenario(op))).toBe(false);
  });
});

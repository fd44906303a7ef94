import { Ajv2020 } from 'ajv/dist/2020.js';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { exampleResult } from './fixtures/example_result.ts';
import { expectCommitted } from './fixtures/golden.ts';
import { compareJsonSchema, comparisonResultSchema, SCHEMA_IS_INTERFACE } from './schema.ts';

const COMMITTED = new URL('./compare.schema.json', import.meta.url);

test('the schema and the interface are the same type', () => {
  expect(SCHEMA_IS_INTERFACE).toBe(true);
});

test('the committed JSON Schema is the generated one', () => {
  expectCommitted(COMMITTED, compareJsonSchema());
});

describe('zod and the committed JSON Schema agree', () => {
  const example = exampleResult();

  const cases: [string, unknown, boolean][] = [
    ['the example', example, true],
    ['an unknown field', { ...example, mood: 'good' }, false],
    ['a missing field', { ...example, seed: undefined }, false],
    ['a fraction', { ...example, seed: 0.5 }, false],
    ['a negative count', { ...example, model_revision: -1 }, false],
    [
      'an unknown operation',
      { ...example, drivers: { gup: { ...example.drivers['gup'], ops: { shred: {} } } } },
      false,
    ],
    ['another schema name', { ...example, schema: 'gup-vs-hmm/compare/2' }, false],
    ['a short id', { ...example, id: 'gvh1-123' }, false],
  ];
  test.each(cases)('%s', (_, value, valid) => {
    const json: unknown = JSON.parse(JSON.stringify(value));
    const schema = JSON.parse(readFileSync(COMMITTED, 'utf8')) as Record<string, unknown>;
    const validate = new Ajv2020({ strict: true }).compile(schema);
    expect(comparisonResultSchema.safeParse(json).success).toBe(valid);
    expect(validate(json)).toBe(valid);
  });
});

import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalJson, CanonicalError, citationId } from './canonical.ts';
import { exampleResult } from './fixtures/example_result.ts';

describe('canonicalJson', () => {
  test('sorts keys by code unit and writes no spaces', () => {
    expect(canonicalJson({ b: [1, null, true], a: { é: 'x\n', Z: -2, z: '' } })).toBe(
      '{"a":{"Z":-2,"z":"","é":"x\\n"},"b":[1,null,true]}',
    );
  });

  test.each<[string, unknown, string]>([
    ['a fraction', { a: { b: 1.5 } }, 'a.b'],
    ['an unsafe integer', { a: [0, Number.MAX_SAFE_INTEGER + 1] }, 'a[1]'],
    ['undefined', { a: [undefined] }, 'a[0]'],
    ['a hole', { a: [, 1] }, 'a[0]'],
    ['a date', { when: new Date(0) }, 'when'],
    ['a map', { m: new Map() }, 'm'],
    ['a bigint', { n: 1n }, 'n'],
    ['a function', { f: () => 1 }, 'f'],
    ['not a number', Number.NaN, ''],
  ])('rejects %s with its path', (_, value, path) => {
    let caught: unknown;
    try {
      canonicalJson(value);
    } catch (error) {
      caught = error;
    }
    expect(caught).toBeInstanceOf(CanonicalError);
    expect((caught as CanonicalError).path).toBe(path);
  });

  test('rejects what contains itself, but not the same object twice', () => {
    const loop: Record<string, unknown> = {};
    loop['again'] = loop;
    expect(() => canonicalJson(loop)).toThrow('again: contains itself');
    const shared = { x: 1 };
    expect(canonicalJson([shared, shared])).toBe('[{"x":1},{"x":1}]');
  });

  test('is JSON of the same value, whatever the order of keys', () => {
    const scalars = [fc.maxSafeInteger(), fc.string({ unit: 'binary' }), fc.boolean(), fc.constant(null)];
    const value = fc.object({ values: scalars, key: fc.string({ unit: 'binary' }), maxDepth: 3 });
    fc.assert(
      fc.property(value, (json) => {
        const text = canonicalJson(json);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(json)));
        expect(canonicalJson(reversed(json))).toBe(text);
      }),
    );
  });
});

function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, member]) => [key, reversed(member)]),
  );
}

describe('citationId', () => {
  test('does not depend on id, reproduce or key order', () => {
    const result = exampleResult();
    expect(result.id).toMatch(/^gvh1-[0-9a-f]{12}$/);
    expect(citationId({ ...result, id: 'x' } as typeof result)).toBe(result.id);
    expect(citationId({ ...result, reproduce: 'another command' } as typeof result)).toBe(result.id);
    expect(citationId(reversed(result) as typeof result)).toBe(result.id);
  });

  test('depends on everything else', () => {
    const result = exampleResult();
    const ids = [
      exampleResult({ complete: false }).id,
      exampleResult({ model_revision: 2 }).id,
      exampleResult({ certificates: result.certificates.slice(1) }).id,
      exampleResult({ not_modelled: { mprotect: 62, copy_file_range: 13 } }).id,
    ];
    expect(new Set([result.id, ...ids]).size).toBe(5);
  });

  test('is the sha256 that other tools compute', () => {
    // printf '{"seed":42}' | sha256sum
    expect(citationId({ seed: 42, id: 'x' } as unknown as ReturnType<typeof exampleResult>)).toBe(
      'gvh1-2a6d2033c7eb',
    );
  });
});

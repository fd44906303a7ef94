/** Which keys the published schema knows at a place in a scenario file. */
import { SCENARIO_JSON_SCHEMA } from './schema.ts';
import type { DocumentPath } from './trouble.ts';

type Json = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function member(schema: Json, key: string): Json {
  const value = schema[key];
  return isObject(value) ? value : {};
}

function resolved(schema: Json): Json {
  const reference = schema['$ref'];
  if (typeof reference !== 'string') return schema;
  return member(member(SCENARIO_JSON_SCHEMA, '$defs'), reference.slice('#/$defs/'.length));
}

function allowsOperation(schema: Json, op: unknown): boolean {
  const tag = member(member(schema, 'properties'), 'op');
  const names = Array.isArray(tag['enum']) ? tag['enum'] : [tag['const']];
  return names.includes(op);
}

/** The alternative that a value is an instance of, judged by its type or its `op`. */
function alternativeFor(schema: Json, value: unknown): Json {
  const anyOf = schema['anyOf'];
  const oneOf = schema['oneOf'];
  if (Array.isArray(oneOf) && isObject(value)) {
    return oneOf.filter(isObject).find((option) => allowsOperation(option, value['op'])) ?? {};
  }
  if (Array.isArray(anyOf)) {
    const type = Array.isArray(value) ? 'array' : 'object';
    return (
      anyOf
        .filter(isObject)
        .map(resolved)
        .find((option) => option['type'] === type) ?? {}
    );
  }
  return schema;
}

/** Keys of the mapping at `path` of the document `root`. */
export function knownKeys(root: unknown, path: DocumentPath): string[] {
  let value = root;
  let schema = alternativeFor(SCENARIO_JSON_SCHEMA, value);
  for (const step of path) {
    value = typeof value === 'object' && value !== null ? Reflect.get(value, step) : undefined;
    const properties = member(schema, 'properties');
    const next =
      typeof step === 'number'
        ? member(schema, 'items')
        : (properties[String(step)] ?? member(schema, 'additionalProperties'));
    schema = alternativeFor(resolved(isObject(next) ? next : {}), value);
  }
  return Object.keys(member(schema, 'properties'));
}

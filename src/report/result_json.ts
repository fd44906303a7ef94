/** The result itself as JSON text: two spaces, one key order whatever order the object was built in. */
import { z } from 'zod';
import type { ComparisonResult } from '../compare/result.ts';
import { driverNames } from './driver_order.ts';
import { comparisonResultSchema } from './schema.ts';

/**
 * Fields in the order of the schema, `schema` and `model_revision` first; members of records by name, drivers in
 * the order of reports. Ends with a line feed.
 */
export function resultJson(result: ComparisonResult): string {
  const ordered = inSchemaOrder(comparisonResultSchema, result);
  const drivers = inSchemaOrder(comparisonResultSchema.shape.drivers, result.drivers, driverNames(result));
  return `${JSON.stringify({ ...(ordered as object), drivers }, null, 2)}\n`;
}

function inSchemaOrder(schema: unknown, value: unknown, names?: readonly string[]): unknown {
  if (schema instanceof z.ZodNullable) return inSchemaOrder(schema.unwrap(), value);
  if (Array.isArray(value)) {
    const element = schema instanceof z.ZodArray ? schema.element : undefined;
    return value.map((item) => inSchemaOrder(element, item));
  }
  if (typeof value !== 'object' || value === null) return value;
  const members = new Map<string, unknown>(Object.entries(value));
  const shape: Record<string, unknown> = schema instanceof z.ZodObject ? schema.shape : {};
  const memberType = schema instanceof z.ZodRecord ? schema.valueType : undefined;
  const keys = names ?? [
    ...Object.keys(shape),
    ...[...members.keys()].filter((key) => !Object.hasOwn(shape, key)).sort(),
  ];
  // Object.fromEntries defines members, so that a file named __proto__ is one of them
  return Object.fromEntries(
    keys
      .filter((key) => members.has(key))
      .map((key) => [
        key,
        inSchemaOrder(Object.hasOwn(shape, key) ? shape[key] : memberType, members.get(key)),
      ]),
  );
}

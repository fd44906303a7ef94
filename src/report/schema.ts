/**
 * The published form of a comparison result: one strict schema, checked against the interface at compile time.
 *
 * `compare.schema.json` beside this file is generated from it (`gup-vs-hmm schema compare`); a test keeps the
 * two equal. Additions keep the schema name, changes need a new one.
 */
import { z } from 'zod';
import { WAIT_CLASSES, type ComparisonResult } from '../compare/result.ts';
import { OPERATION_KINDS } from '../workload/operation.ts';

const count = z.int().nonnegative();
const counts = z.record(z.string(), count);
const line = z.int().positive().nullable();
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const kind = z.enum(OPERATION_KINDS);
const waitClass = z.enum(WAIT_CLASSES);
const grade = z.enum(['exhausted', 'bounded', 'sampled', 'witnessed', 'replayed']);

const waitNs = z.strictObject({
  reference: count,
  fault_lock: count,
  callback: count,
  cascade: count,
  lock: count,
  freeze: count.default(0),
});

const operationStats = z.strictObject({
  total: count,
  blocked: count,
  never: count,
  unreached: count,
  refused: counts,
  wait_ns: waitNs,
  wait_ns_max: count,
  waits: waitNs,
});

const chainLink = z.strictObject({
  node: z.enum(['task', 'lock', 'entry', 'page', 'sequence', 'callback', 'pin', 'dma', 'user']),
  text: z.string(),
});

const certificate = z.strictObject({
  driver: z.string(),
  task: z.string(),
  op: count,
  line,
  kind,
  file: z.string(),
  class: waitClass,
  blocked: z.boolean(),
  wait_ns: count,
  chain: z.array(chainLink),
  ended_by: z.enum(['release', 'signal', 'user', 'itself', 'never']),
  count,
});

const stoodStill = z.strictObject({
  driver: z.string(),
  behind: kind,
  file: z.string(),
  waited: z.array(z.strictObject({ kind: z.string(), for: z.string() })),
  proceeded: z.array(z.string()),
  queued: counts,
});

const driverResult = z.strictObject({
  ops: z.partialRecord(kind, operationStats),
  notifier: counts,
  device_faults: count,
  retries: count,
  transfers: count,
  transfers_failed: count,
  pages_held_max: count,
  page_ns_held: z.string().regex(/^\d+$/),
  blocks_freed_under_reference: count,
  refusals: counts,
  files: z.record(z.string(), sha256),
  simulated_ns: count,
});

const verdict = z.strictObject({
  property: z.string(),
  title: z.string(),
  driver: z.string(),
  expected: z.enum(['holds', 'breaks']),
  got: z.enum(['held', 'broken', 'not_exercised']),
  as_expected: z.boolean(),
  grade,
  facts: z.array(z.string()),
  violations: count,
  example: z.string().nullable(),
});

const divergence = z.strictObject({
  op: count,
  line,
  kind,
  task: z.string(),
  what: z.string(),
  drivers: z.record(z.string(), z.string()),
});

const logDivergence = z.strictObject({
  driver: z.string(),
  kind,
  logged: z.string(),
  modelled: z.string(),
  count,
  first_line: line,
});

/** Schema of a {@link ComparisonResult}; unknown fields are refused. */
export const comparisonResultSchema = z
  .strictObject({
    schema: z.literal('gup-vs-hmm/compare/1'),
    model_revision: count,
    id: z.string().regex(/^gvh1-[0-9a-f]{12}$/),
    complete: z.boolean(),
    input: z.strictObject({
      name: z.string(),
      title: z.string(),
      sha256,
      source: z.enum(['log', 'scenario', 'generated']),
      operations: count,
      tasks: count,
      files: count,
    }),
    kernel: z.string(),
    memory: z.string(),
    on_block: z.enum(['release', 'stay']),
    cost_table: z.string(),
    seed: z.int(),
    plan: z.strictObject({ hold: z.string(), text: z.array(z.string()) }),
    drivers: z.record(z.string(), driverResult),
    certificates: z.array(certificate),
    stood_still: z.array(stoodStill),
    first_divergence: divergence.nullable(),
    verdicts: z.array(verdict),
    log_divergences: z.array(logDivergence),
    not_modelled: counts,
    unmet: z.array(z.string()),
    reproduce: z.string(),
  })
  .meta({
    title: 'gup-vs-hmm comparison result',
    description: 'Times are simulated nanoseconds. Absent counters mean 0.',
  });

type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;

/** Does not compile when the schema and the interface differ. */
export const SCHEMA_IS_INTERFACE: Same<z.infer<typeof comparisonResultSchema>, ComparisonResult> = true;

/** JSON Schema 2020-12 of a comparison result, pretty-printed, with a final newline: `compare.schema.json`. */
export function compareJsonSchema(): string {
  return `${JSON.stringify(z.toJSONSchema(comparisonResultSchema), null, 2)}\n`;
}

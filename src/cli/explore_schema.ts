/** The published form of an exploration's result: one strict schema, checked against the interface at compile time. */
import { z } from 'zod';
import type { ExploreResult } from './backend.ts';

const count = z.int().nonnegative();

const counterexample = z.strictObject({
  text: z.string(),
  steps: count,
  cycle: z.array(z.string()).nullable(),
  token: z.string(),
});

const verdict = z.strictObject({
  property: z.string(),
  title: z.string(),
  expected: z.enum(['holds', 'breaks']),
  got: z.enum(['held', 'broken', 'undecided']),
  as_expected: z.boolean(),
  grade: z.enum(['exhausted', 'searched', 'counterexample']),
  facts: z.array(z.string()),
  counterexample: counterexample.nullable(),
});

export const exploreResultSchema = z
  .strictObject({
    schema: z.literal('gup-vs-hmm/explore/1'),
    model_revision: count,
    scope: z.strictObject({
      title: z.string(),
      blocks: count,
      fs_ops: z.array(z.string()),
      mirrors: count,
      short_pins: count,
      long_pins: count,
      forks: count,
      memory: z.string(),
      kernel: z.string(),
      driver: z.string(),
    }),
    mutant: z.string().nullable(),
    reduction: z.enum(['on', 'off']),
    exhausted: z.boolean(),
    states_estimate: count,
    states: count,
    transitions: count,
    depth: count,
    collision_probability: z.number().nonnegative(),
    bytes: count,
    verdicts: z.array(verdict),
  })
  .meta({
    title: 'gup-vs-hmm exploration result',
    description:
      'Every state of a stated scope: a verdict for each property, with the shortest run found against it.',
  });

type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;

/** Does not compile when the schema and the interface differ. */
export const SCHEMA_IS_INTERFACE: Same<z.infer<typeof exploreResultSchema>, ExploreResult> = true;

/** JSON Schema 2020-12 of an exploration's result, pretty-printed, with a final newline. */
export function exploreJsonSchema(): string {
  return `${JSON.stringify(z.toJSONSchema(exploreResultSchema), null, 2)}\n`;
}

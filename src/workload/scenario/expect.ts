/** The `expect` of an operation and the `expect_end` of a scenario -> expectations of a workload. */
import { COUNTED, type Counts } from '../effects.ts';
import type { Offset } from '../offset.ts';
import type { EndExpectation, Expectation } from '../workload.ts';
import { indexOf, type Context } from './convert.ts';
import type { EndExpectationEntry, ExpectationEntry } from './expectation_schema.ts';
import type { OperationEntry } from './operation_schema.ts';

interface Audience {
  readonly drivers?: readonly string[] | undefined;
  readonly memory?: readonly string[] | undefined;
}

function audience({ drivers, memory }: Audience): {
  drivers?: readonly string[];
  memory?: readonly string[];
} {
  return { ...(drivers === undefined ? {} : { drivers }), ...(memory === undefined ? {} : { memory }) };
}

function countsOf(entry: NonNullable<ExpectationEntry['counts']>): Counts {
  return new Map(
    COUNTED.flatMap((name) => {
      const count = entry[name];
      return count === undefined ? [] : [[name, count] as const];
    }),
  );
}

function expectation(op: number, entry: ExpectationEntry): Expectation {
  const { outcome, errno, waits, counts, reads, transfer } = entry;
  return {
    op,
    ...audience(entry),
    ...(outcome === undefined ? {} : { outcome }),
    ...(errno === undefined ? {} : { errno }),
    ...(waits === undefined ? {} : { waits }),
    ...(counts === undefined ? {} : { counts: countsOf(counts) }),
    ...(reads === undefined ? {} : { reads }),
    ...(transfer === undefined ? {} : { transfer }),
  };
}

/** The expectations that stand in operation `op`. */
export function expectations(op: number, { expect }: OperationEntry): Expectation[] {
  if (expect === undefined) return [];
  return (Array.isArray(expect) ? expect : [expect]).map((entry) => expectation(op, entry));
}

/** What is expected at the end; file names are checked against the declared ones. */
export function endExpectation(context: Context, entry: EndExpectationEntry): EndExpectation {
  const sizes = new Map<string, Offset>();
  const inSizes: Context = { ...context, path: [...context.path, 'sizes'] };
  for (const [name, size] of Object.entries(entry.sizes ?? {})) {
    indexOf(inSizes, name, 'file', name);
    sizes.set(name, size);
  }
  const { blocks_freed_under_reference: freed, counts, breaks, holds } = entry;
  return {
    ...audience(entry),
    ...(entry.sizes === undefined ? {} : { sizes }),
    ...(freed === undefined ? {} : { blocksFreedUnderReference: freed }),
    ...(counts === undefined ? {} : { counts: countsOf(counts) }),
    ...(breaks === undefined ? {} : { breaks }),
    ...(holds === undefined ? {} : { holds }),
  };
}

/** What a scenario file expects of an operation, and of the end of the run. */
import { z } from 'zod';
import { COUNTED, READERS_FIND, type Counted } from '../effects.ts';
import { driver, errno, MEMORY_NAMES, name, position, wholeNumber } from './scalars.ts';

/** Whom an expectation is about; absent: everyone. */
const audience = {
  drivers: z.array(driver).min(1).optional().describe('Drivers it holds for; absent: every driver.'),
  memory: z
    .array(z.enum(MEMORY_NAMES))
    .min(1)
    .optional()
    .describe('Memory kinds it holds for; absent: those on DAX.'),
};

const count = wholeNumber(0, 2 ** 31).optional();

const counts = z
  .strictObject(Object.fromEntries(COUNTED.map((key) => [key, count])) as Record<Counted, typeof count>)
  .meta({
    id: 'counts',
    description:
      'Exact numbers: runs of the notifier callback by event, faults, retries, waits of layout breaks for a busy page; all others in pages. What is not named is not looked at.',
  });

/** True for an entry that says something besides whom it is about. */
function saysSomething({ drivers: _drivers, memory: _memory, ...rest }: Record<string, unknown>): boolean {
  return Object.values(rest).some((value) => value !== undefined);
}

export const expectation = z
  .strictObject({
    ...audience,
    outcome: z
      .enum(['completed', 'blocked', 'never', 'failed'])
      .optional()
      .describe(
        'completed: it returned success by itself; failed: it returned an errno; blocked: it could not end until user space did something more; never: it had not ended when the run did.',
      ),
    errno: errno.optional(),
    waits: z
      .enum(['none', 'reference', 'fault_lock', 'callback', 'cascade', 'lock', 'freeze'])
      .optional()
      .describe('Class of the longest wait.'),
    counts: counts.optional().describe('What the operation did, and the transfer it started.'),
    reads: z
      .enum(READERS_FIND)
      .optional()
      .describe('What read, load or the transfer of dma_read found in the pages.'),
    transfer: z
      .union([z.enum(['completed', 'never']), errno])
      .optional()
      .describe('How the transfer ended that dma_read or dma_write started: completed, never, or an errno.'),
  })
  .refine(saysSomething, {
    error: 'an expectation that expects nothing',
    params: { hint: 'give outcome, errno, waits, counts, reads or transfer' },
  })
  .refine((value) => value.outcome !== 'completed' || value.errno === undefined, {
    error: "outcome 'completed' together with an errno",
    params: { hint: "write outcome: failed, or leave 'errno' out" },
  })
  .meta({ id: 'expectation', description: 'What is expected of the operation it stands in.' });

const properties = z
  .array(z.string().regex(/^(I[1-9][0-9]*|[a-z][a-z0-9]*(_[a-z0-9]+)+)$/))
  .min(1)
  .optional();

export const endExpectation = z
  .strictObject({
    ...audience,
    sizes: z.record(name, position).optional().describe('File to i_size at the end.'),
    blocks_freed_under_reference: z
      .enum(['none', 'some'])
      .optional()
      .describe('Blocks that were freed while a device reference to them was live.'),
    counts: counts.optional().describe('What the whole run did.'),
    breaks: properties.describe(
      'Properties that the run must break, for example I3: what the driver gives up, seen to happen.',
    ),
    holds: properties.describe('Properties that the run must keep, for example I4.'),
  })
  .refine(saysSomething, {
    error: 'an expectation that expects nothing',
    params: { hint: 'give sizes, blocks_freed_under_reference, counts, breaks or holds' },
  })
  .meta({ id: 'end_expectation', description: 'What is expected when the run has ended.' });

export type ExpectationEntry = z.output<typeof expectation>;
export type EndExpectationEntry = z.output<typeof endExpectation>;

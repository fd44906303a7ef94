/** The operations of a scenario file: one entry shape per kind of `src/workload/operation.ts`. */
import { z } from 'zod';
import { address, driver, errno, MEMORY_NAMES, name, position } from './scalars.ts';

/** Whom an expectation is about; absent: everyone. */
export const audience = {
  drivers: z.array(driver).min(1).optional().describe('Drivers it holds for; absent: every driver.'),
  memory: z.array(z.enum(MEMORY_NAMES)).min(1).optional().describe('Memory kinds it holds for; absent: all.'),
};

const expectation = z
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
      .enum(['none', 'reference', 'fault_lock', 'callback', 'cascade', 'lock'])
      .optional()
      .describe('Class of the longest wait.'),
  })
  .refine((value) => value.outcome !== undefined || value.errno !== undefined || value.waits !== undefined, {
    error: 'an expectation that expects nothing',
    params: { hint: 'give outcome, errno or waits' },
  })
  .refine((value) => value.outcome !== 'completed' || value.errno === undefined, {
    error: "outcome 'completed' together with an errno",
    params: { hint: "write outcome: failed, or leave 'errno' out" },
  })
  .meta({ id: 'expectation', description: 'What is expected of the operation it stands in.' });

const common = {
  task: name.describe('Thread that makes the call, from `processes`.'),
  expect: z.union([expectation, z.array(expectation).min(1)]).optional(),
};
const ofFile = { ...common, file: name };
const fileRange = {
  ...ofFile,
  offset: position.describe('First byte.'),
  length: position.describe('Bytes, above 0.'),
};
const addresses = {
  ...common,
  at: address.describe('First address.'),
  length: address.describe('Length, above 0.'),
};
const transfer = {
  ...common,
  region: name,
  at: address.optional().describe('First address; absent: the whole region.'),
  length: address.optional(),
  fence: z.boolean().default(false).describe('The job then waits for signal_fence before it ends.'),
};

/** Every entry shape; `op` says which. */
export const operationSchema = z.discriminatedUnion('op', [
  z
    .strictObject({ op: z.enum(['open', 'open_trunc', 'close', 'fsync', 'unlink']), ...ofFile })
    .describe('open takes a reference to the file, close drops it; open_trunc is open(2) with O_TRUNC.'),
  z
    .strictObject({ op: z.literal('truncate'), ...ofFile, size: position })
    .describe('truncate(2), down, up or to the same size.'),
  z
    .strictObject({
      op: z.enum(['alloc', 'zero']),
      ...fileRange,
      keep_size: z.boolean().default(false).describe('FALLOC_FL_KEEP_SIZE.'),
    })
    .describe('fallocate(2): preallocation and FALLOC_FL_ZERO_RANGE.'),
  z
    .strictObject({ op: z.enum(['punch', 'collapse', 'insert', 'unshare']), ...fileRange })
    .describe('fallocate(2) with the mode of that name.'),
  z.strictObject({ op: z.enum(['read', 'write']), ...fileRange }).describe('pread(2), pwrite(2).'),
  z
    .strictObject({
      op: z.literal('rename'),
      ...ofFile,
      over: name.optional().describe('File whose last name is replaced.'),
    })
    .describe('rename(2).'),
  z
    .strictObject({
      op: z.literal('mmap'),
      ...ofFile,
      at: address.describe('First address.'),
      length: address,
      offset: address.optional().describe('Where in the file the mapping starts; absent: 0.'),
      shared: z.boolean().default(true),
      writable: z.boolean().default(true),
    })
    .describe('mmap(2) at a free address.'),
  z
    .strictObject({ op: z.enum(['munmap', 'madvise_dontneed', 'msync', 'load', 'store']), ...addresses })
    .describe('load and store touch each page once with the CPU.'),
  z
    .strictObject({
      op: z.literal('mremap'),
      ...addresses,
      new_at: address,
      new_length: address.optional().describe('Absent: the same length.'),
    })
    .describe('mremap(2).'),
  z.strictObject({ op: z.literal('exit'), ...common }).describe('exit(2) of the task.'),
  z
    .strictObject({ op: z.literal('signal'), ...common, to: name })
    .describe('A signal that has a handler, sent to another task.'),
  z
    .strictObject({
      op: z.literal('attach'),
      ...addresses,
      region: name.describe('A new name for this memory.'),
      per_transfer: z
        .boolean()
        .default(false)
        .describe('Take pages for each transfer and give them back after it, as direct I/O does.'),
      survives_exit: z
        .boolean()
        .default(false)
        .describe('Somebody beyond the process keeps it: it is not detached when the process exits.'),
      writable: z.boolean().default(true).describe('The device may write.'),
    })
    .describe('The driver is given memory of the calling process for its device.'),
  z.strictObject({ op: z.literal('detach'), ...common, region: name }).describe('The driver lets go of it.'),
  z
    .strictObject({ op: z.enum(['dma_read', 'dma_write']), ...transfer })
    .describe('The device reads or writes the memory and goes on by itself.'),
  z
    .strictObject({ op: z.literal('signal_fence'), ...common, region: name })
    .describe('User space ends the fenced jobs of the region.'),
]);

/** One entry of `ops` after parsing: defaults filled in, positions as values, names not yet resolved. */
export type OperationEntry = z.output<typeof operationSchema>;
export type ExpectationEntry = z.output<typeof expectation>;

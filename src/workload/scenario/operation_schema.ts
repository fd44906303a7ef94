/** The operations of a scenario file: one entry shape per kind of `src/workload/operation.ts`. */
import { z } from 'zod';
import { expectation } from './expectation_schema.ts';
import { address, name, position } from './scalars.ts';

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
  wait: z.boolean().default(false).describe('The call returns when the transfer has ended, with its result.'),
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
  z
    .strictObject({
      op: z.enum(['reflink', 'dedupe']),
      ...ofFile,
      source: name.describe('File whose blocks are shared.'),
      offset: position.describe('First byte in the source.'),
      length: position.describe('Bytes, above 0.'),
      to: position.optional().describe('First byte in `file`; absent: the same as `offset`.'),
    })
    .describe('FICLONERANGE and FIDEDUPERANGE: `file` gets the blocks of `source` (XFS).'),
  z
    .strictObject({ op: z.enum(['freeze', 'thaw']), ...common })
    .describe('FIFREEZE and FITHAW of the filesystem that all files are on.'),
  z
    .strictObject({ op: z.enum(['umount', 'drop_caches']), ...common })
    .describe('umount(2) of that filesystem, mounted again at once; 3 into /proc/sys/vm/drop_caches.'),
  z
    .strictObject({
      op: z.literal('memory_failure'),
      ...ofFile,
      offset: address.describe(
        'A page of the file: its block can no longer be read, and the task has run into it.',
      ),
    })
    .describe('memory_failure() of the kernel.'),
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
      sync: z.boolean().default(false).describe('MAP_SHARED_VALIDATE and MAP_SYNC.'),
    })
    .refine((value) => value.shared || !value.sync, {
      error: "'sync' for a private mapping",
      params: { hint: 'leave shared out, or sync' },
    })
    .describe('mmap(2) at a free address.'),
  z
    .strictObject({ op: z.enum(['munmap', 'msync', 'load', 'store', 'persist']), ...addresses })
    .describe(
      'load and store touch each page once with the CPU; persist writes its cache lines back, without a system call.',
    ),
  z
    .strictObject({
      op: z.literal('mremap'),
      ...addresses,
      new_at: address,
      new_length: address.optional().describe('Absent: the same length.'),
      dont_unmap: z.boolean().default(false).describe('MREMAP_DONTUNMAP: the old mapping stays, empty.'),
    })
    .describe('mremap(2).'),
  z
    .strictObject({
      op: z.enum([
        'madvise_dontneed',
        'madvise_remove',
        'madvise_free',
        'madvise_pageout',
        'madvise_dontfork',
      ]),
      ...addresses,
    })
    .describe('madvise(2) with the advice of that name; what is not mapped is passed over.'),
  z
    .strictObject({
      op: z.literal('mprotect'),
      ...addresses,
      readable: z.boolean().default(true),
      writable: z.boolean().describe('Neither readable nor writable: PROT_NONE.'),
    })
    .describe('mprotect(2).'),
  z
    .strictObject({ op: z.literal('clear_refs'), ...common })
    .describe('4 is written to /proc/self/clear_refs: soft-dirty tracking starts afresh.'),
  z
    .strictObject({
      op: z.literal('fork'),
      ...common,
      child: name.describe('Task of a process that begins as a copy of the caller, and does nothing before.'),
    })
    .describe('fork(2).'),
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

/**
 * A cells document as `witness` writes it, or as anybody writes it who follows the procedure: only what is compared is asked
 * for, and a field that is not there is not compared.
 */
import { z } from 'zod';

const count = z.number().int().nonnegative();
const name = z.string().min(1);

const afterRelease = z.object({
  outcome: z.enum(['completed', 'failed']).optional(),
  errno: z.string().nullable().optional(),
  size_bytes: count.optional(),
  blocks: count.optional(),
});

const observedCell = z.object({
  kernel: name.optional(),
  memory: name,
  driver: name,
  op: name,
  outcome: z.enum(['completed', 'blocked', 'refused', 'failed']),
  errno: z.string().nullable().optional(),
  sleeps_in: z.string().nullable().optional(),
  interruptible: z.boolean().nullable().optional(),
  interrupt_errno: z.string().nullable().optional(),
  killable: z.boolean().nullable().optional(),
  size_bytes: count.optional(),
  blocks: count.optional(),
  events: z.record(z.string(), count).optional(),
  entries_cleared: count.optional(),
  cpu_reads: z.array(z.string()).optional(),
  device_reads: z.array(z.string()).optional(),
  file_reads: z.array(z.string()).optional(),
  after_release: afterRelease.nullable().optional(),
});

export const observedCellsSchema = z.object({
  /** Absent from cells that other code made. */
  schema: z.literal(['gup-vs-hmm/cells/1', 'gup-vs-hmm/matrix/1']).optional(),
  /** What `uname -r` said, if it was noted. */
  kernel: z.looseObject({ release: name }).optional(),
  cells: z.array(observedCell),
});

export type ObservedCells = z.infer<typeof observedCellsSchema>;
export type ObservedCell = ObservedCells['cells'][number];

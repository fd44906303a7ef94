/** What was seen of one (kernel, memory, driver, operation) on a real kernel. Names as in the published JSON. */
import { z } from 'zod';

export const OUTCOMES = ['completed', 'blocked', 'refused', 'failed'] as const;

/** `after_release`: what became of a blocked operation when the driver had let go. */
const afterRelease = z.object({
  outcome: z.enum(['completed', 'failed']),
  errno: z.string().nullable(),
  size_bytes: z.number().int(),
  blocks: z.number().int(),
});

/** What depends on the machine and the moment: recorded, never compared. */
const recorded = z.object({
  /** Guest time of an operation that ended, in microseconds. */
  took_us: z.number().int().nullable(),
  /** State letter of the waiting task, as in /proc: S, D, or R for one that spins. */
  state: z.string().nullable(),
  /** Functions of a waiting task, innermost first. */
  stack: z.array(z.string()),
  /** Device faults begun and begun again during the operation. */
  device_faults: z.number().int(),
  device_retries: z.number().int(),
  /** References to the page behind each entry of the device, after the operation; null for an empty entry. */
  page_references: z.array(z.number().int().nullable()),
  /** Dirty bit of the same pages. */
  page_dirty: z.array(z.boolean().nullable()),
});

export const cellSchema = z.object({
  kernel: z.string(),
  memory: z.string(),
  driver: z.string(),
  op: z.string(),
  outcome: z.enum(OUTCOMES),
  /** Of the driver when it was refused, of the operation when it failed, else null. */
  errno: z.string().nullable(),
  /** The kernel function in which a blocked operation sleeps; null when it does not sleep. */
  sleeps_in: z.string().nullable(),
  /** Whether a signal with a handler ends the wait; null when there is none. */
  interruptible: z.boolean().nullable(),
  /** What an interrupted operation returned. */
  interrupt_errno: z.string().nullable(),
  /** Whether SIGKILL ends the wait; null when there is none. */
  killable: z.boolean().nullable(),
  size_bytes: z.number().int(),
  /** In units of 512 bytes, as stat() gives them. */
  blocks: z.number().int(),
  /** Notifier callbacks during the operation, by type; those that did not come are absent. */
  events: z.record(z.string(), z.number().int().positive()),
  entries_cleared: z.number().int(),
  /** What the CPU reads in each of the 16 pages while the driver holds on, at the addresses of the mapping. */
  cpu_reads: z.array(z.string()),
  /** What the device reads in each of its 8 pages; empty without a driver. */
  device_reads: z.array(z.string()),
  /** What pread() finds in the file, page by page, at the end; the driver has let go by then. */
  file_reads: z.array(z.string()),
  after_release: afterRelease.nullable(),
  recorded,
});

export type Cell = z.infer<typeof cellSchema>;

export const kernelSchema = z.object({
  /** As `uname -r` says. */
  release: z.string(),
  /** `name version` of what kernel, emulator and guest tools came from. */
  packages: z.array(z.string()),
  command_line: z.string(),
});

/** One run's document, and the form of the committed observations. */
export const observationSchema = z.object({
  schema: z.literal('gup-vs-hmm/cells/1'),
  kernel: kernelSchema,
  /** Of the probe's sources, so that an observation names the code that made it. */
  probe_sha256: z.string(),
  /** What shows that a memory is DAX, and how it was mounted. */
  memories: z.array(
    z.object({ name: z.string(), dax: z.boolean(), map_sync: z.string(), mount: z.string() }),
  ),
  /** Warnings and worse in the guest's kernel log, without time stamps. */
  kernel_alarms: z.array(z.string()),
  cells: z.array(cellSchema),
});

export type Observation = z.infer<typeof observationSchema>;
export type MemoryProof = Observation['memories'][number];

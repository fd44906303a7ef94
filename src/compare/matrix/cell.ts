/**
 * A cell: how one operation meets one driver, on one kind of memory and one kernel. The model fills cells here, the probe
 * of `witness` fills the same ones on a real kernel; names are those of the published JSON.
 */

export type Outcome = 'completed' | 'blocked' | 'refused' | 'failed';

/** What became of a blocked operation when the driver had let go. */
export interface AfterRelease {
  readonly outcome: 'completed' | 'failed';
  readonly errno: string | null;
  readonly size_bytes: number;
  readonly blocks: number;
}

export interface Cell {
  readonly kernel: string;
  readonly memory: string;
  readonly driver: string;
  readonly op: string;
  readonly outcome: Outcome;
  /** Of the driver when it was refused, of the operation when it failed, else null. */
  readonly errno: string | null;
  /** The kernel function in which a blocked operation sleeps; null when it does not sleep. */
  readonly sleeps_in: string | null;
  /** Whether a signal with a handler ends the wait, and with what; null when there is none. */
  readonly interruptible: boolean | null;
  readonly interrupt_errno: string | null;
  /** Whether SIGKILL ends the wait; null when there is none. */
  readonly killable: boolean | null;
  readonly size_bytes: number;
  /** In units of 512 bytes, as stat() gives them. */
  readonly blocks: number;
  /** Notifier callbacks during the operation, by type; those that did not come are absent. */
  readonly events: Readonly<Record<string, number>>;
  readonly entries_cleared: number;
  /** What the CPU reads in each page while the driver holds on: see contents.ts for the words. */
  readonly cpu_reads: readonly string[];
  /** What the device reads in each of its pages; empty without a driver. */
  readonly device_reads: readonly string[];
  /** What read(2) finds in the file, page by page, when the driver has let go. */
  readonly file_reads: readonly string[];
  readonly after_release: AfterRelease | null;
}

/** The fields in the order in which they are published. */
export const FIELD_ORDER = [
  'kernel',
  'memory',
  'driver',
  'op',
  'outcome',
  'errno',
  'sleeps_in',
  'interruptible',
  'interrupt_errno',
  'killable',
  'size_bytes',
  'blocks',
  'events',
  'entries_cleared',
  'cpu_reads',
  'device_reads',
  'file_reads',
  'after_release',
] as const satisfies readonly (keyof Cell)[];

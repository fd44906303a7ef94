/**
 * The driver contract: what a kernel reviewer expects of a driver that gives a device user memory.
 *
 * A backend is one file that exports a {@link Driver}. The rest of the project never asks which one runs: it
 * calls these paths, and reads `breaks` to know which invariants a correct driver of this kind gives up.
 */
import type { Path } from '../machine/program.ts';
import type { InvalidateLocals, NotifierOps } from '../kernel/kernel.ts';
import type { Rules } from '../kernel/release/rules.ts';
import type { System } from './system.ts';

/** An invariant that the driver breaks by construction, and the facts that say why (D7). */
export interface KnownBreak {
  /** Invariant id (`I2`). */
  readonly invariant: string;
  readonly facts: readonly string[];
  /** Where it is so; absent: on DAX and through the page cache. */
  readonly memory?: 'dax' | 'page_cache';
  /** Only on kernels that have this rule. */
  readonly rule?: keyof Rules;
}

export interface Driver {
  readonly name: string;
  /** One line for lists and reports. */
  readonly title: string;
  /** The ioctl that gives the device a region; the region's record is filled in. Returns 0 or -errno. */
  readonly attach: Path<System, 'region'>;
  /** The ioctl (or the close of the device file) that takes it back. No transfer is under way when it is called. */
  readonly detach: Path<System, 'region'>;
  /** In the caller's context before a transfer is queued. Returns 0, 1 when there is nothing to transfer, or -errno. */
  readonly begin_transfer: Path<System, 'region'>;
  /** In the device's context: the device has no translation for `va`. Returns 0 when it may try again, or -errno. */
  readonly device_fault: Path<System, 'region' | 'va' | 'end' | 'write'>;
  /** In the device's context after a transfer. */
  readonly end_transfer: Path<System, 'region'>;
  /** mmu_interval_notifier_ops.invalidate, for drivers that register a notifier. */
  readonly invalidate: Path<System, InvalidateLocals> | null;
  /** struct mmu_notifier_ops, for drivers that subscribe to whole address spaces; absent: it does not. */
  readonly notifier_ops?: NotifierOps<System>;
  readonly breaks: readonly KnownBreak[];
  /** The file that a user's own driver was loaded from; absent for those that come along. */
  readonly file?: string;
}

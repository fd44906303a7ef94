/**
 * What a planted fault is: a few entries of a path replaced by others, and what a check must find then.
 */
import type { Driver } from '../drivers/driver.ts';
import type { System } from '../drivers/system.ts';
import type { Rules } from '../kernel/release/rules.ts';
import { type AnyPath, type Entry, pathsFor, type Patch, type Steps } from '../machine/program.ts';

export interface Mutant {
  /** As `--mutant` takes it. */
  readonly name: string;
  /** One line: what is done wrong. */
  readonly title: string;
  /** The bug that upstream had, or the mistake that the facts warn of. */
  readonly imitates: string;
  /** Facts that say why it is one. */
  readonly facts: readonly string[];
  /** Name of the driver it is planted in; a fault of the kernel shows itself under that driver. */
  readonly driver: string;
  /**
   * Invariants that it must break although the driver without it holds them. Empty for a fault that breaks none, of which
   * only a comparison with a real kernel can tell.
   */
  readonly breaks: readonly string[];
  /**
   * True: it shows itself while files stay mapped, where 6.1 keeps more than in general; the check leaves out the calls
   * that unmap or remove files.
   */
  readonly filesStayMapped: boolean;
  /** The only memory on which it can show itself: a path that no other filesystem has. Absent: every one. */
  readonly onlyOn?: 'ext4_dax' | 'xfs_dax';
  /**
   * True: it shows itself while files keep their names, on a kernel whose layout break looks for pins of unmapped files too
   * (cee91fa13a8e); the check leaves out the calls that remove files or share blocks.
   */
  readonly filesKeepNames?: boolean;
  /**
   * Kinds of operation that it takes, where it would come up too rarely among all kinds: the check draws these alone. Absent:
   * every kind.
   */
  readonly operations?: readonly string[];
  /**
   * A run made by hand that shows it, as `decodeRun` reads it, where random runs hardly ever do. The kill matrix turns to it when
   * nothing else has killed the fault.
   */
  readonly directed?: string;
  /** Rules of the kernel that it is planted in, where those of the release hide it or have it already. */
  readonly rules?: Partial<Rules>;
  /** The driver with one of its functions replaced, where that is a plain function and no path. */
  readonly changeDriver?: (driver: Driver) => Driver;
  readonly patches: readonly Patch<System>[];
}

/** Entry `at` of path `inPath` becomes the entries of `body`, which use the path's own locals. */
export function replace<const L extends string>(
  inPath: string,
  at: string,
  locals: readonly L[],
  body: (steps: Steps<System, L>) => readonly Entry<System>[],
): Patch<System> {
  return { path: inPath, at, entries: pathsFor<System>()(inPath, locals, body).entries };
}

/** Entry `at` of a path as it is, for a fault that adds something before it or after it. */
export function entryOf(path: AnyPath<never>, at: string): Entry<System> {
  const found = path.entries.find((entry) => entry.name === at);
  if (found === undefined) throw new Error(`planted fault: ${path.name} has no entry ${at}`);
  return found as Entry<System>;
}

/** Entry `at` of path `inPath` is left out. */
export function leaveOut(inPath: string, at: string): Patch<System> {
  return { path: inPath, at, entries: [] };
}

/** The same change in the paths of both filesystems: each has its own, and only that one is planted. */
export function onEachFilesystem(...patches: readonly Patch<System>[]): readonly Patch<System>[] {
  return patches.map((patch) => ({ ...patch, ifPresent: true }));
}

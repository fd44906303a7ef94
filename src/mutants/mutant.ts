/**
 * What a planted fault is: a few entries of a path replaced by others, and what a check must find then.
 */
import { type Entry, pathsFor, type Patch, type Steps } from '../machine/program.ts';
import type { System } from '../drivers/system.ts';

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

/** Entry `at` of path `inPath` is left out. */
export function leaveOut(inPath: string, at: string): Patch<System> {
  return { path: inPath, at, entries: [] };
}

/** The same change in the paths of both filesystems: each has its own, and only that one is planted. */
export function onEachFilesystem(...patches: readonly Patch<System>[]): readonly Patch<System>[] {
  return patches.map((patch) => ({ ...patch, ifPresent: true }));
}

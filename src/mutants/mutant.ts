/**
 * What a planted fault is: entries of one or two paths replaced, so that a driver or the kernel is wrong in one known
 * way.
 */
import type { Entry, Patch, Steps } from '../machine/program.ts';
import type { Filesystem } from '../kernel/fs/filesystem.ts';
import { path, type System } from '../drivers/system.ts';

export interface Mutant {
  readonly name: string;
  /** One line, without a full stop. */
  readonly title: string;
  /** The real bug it copies: a commit, or the fact that describes it. */
  readonly imitates: string;
  /** The driver it is planted in, or that is needed to see it. */
  readonly driver: string;
  /** Invariants it must break, the most telling first. */
  readonly breaks: readonly string[];
  readonly patches: (filesystem: Filesystem) => readonly Patch<System>[];
}

/** Entries that take the place of `at` in a path whose frame has `locals`. */
export function replaceEntry<const L extends string>(
  pathName: string,
  at: string,
  locals: readonly L[],
  body: (steps: Steps<System, L>) => readonly Entry<System>[],
): Patch<System> {
  return { path: pathName, at, entries: path(pathName, locals, body).entries };
}

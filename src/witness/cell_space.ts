/** All cells of one kernel: memories x drivers x operations, with the names of the command line. */
import { WitnessError } from './witness_error.ts';

export const CELL_MEMORIES = ['ext4_dax', 'xfs_dax', 'ext4', 'xfs'] as const;

export const CELL_DRIVERS = ['none', 'gup', 'gup_longterm', 'get', 'hmm_mirror', 'notifier'] as const;

export const CELL_OPERATIONS = [
  'trunc_0',
  'trunc_mid',
  'trunc_unaligned',
  'trunc_beyond',
  'trunc_grow',
  'open_trunc',
  'punch',
  'punch_subpage',
  'punch_elsewhere',
  'zero',
  'zero_elsewhere',
  'collapse',
  'collapse_after',
  'insert',
  'insert_after',
  'reflink_src_above',
  'reflink_src_below',
  'fsync',
  'pread',
  'pwrite',
  'odirect_write',
  'rename',
  'unlink',
  'umount',
  'drop_caches',
  'msync',
  'munmap',
  'mremap',
  'mprotect_ro',
  'mprotect_none',
  'madv_dontneed',
  'madv_remove',
  'madv_free',
  'madv_pageout',
  'clear_refs',
  'fork_parent_write',
  'fork_child_write',
] as const;

/** A choice of cells; an absent list means all of them. */
export interface CellSelection {
  readonly memories?: readonly string[];
  readonly drivers?: readonly string[];
  readonly operations?: readonly string[];
}

/** The probe program's arguments for a choice, and how many cells it makes. Unknown names are errors. */
export function cellPlan(selection: CellSelection): {
  readonly plan: readonly string[];
  readonly cells: number;
} {
  const memories = chosen('memory', CELL_MEMORIES, selection.memories);
  const drivers = chosen('driver', CELL_DRIVERS, selection.drivers);
  const operations = chosen('operation', CELL_OPERATIONS, selection.operations);
  return {
    plan: ['cells', ...memories.argument, ...drivers.argument, ...operations.argument],
    cells: memories.count * drivers.count * operations.count,
  };
}

function chosen(
  what: string,
  known: readonly string[],
  names: readonly string[] | undefined,
): { argument: string[]; count: number } {
  if (names === undefined) return { argument: [], count: known.length };
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0 || names.length === 0) {
    throw new WitnessError('setup', `No ${what} named ${unknown.join(', ')}. Known: ${known.join(', ')}.`);
  }
  return { argument: [`${what}=${[...new Set(names)].join(',')}`], count: new Set(names).size };
}

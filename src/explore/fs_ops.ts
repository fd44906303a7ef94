/**
 * The operations a scope can have on its file, by the names that `--fs-ops` takes: what is asked for, in a file of `blocks` written
 * pages that is mapped at {@link MAPPED_AT}.
 *
 * Every position is a whole page. Writing a part of a page makes a new content out of the old one, and a loop that did so would
 * never come back to a state it has been in.
 */
import type { Offset } from '../workload/offset.ts';
import type { Operation } from '../workload/operation.ts';

/** First page of the mapping of the file: one at which a huge page of a small setup could begin. */
export const MAPPED_AT = 4;
/** The file every operation is on, and the second one of those that need two. */
export const FILE = 0;
export const OTHER_FILE = 1;

const page = (index: number): Offset => ({ page: index, byte: 0 });

type Make = (blocks: number) => Operation;

const range = (from: number, to: number) => ({ file: FILE, start: page(from), end: page(to) });
const addresses = (from: number, to: number) => ({ from: MAPPED_AT + from, to: MAPPED_AT + to });

/** The first page where one page is enough; truncate cuts the file to half. */
export const FS_OPS = {
  truncate: (blocks) => ({ kind: 'truncate', file: FILE, size: page(Math.floor(blocks / 2)) }),
  open_trunc: () => ({ kind: 'open_trunc', file: FILE }),
  punch: () => ({ kind: 'punch', ...range(0, 1) }),
  zero: () => ({ kind: 'zero', keepSize: false, ...range(0, 1) }),
  collapse: () => ({ kind: 'collapse', ...range(0, 1) }),
  insert: () => ({ kind: 'insert', ...range(0, 1) }),
  alloc: (blocks) => ({ kind: 'alloc', keepSize: false, ...range(blocks, blocks + 1) }),
  unshare: (blocks) => ({ kind: 'unshare', ...range(0, blocks) }),
  reflink: () => ({ kind: 'reflink', source: OTHER_FILE, at: page(0), ...range(0, 1) }),
  dedupe: () => ({ kind: 'dedupe', source: OTHER_FILE, at: page(0), ...range(0, 1) }),
  read: () => ({ kind: 'read', ...range(0, 1) }),
  write: () => ({ kind: 'write', ...range(0, 1) }),
  fsync: () => ({ kind: 'fsync', file: FILE }),
  msync: (blocks) => ({ kind: 'msync', ...addresses(0, blocks) }),
  load: () => ({ kind: 'load', ...addresses(0, 1) }),
  store: () => ({ kind: 'store', ...addresses(0, 1) }),
  munmap: (blocks) => ({ kind: 'munmap', ...addresses(0, blocks) }),
  mprotect: (blocks) => ({ kind: 'mprotect', readable: true, writable: false, ...addresses(0, blocks) }),
  madvise_dontneed: (blocks) => ({ kind: 'madvise_dontneed', ...addresses(0, blocks) }),
  madvise_remove: () => ({ kind: 'madvise_remove', ...addresses(0, 1) }),
  clear_refs: () => ({ kind: 'clear_refs' }),
  drop_caches: () => ({ kind: 'drop_caches' }),
  freeze: () => ({ kind: 'freeze' }),
} as const satisfies Readonly<Record<string, Make>>;

export type FsOp = keyof typeof FS_OPS;

export const FS_OP_NAMES = Object.keys(FS_OPS) as readonly FsOp[];

/** Needs a second file, and a filesystem that shares blocks. */
export const needsTwoFiles = (op: FsOp): boolean => op === 'reflink' || op === 'dedupe';

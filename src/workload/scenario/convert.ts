/** One entry of `ops` -> one operation: names become indexes, offset and length become ranges. */
import { MAX_LFS_FILESIZE, offsetFromBytes, offsetToBytes, type Offset } from '../offset.ts';
import type { Operation } from '../operation.ts';
import type { OperationEntry } from './operation_schema.ts';
import { ADDRESS_END_PAGES } from './position.ts';
import { didYouMean } from './suggest.ts';
import { trouble, type DocumentPath, type Trouble } from './trouble.ts';

/** The names a scenario declares, each in the order of its index. */
export interface Names {
  readonly files: readonly string[];
  readonly tasks: readonly string[];
  readonly regions: readonly string[];
}

type Report = (what: Trouble) => void;

/** What a conversion needs besides the entry itself. */
export interface Context {
  readonly names: Names;
  readonly path: DocumentPath;
  readonly report: Report;
}

const PLURAL = { file: 'files', task: 'tasks', region: 'regions' } as const;

/** Index of a declared name; an unknown one is reported and given as 0. */
export function indexOf(context: Context, key: string, what: keyof typeof PLURAL, name: string): number {
  const known = context.names[PLURAL[what]];
  const index = known.indexOf(name);
  if (index >= 0) return index;
  const hint = didYouMean(name, known);
  context.report(trouble([...context.path, key], `there is no ${what} '${name}'`, hint));
  return 0;
}

function bytes(context: Context, entry: { offset: Offset; length: Offset }): { start: Offset; end: Offset } {
  const start = entry.offset;
  const path = [...context.path, 'length'];
  if (entry.length.page === 0 && entry.length.byte === 0) context.report(trouble(path, 'length is 0'));
  const end = offsetToBytes(start) + offsetToBytes(entry.length);
  if (end > MAX_LFS_FILESIZE) {
    context.report(trouble(path, 'offset + length is above 2^63-1', 'Linux accepts no larger file'));
    return { start, end: start };
  }
  return { start, end: offsetFromBytes(end) };
}

function pages(context: Context, from: number, length: number, key: string): { from: number; to: number } {
  const to = from + length;
  const path = [...context.path, key];
  if (length === 0) context.report(trouble(path, `${key} is 0`));
  if (to > ADDRESS_END_PAGES) {
    context.report(
      trouble(path, 'the range ends above the end of user addresses', 'addresses end at 2^47 - 4096'),
    );
  }
  return { from, to };
}

type EntryOf<K extends OperationEntry['op']> = Extract<OperationEntry, { op: K }>;

function mmap(context: Context, entry: EntryOf<'mmap'>, file: number): Operation {
  const { shared, writable, sync } = entry;
  const range = pages(context, entry.at, entry.length, 'length');
  return {
    kind: 'mmap',
    file,
    ...range,
    pgoff: entry.offset ?? 0,
    shared,
    writable,
    ...(sync ? { sync } : {}),
  };
}

function mremap(context: Context, entry: EntryOf<'mremap'>): Operation {
  const range = pages(context, entry.at, entry.length, 'length');
  const lengthKey = entry.new_length === undefined ? 'new_at' : 'new_length';
  const moved = pages(context, entry.new_at, entry.new_length ?? entry.length, lengthKey);
  const dontUnmap = entry.dont_unmap ? { dontUnmap: true } : {};
  return { kind: 'mremap', ...range, newFrom: moved.from, newTo: moved.to, ...dontUnmap };
}

function attach(context: Context, entry: EntryOf<'attach'>, region: number): Operation {
  const { per_transfer: perTransfer, survives_exit: survivesExit, writable } = entry;
  const range = pages(context, entry.at, entry.length, 'length');
  return { kind: 'attach', region, ...range, perTransfer, survivesExit, writable };
}

/** What a reflink or dedupe adds to its destination; without `to` the ranges have the same offset. */
function remap(context: Context, entry: EntryOf<'reflink' | 'dedupe'>) {
  const source = indexOf(context, 'source', 'file', entry.source);
  return { source, ...bytes(context, entry), at: entry.to ?? entry.offset };
}

/** The pages of a transfer and whether it waits. */
function transfer(
  context: Context,
  entry: EntryOf<'dma_read' | 'dma_write'>,
  whole: { from: number; to: number } = { from: 0, to: 0 },
) {
  const { fence, wait } = entry;
  return { ...transferredPages(context, entry, whole), fence, ...(wait ? { wait } : {}) };
}

/** The pages of a transfer; without `at` and `length` those of the whole region. */
function transferredPages(
  context: Context,
  entry: EntryOf<'dma_read' | 'dma_write'>,
  whole: { from: number; to: number },
): { from: number; to: number } {
  if (entry.at === undefined && entry.length === undefined) return whole;
  if (entry.at !== undefined && entry.length !== undefined) {
    return pages(context, entry.at, entry.length, 'length');
  }
  const given = entry.at === undefined ? 'length' : 'at';
  const hint = 'give both, or neither for the whole region';
  context.report(trouble([...context.path, given], 'a transfer with only one of at and length', hint));
  return whole;
}

/** Where each region lies, by name: from its first attach. */
export type RegionRanges = ReadonlyMap<string, { from: number; to: number }>;

const rights = ({ readable, writable }: { readable: boolean; writable: boolean }) => ({ readable, writable });

/**
 * The operation that an entry asks for. What is wrong with it is reported, and the operation returned is then
 * only fit for looking for further problems.
 */
export function toOperation(context: Context, entry: OperationEntry, regions: RegionRanges): Operation {
  const file = 'file' in entry ? indexOf(context, 'file', 'file', entry.file) : 0;
  const region = 'region' in entry ? indexOf(context, 'region', 'region', entry.region) : 0;
  const kind = entry.op;
  switch (kind) {
    case 'open':
    case 'open_trunc':
    case 'close':
    case 'fsync':
    case 'unlink':
      return { kind, file };
    case 'truncate':
      return { kind, file, size: entry.size };
    case 'alloc':
    case 'zero':
      return { kind, file, ...bytes(context, entry), keepSize: entry.keep_size };
    case 'punch':
    case 'collapse':
    case 'insert':
    case 'unshare':
    case 'read':
    case 'write':
      return { kind, file, ...bytes(context, entry) };
    case 'reflink':
    case 'dedupe':
      return { kind, file, ...remap(context, entry) };
    case 'freeze':
    case 'thaw':
    case 'umount':
    case 'drop_caches':
    case 'clear_refs':
    case 'exit':
      return { kind };
    case 'memory_failure':
      return { kind, file, page: entry.offset };
    case 'rename':
      if (entry.over === undefined) return { kind, file };
      return { kind, file, over: indexOf(context, 'over', 'file', entry.over) };
    case 'mmap':
      return mmap(context, entry, file);
    case 'munmap':
    case 'madvise_dontneed':
    case 'madvise_remove':
    case 'madvise_free':
    case 'madvise_pageout':
    case 'madvise_dontfork':
    case 'msync':
    case 'load':
    case 'store':
    case 'persist':
      return { kind, ...pages(context, entry.at, entry.length, 'length') };
    case 'mprotect':
      return { kind, ...pages(context, entry.at, entry.length, 'length'), ...rights(entry) };
    case 'fork':
      return { kind, child: indexOf(context, 'child', 'task', entry.child) };
    case 'mremap':
      return mremap(context, entry);
    case 'signal':
      return { kind, to: indexOf(context, 'to', 'task', entry.to) };
    case 'attach':
      return attach(context, entry, region);
    case 'dma_read':
    case 'dma_write':
      return { kind, region, ...transfer(context, entry, regions.get(entry.region)) };
    case 'detach':
    case 'signal_fence':
      return { kind, region };
  }
}

/**
 * Operations as short text: the kind, then its arguments in a fixed order, joined by `.`.
 */
import type { TokenReader } from '../schedule/index.ts';
import type { Offset } from '../workload/offset.ts';
import { type Operation, OPERATION_KINDS, type OperationKind } from '../workload/operation.ts';

type Field =
  | 'file'
  | 'region'
  | 'task'
  | 'from'
  | 'to'
  | 'newFrom'
  | 'newTo'
  | 'dontUnmap'
  | 'child'
  | 'readable'
  | 'pgoff'
  | 'size'
  | 'start'
  | 'end'
  | 'shared'
  | 'writable'
  | 'sync'
  | 'keepSize'
  | 'source'
  | 'at'
  | 'page'
  | 'perTransfer'
  | 'survivesExit'
  | 'fence';

const OFFSETS: ReadonlySet<Field> = new Set<Field>(['size', 'start', 'end', 'at']);
const FLAGS: ReadonlySet<Field> = new Set<Field>([
  'dontUnmap',
  'readable',
  'shared',
  'writable',
  'sync',
  'keepSize',
  'perTransfer',
  'survivesExit',
  'fence',
]);

const RANGE = ['file', 'start', 'end'] as const;
const ADDRESSES = ['from', 'to'] as const;
const TRANSFER = ['region', 'from', 'to', 'fence'] as const;

/** Arguments of each kind. `rename` is never generated; its optional argument has no text. */
const FIELDS: Record<Exclude<OperationKind, 'rename'>, readonly Field[]> = {
  open: ['file'],
  open_trunc: ['file'],
  close: ['file'],
  fsync: ['file'],
  unlink: ['file'],
  truncate: ['file', 'size'],
  alloc: [...RANGE, 'keepSize'],
  zero: [...RANGE, 'keepSize'],
  punch: RANGE,
  collapse: RANGE,
  insert: RANGE,
  unshare: RANGE,
  reflink: [...RANGE, 'source', 'at'],
  dedupe: [...RANGE, 'source', 'at'],
  freeze: [],
  thaw: [],
  umount: [],
  drop_caches: [],
  memory_failure: ['file', 'page'],
  read: RANGE,
  write: RANGE,
  mmap: ['file', 'from', 'to', 'pgoff', 'shared', 'writable', 'sync'],
  munmap: ADDRESSES,
  madvise_dontneed: ADDRESSES,
  msync: ADDRESSES,
  persist: ADDRESSES,
  load: ADDRESSES,
  store: ADDRESSES,
  mremap: ['from', 'to', 'newFrom', 'newTo', 'dontUnmap'],
  mprotect: ['from', 'to', 'readable', 'writable'],
  madvise_remove: ADDRESSES,
  madvise_free: ADDRESSES,
  madvise_pageout: ADDRESSES,
  madvise_dontfork: ADDRESSES,
  clear_refs: [],
  fork: ['child'],
  exit: [],
  signal: ['to'],
  attach: ['region', 'from', 'to', 'perTransfer', 'survivesExit', 'writable'],
  detach: ['region'],
  dma_read: TRANSFER,
  dma_write: TRANSFER,
  signal_fence: ['region'],
};

/** Throws RangeError for a rename, which generated workloads do not have. */
export function encodeOperation(op: Operation): string {
  if (op.kind === 'rename') throw new RangeError('a rename has no text');
  const values = op as unknown as Readonly<Partial<Record<Field, number | boolean | Offset>>>;
  const waits = isTransfer(op.kind) && 'wait' in op && op.wait ? ['1'] : [];
  return [op.kind, ...FIELDS[op.kind].map((field) => encodeValue(values[field])), ...waits].join('.');
}

/** A transfer whose call waits for its end has one more argument, a 1. */
const isTransfer = (kind: OperationKind): boolean => kind === 'dma_read' || kind === 'dma_write';

/** What is absent is not so: all optional arguments are flags. */
function encodeValue(value: number | boolean | Offset = false): string {
  if (typeof value === 'object') return `${value.page}.${value.byte}`;
  return String(Number(value));
}

/** Reads what {@link encodeOperation} wrote, to the end of `reader`. Throws TokenError. */
export function readOperation(reader: TokenReader): Operation {
  const kind = reader.word('.', 'the kind of operation');
  const known = OPERATION_KINDS.find((candidate) => candidate === kind);
  if (known === undefined || known === 'rename') return reader.fail(`there is no operation '${kind}'`);
  const fields = FIELDS[known].map((field) => [field, readValue(reader, field)] as const);
  const wait = isTransfer(known) && !reader.done && reader.integer('.', 'wait') === 1 ? { wait: true } : {};
  reader.finish();
  return { kind: known, ...Object.fromEntries(fields), ...wait } as unknown as Operation;
}

function readValue(reader: TokenReader, field: Field): number | boolean | Offset {
  const value = reader.integer('.', field);
  if (OFFSETS.has(field)) return { page: value, byte: reader.integer('.', `${field}, bytes`) };
  return FLAGS.has(field) ? value !== 0 : value;
}

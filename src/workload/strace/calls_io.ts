/**
 * Calls that read, write, size and write back files.
 */
import type { CallContext, Handler } from './call_context.ts';
import * as C from './constants.ts';
import { checkOffset, decodeFlags, decodeInteger, decodeOffset, decodeWord, structField } from './decode.ts';
import type { FallocateKind } from './effects.ts';
import type { FileObject, OpenFile } from './file_object.ts';
import { Unusable } from './records.ts';
import { splitList } from './split.ts';

type Direction = 'read' | 'write';

/** Where a transfer begins; undefined if the log does not tell. */
function transferStart(
  open: OpenFile,
  direction: Direction,
  explicit: bigint | undefined,
  append: boolean,
): bigint | undefined {
  if (direction === 'write' && append) return open.file.size.known ? open.file.size.current : undefined;
  return explicit ?? open.position;
}

/**
 * One read or write of the file behind argument 0. `asked` gives the length it asked for (which tells the range
 * of a failed one), `explicit` the offset it named.
 */
function transfer(
  context: CallContext,
  direction: Direction,
  asked: () => bigint,
  explicit: bigint | undefined,
  append = false,
): void {
  const open = context.open(0);
  if (direction === 'write' && open !== undefined) clearRefs(context, open.file.path);
  if (open === undefined || !open.file.isModelled || context.call.result.value === '?') return;
  const length = context.ok ? decodeOffset(context.call.result.value) : asked();
  if (length === 0n) return;
  const start = transferStart(open, direction, explicit, append || open.append);
  if (start === undefined) {
    context.notModelled(`${context.call.name}:unknown_offset`);
    return;
  }
  const end = checkOffset(start + length);
  context.emit({ kind: direction, file: open.file, start, end });
  if (!context.ok) return;
  if (direction === 'read') open.file.size.wasRead(end);
  else open.file.size.reached(end);
  if (explicit === undefined) open.position = end;
}

/** Soft-dirty tracking starts afresh when 4 is written to the process's own clear_refs; `-s 0` hides what is written. */
function clearRefs(context: CallContext, path: string): void {
  const pid = /^\/proc\/(self|\d+)\/clear_refs$/.exec(path)?.[1];
  if (pid === undefined || !context.ok) return;
  const own = pid === 'self' || Number(pid) === context.thread.pid;
  if (own && /^"4(?:\\n)?"$/.test(context.arg(1))) context.emit({ kind: 'clear_refs' });
  else context.notModelled('clear_refs');
}

/** Sum of the lengths in `[{iov_base=..., iov_len=16}, ...]`; strace hides them with `-s 0`. */
function vectorLength(text: string): bigint {
  const parts = text.startsWith('[') ? splitList(text, 1, ']').parts : [];
  const lengths = parts.map((part) => structField(part, 'iov_len'));
  if (lengths.length === 0 || lengths.includes(undefined)) throw new Unusable('its length is not in the log');
  return lengths.reduce((sum, length) => sum + decodeOffset(length ?? ''), 0n);
}

function plain(direction: Direction): Handler {
  return (context) => {
    transfer(context, direction, () => decodeOffset(context.arg(2)), undefined);
  };
}

function positioned(direction: Direction): Handler {
  return (context) => {
    transfer(context, direction, () => decodeOffset(context.arg(2)), decodeOffset(context.arg(3)));
  };
}

function vectored(direction: Direction): Handler {
  return (context) => {
    transfer(context, direction, () => vectorLength(context.arg(1)), undefined);
  };
}

function positionedVector(direction: Direction): Handler {
  return (context) => {
    const offset = decodeInteger(context.arg(3));
    const flags = context.call.args[4] === undefined ? 0 : decodeFlags(context.arg(4), C.RWF_FLAGS);
    // preadv2 and pwritev2 take -1 for the file offset.
    const explicit = offset < 0n ? undefined : offset;
    transfer(context, direction, () => vectorLength(context.arg(1)), explicit, (flags & C.RWF_APPEND) !== 0);
  };
}

const lseek: Handler = (context) => {
  if (!context.ok) return;
  const open = context.open(0);
  if (open === undefined) return;
  const position = decodeOffset(context.call.result.value);
  if (decodeWord(context.arg(2), C.WHENCE) === 'SEEK_END') {
    open.file.size.saw(checkOffset(position - decodeInteger(context.arg(1))));
  }
  open.position = position;
};

/** 32-bit programs get the position through a pointer: `_llseek(fd, high, low, [position], whence)`. */
const llseek: Handler = (context) => {
  const open = context.ok ? context.open(0) : undefined;
  const position = /^\[(\d+)\]$/.exec(context.arg(3))?.[1];
  if (open !== undefined && position !== undefined) open.position = decodeOffset(position);
};

function truncateFile(context: CallContext, file: FileObject, path: string): void {
  const size = decodeOffset(context.arg(1));
  context.emit({ kind: 'truncate', file, size, path });
  if (context.ok) file.size.set(size);
}

const ftruncate: Handler = (context) => {
  const open = context.open(0, true);
  if (open !== undefined) truncateFile(context, open.file, context.descriptor(0).path ?? open.file.path);
};

const truncate: Handler = (context) => {
  const path = context.path(0);
  const { names } = context.world;
  const file = context.ok ? names.findOrAdd(path, 'no') : names.find(path);
  if (file !== undefined) truncateFile(context, file, path);
};

const MODES: readonly (readonly [number, FallocateKind])[] = [
  [C.FALLOC_FL_PUNCH_HOLE, 'punch'],
  [C.FALLOC_FL_COLLAPSE_RANGE, 'collapse'],
  [C.FALLOC_FL_INSERT_RANGE, 'insert'],
  [C.FALLOC_FL_ZERO_RANGE, 'zero'],
  [C.FALLOC_FL_UNSHARE_RANGE, 'unshare'],
];

function fallocateKind(mode: number): FallocateKind {
  const found = MODES.find(([bit]) => (mode & bit) !== 0);
  const bits = found?.[0] ?? 0;
  if ((mode & ~(C.FALLOC_FL_KEEP_SIZE | bits)) !== 0) return 'other';
  return found?.[1] ?? 'alloc';
}

/** What a successful fallocate does to the file's size. */
function resize(file: FileObject, mode: FallocateKind, keepSize: boolean, start: bigint, end: bigint): void {
  if (mode === 'collapse') file.size.shift(start - end);
  else if (mode === 'insert') file.size.shift(end - start);
  else if (!keepSize && mode !== 'punch') file.size.reached(end);
}

const fallocate: Handler = (context) => {
  const open = context.open(0, true);
  const bits = decodeFlags(context.arg(1), C.FALLOCATE_FLAGS);
  const start = decodeOffset(context.arg(2));
  const end = checkOffset(start + decodeOffset(context.arg(3)));
  const mode = fallocateKind(bits);
  const keepSize = (bits & C.FALLOC_FL_KEEP_SIZE) !== 0;
  const path = context.descriptor(0).path ?? open?.file.path ?? '';
  context.emit({ kind: 'fallocate', file: open?.file, mode, keepSize, start, end, path });
  if (!context.ok || open === undefined) return;
  if (mode === 'other' && open.file.isModelled) context.notModelled();
  resize(open.file, mode, keepSize, start, end);
};

const fsync: Handler = (context) => {
  const open = context.open(0);
  if (open !== undefined) context.emit({ kind: 'sync', file: open.file });
};

export const IO_CALLS: Readonly<Record<string, Handler>> = {
  read: plain('read'),
  write: plain('write'),
  readv: vectored('read'),
  writev: vectored('write'),
  pread64: positioned('read'),
  pwrite64: positioned('write'),
  preadv: positionedVector('read'),
  pwritev: positionedVector('write'),
  preadv2: positionedVector('read'),
  pwritev2: positionedVector('write'),
  lseek,
  _llseek: llseek,
  ftruncate,
  truncate,
  fallocate,
  fsync,
  fdatasync: fsync,
};

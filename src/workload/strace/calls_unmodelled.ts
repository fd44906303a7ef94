/**
 * Calls that change data files and that no operation of the vocabulary stands for. They are counted by name, and
 * what they do to sizes and file offsets is followed, since later calls depend on it.
 */
import type { CallContext, Handler } from './call_context.ts';
import { checkOffset, decodeOffset, structField } from './decode.ts';
import type { OpenFile } from './file_object.ts';

/** ioctls that only ask. `_IOC(_IOC_READ, ...)` is a command strace has no name for that only hands data out. */
const ASKING =
  /^(?:TC|TIOC|FION|BLK|FIBMAP$|FS_IOC_FIEMAP|FS_IOC_GET|FS_IOC_FSGET|FIGETBSZ|LOOP_GET|_IOC\(_IOC_READ,)/;

const ioctl: Handler = (context) => {
  if (!context.ok) return;
  const open = context.open(0);
  // Where one number has two names, the last is the generic one: `BTRFS_IOC_CLONE or FICLONE`.
  const command = context.arg(1).split(' or ').at(-1) ?? '';
  if (open === undefined || !open.file.isModelled || ASKING.test(command)) return;
  context.notModelled(`ioctl:${command}`);
  growByClone(context, open, command);
};

/** Reflinks may extend the destination. */
function growByClone(context: CallContext, open: OpenFile, command: string): void {
  if (command !== 'FICLONERANGE') return;
  const offset = structField(context.arg(2), 'dest_offset');
  const length = structField(context.arg(2), 'src_length');
  if (offset === undefined || length === undefined) return;
  open.file.size.reached(checkOffset(decodeOffset(offset) + decodeOffset(length)));
}

/** The offset before the call in `[4096]` or `[1 => 2]`; undefined for NULL, which means the file's own. */
function offsetBefore(text: string): bigint | undefined {
  const digits = /^\[(\d+)/.exec(text)?.[1];
  return digits === undefined ? undefined : BigInt(digits);
}

/** Moves one side of an in-kernel copy along: its file offset, and for the destination its size. */
function advance(
  open: OpenFile | undefined,
  offset: bigint | undefined,
  length: bigint,
  written: boolean,
): void {
  if (open === undefined) return;
  const start = offset ?? open.position;
  if (start === undefined) return;
  const end = checkOffset(start + length);
  if (offset === undefined) open.position = end;
  if (written) open.file.size.reached(end);
}

/** copy_file_range, splice, sendfile: positions of their arguments, -1 where the call has none. */
function copying(from: number, fromOffset: number, to: number, toOffset: number): Handler {
  return (context) => {
    if (!context.ok) return;
    const source = context.open(from);
    const destination = context.open(to);
    if (source?.file.isModelled !== true && destination?.file.isModelled !== true) return;
    context.notModelled();
    const length = decodeOffset(context.call.result.value);
    advance(source, fromOffset < 0 ? undefined : offsetBefore(context.arg(fromOffset)), length, false);
    advance(destination, toOffset < 0 ? undefined : offsetBefore(context.arg(toOffset)), length, true);
  };
}

const onDataFile: Handler = (context) => {
  if (context.ok && context.open(0)?.file.isModelled === true) context.notModelled();
};

const always: Handler = (context) => {
  if (context.ok) context.notModelled();
};

export const UNMODELLED_CALLS: Readonly<Record<string, Handler>> = {
  ioctl,
  copy_file_range: copying(0, 1, 2, 3),
  splice: copying(0, 1, 2, 3),
  sendfile: copying(1, 2, 0, -1),
  sync_file_range: onDataFile,
  syncfs: onDataFile,
  sync: always,
  process_madvise: always,
  process_vm_writev: always,
  move_pages: always,
  migrate_pages: always,
  // Which files asynchronous I/O reads and writes is not in a log.
  io_submit: always,
  io_uring_enter: always,
};

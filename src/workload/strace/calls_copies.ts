/**
 * Calls that copy or share blocks between files inside the kernel, and the ioctls of a filesystem.
 *
 * copy_file_range(2) of 6.1 asks the filesystem for a reflink first, which only XFS grants and only for whole blocks,
 * and otherwise reads and writes, as splice(2) and sendfile(2) do. It is imported as the read and the write; the ones
 * that XFS would turn into reflinks are counted besides.
 */
import type { CallContext, Handler } from './call_context.ts';
import { checkOffset, decodeDescriptor, decodeOffset, structField } from './decode.ts';
import type { OpenFile } from './file_object.ts';
import { Unusable } from './records.ts';
import { splitList } from './split.ts';

/** ioctls that only ask. `_IOC(_IOC_READ, ...)` is a command strace has no name for that only hands data out. */
const ASKING =
  /^(?:TC|TIOC|FION|BLK|FIBMAP$|FS_IOC_FIEMAP|FS_IOC_GET|FS_IOC_FSGET|FIGETBSZ|LOOP_GET|_IOC\(_IOC_READ,)/;

const ioctl: Handler = (context) => {
  // Where one number has two names, the last is the generic one: `BTRFS_IOC_CLONE or FICLONE`.
  const command = context.arg(1).split(' or ').at(-1) ?? '';
  if (command === 'FIFREEZE' || command === 'FITHAW') {
    freeze(context, command);
    return;
  }
  const open = context.open(0);
  if (open?.file.isModelled !== true) return;
  const known = SHARING[command];
  if (known !== undefined) known(context, open);
  else if (context.ok && !ASKING.test(command)) context.notModelled(`ioctl:${command}`);
};

/** Of the filesystem that the descriptor's directory is on. */
function freeze(context: CallContext, command: 'FIFREEZE' | 'FITHAW'): void {
  const path = context.descriptor(0).path ?? context.open(0)?.file.path;
  if (path === undefined || !`${path}/`.startsWith(context.world.names.dataPrefix)) return;
  context.emit({ kind: command === 'FIFREEZE' ? 'freeze' : 'thaw' });
}

interface Share {
  readonly kind: 'reflink' | 'dedupe';
  readonly file: OpenFile | undefined;
  readonly source: OpenFile | undefined;
  readonly start: bigint;
  /** 0: up to the end of the source. */
  readonly length: bigint;
  readonly at: bigint;
}

function share(context: CallContext, { kind, file, source, start, length, at }: Share): void {
  if (file?.file.isModelled !== true || source?.file.isModelled !== true) {
    if (context.ok) context.notModelled(`ioctl:${kind}_with_other_file`);
    return;
  }
  const { size } = source.file;
  if (length === 0n && (kind === 'dedupe' || !size.known)) {
    if (kind === 'reflink' && context.ok) context.notModelled('ioctl:reflink_of_unknown_length');
    return;
  }
  const end = length === 0n ? size.current : checkOffset(start + length);
  if (end <= start) return;
  context.emit({ kind, file: file.file, source: source.file, start, end, at });
  if (context.ok && kind === 'reflink') file.file.size.reached(checkOffset(at + end - start));
}

function descriptorIn(context: CallContext, text: string): OpenFile | undefined {
  return context.world.lookUp(context.thread, decodeDescriptor(text), context.call.startLine, true);
}

/** A number in a printed struct. */
function field(struct: string, name: string): bigint {
  const text = structField(struct, name);
  if (text === undefined) throw new Unusable(`${name} is not printed`);
  return decodeOffset(text);
}

function fieldDescriptor(context: CallContext, struct: string, name: string): OpenFile | undefined {
  const text = structField(struct, name);
  if (text === undefined) throw new Unusable(`${name} is not printed`);
  return descriptorIn(context, text);
}

function cloneFile(context: CallContext, file: OpenFile): void {
  const source = descriptorIn(context, context.arg(2));
  share(context, { kind: 'reflink', file, source, start: 0n, length: 0n, at: 0n });
}

function cloneRange(context: CallContext, file: OpenFile): void {
  const struct = context.arg(2);
  const source = fieldDescriptor(context, struct, 'src_fd');
  const [start, length] = [field(struct, 'src_offset'), field(struct, 'src_length')];
  share(context, { kind: 'reflink', file, source, start, length, at: field(struct, 'dest_offset') });
}

/** `{src_offset=0, src_length=8, dest_count=1, info=[{dest_fd=4, dest_offset=0}]}`; `-s 0` hides the list. */
function dedupeRange(context: CallContext, source: OpenFile): void {
  const struct = context.arg(2);
  const info = structField(struct, 'info') ?? '';
  const targets = splitList(info, 1, ']').parts.filter((part) => part.startsWith('{'));
  if (targets.length === 0) {
    if (context.ok) context.notModelled('ioctl:FIDEDUPERANGE_destination_not_printed');
    return;
  }
  const [start, length] = [field(struct, 'src_offset'), field(struct, 'src_length')];
  for (const target of targets) {
    const file = fieldDescriptor(context, target, 'dest_fd');
    share(context, { kind: 'dedupe', file, source, start, length, at: field(target, 'dest_offset') });
  }
}

const SHARING: Readonly<Record<string, (context: CallContext, open: OpenFile) => void>> = {
  FICLONE: cloneFile,
  FICLONERANGE: cloneRange,
  FIDEDUPERANGE: dedupeRange,
};

/** The offset before the call in `[4096]` or `[1 => 2]`; undefined for an address. */
function offsetBefore(text: string): bigint | undefined {
  const digits = /^\[(\d+)/.exec(text)?.[1];
  return digits === undefined ? undefined : decodeOffset(digits);
}

/** One side of a copy: an open file, and where in it. */
interface Side {
  readonly open: OpenFile | undefined;
  /** Undefined if the log does not tell. */
  readonly start: bigint | undefined;
}

/** Looks at one side, and moves its file offset along if the call uses that. */
function side(context: CallContext, descriptor: number, offset: number, length: bigint): Side {
  const open = context.open(descriptor);
  const text = offset < 0 ? 'NULL' : context.arg(offset);
  if (text !== 'NULL' && text !== '0') return { open, start: offsetBefore(text) };
  const start = open?.position;
  if (open !== undefined && start !== undefined) open.position = start + length;
  return { open, start };
}

function transferred(
  context: CallContext,
  kind: 'read' | 'write',
  { open, start }: Side,
  length: bigint,
): void {
  if (open?.file.isModelled !== true) return;
  if (start === undefined) {
    context.notModelled(`${context.call.name}:unknown_offset`);
    return;
  }
  const end = checkOffset(start + length);
  context.emit({ kind, file: open.file, start, end });
  if (kind === 'read') open.file.size.wasRead(end);
  else open.file.size.reached(end);
}

const PAGE_MASK = 4095n;

/** copy_file_range, splice, sendfile: positions of their arguments, -1 where the call has none. */
function copying(from: number, fromOffset: number, to: number, toOffset: number): Handler {
  return (context) => {
    if (!context.ok) return;
    const length = decodeOffset(context.call.result.value);
    if (length === 0n) return;
    const source = side(context, from, fromOffset, length);
    const target = side(context, to, toOffset, length);
    transferred(context, 'read', source, length);
    transferred(context, 'write', target, length);
    const both = source.open?.file.isModelled === true && target.open?.file.isModelled === true;
    const whole = (((source.start ?? 1n) | (target.start ?? 1n)) & PAGE_MASK) === 0n;
    if (context.call.name === 'copy_file_range' && both && whole)
      context.notModelled('copy_file_range:reflink_on_xfs');
  };
}

export const COPY_CALLS: Readonly<Record<string, Handler>> = {
  ioctl,
  copy_file_range: copying(0, 1, 2, 3),
  splice: copying(0, 1, 2, 3),
  sendfile: copying(1, 2, 0, -1),
  sendfile64: copying(1, 2, 0, -1),
};

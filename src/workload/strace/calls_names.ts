/**
 * Calls that change or ask for names: link, unlink, rename, stat.
 */
import type { CallContext, Handler } from './call_context.ts';
import * as C from './constants.ts';
import { decodeFlags, decodeOffset, decodeString, structField } from './decode.ts';
import type { FileObject } from './file_object.ts';
import { isDataPath } from './file_object.ts';

/** A data file that the log names before it opens it has to be one object under all its names. */
function fileNamed(context: CallContext, path: string): FileObject | undefined {
  const { names } = context.world;
  if (isDataPath(path, names.dataPrefix)) return names.findOrAdd(path, 'no');
  return names.find(path);
}

function unlinkPath(context: CallContext, path: string): void {
  if (!context.ok) return;
  const file = context.world.names.unlink(path);
  const known = file?.opened === true ? file : undefined;
  context.emit({ kind: 'unlink', file: known, last: file?.links === 0 });
}

const unlink: Handler = (context) => {
  unlinkPath(context, context.path(0));
};

const unlinkat: Handler = (context) => {
  const flags = decodeFlags(context.arg(2), C.AT_FLAGS);
  if ((flags & C.AT_REMOVEDIR) === 0) unlinkPath(context, context.pathAt(0));
};

function linkPaths(context: CallContext, file: FileObject | undefined, to: string): void {
  if (context.ok && file !== undefined) context.world.names.link(to, file);
}

const link: Handler = (context) => {
  linkPaths(context, fileNamed(context, context.path(0)), context.path(1));
};

const linkat: Handler = (context) => {
  const flags = decodeFlags(context.arg(4), C.AT_FLAGS);
  const source = decodeString(context.arg(1));
  // Two ways to give a nameless file a name: its descriptor, or the descriptor's path in /proc.
  const byDescriptor = /^\/proc\/(?:self|\d+)\/fd\/(\d+)$/.exec(source)?.[1];
  if ((flags & C.AT_EMPTY_PATH) !== 0 && source === '') {
    linkPaths(context, context.open(0)?.file, context.pathAt(2));
  } else if (byDescriptor !== undefined && (flags & C.AT_SYMLINK_FOLLOW) !== 0) {
    linkPaths(context, context.thread.files.get(Number(byDescriptor))?.file, context.pathAt(2));
  } else {
    linkPaths(context, fileNamed(context, context.pathAt(0)), context.pathAt(2));
  }
};

function renamePaths(context: CallContext, from: string, to: string, flags: number): void {
  if (!context.ok) return;
  const { names } = context.world;
  if ((flags & C.RENAME_EXCHANGE) !== 0) {
    const both = [names.find(from), names.find(to)];
    names.exchange(from, to);
    for (const file of both) context.emit({ kind: 'rename', file, over: undefined, lastName: false });
    return;
  }
  // Only a file can replace a file, so a source that the log has not shown is one.
  const file = names.find(to) === undefined ? names.find(from) : fileNamed(context, from);
  const over = names.rename(from, to);
  context.emit({ kind: 'rename', file, over, lastName: over?.links === 0 });
  const entersData = file !== undefined && !file.isData && isDataPath(to, names.dataPrefix);
  if (entersData) context.notModelled('rename_into_data');
}

const rename: Handler = (context) => {
  renamePaths(context, context.path(0), context.path(1), 0);
};

const renameat: Handler = (context) => {
  renamePaths(context, context.pathAt(0), context.pathAt(2), 0);
};

const renameat2: Handler = (context) => {
  renamePaths(context, context.pathAt(0), context.pathAt(2), decodeFlags(context.arg(4), C.RENAME_FLAGS));
};

/** Type bits of a printed mode: `S_IFREG|0644`, or `0100644` with -X raw. */
function fileType(mode: string): number {
  return decodeFlags(mode, C.FILE_TYPES) & C.S_IFMT;
}

/** Takes size and type of a file from the struct that a stat call filled in. */
function learn(context: CallContext, struct: string, find: () => FileObject | undefined): void {
  if (!context.ok) return;
  const mode = structField(struct, 'st_mode') ?? structField(struct, 'stx_mode');
  const size = structField(struct, 'st_size') ?? structField(struct, 'stx_size');
  if (mode === undefined) return;
  const type = fileType(mode);
  if (type === C.FILE_TYPES['S_IFLNK']) return;
  const file = find();
  if (file === undefined) return;
  if (type !== C.S_IFREG) file.regular = false;
  else if (size !== undefined) file.size.saw(decodeOffset(size));
}

const stat: Handler = (context) => {
  learn(context, context.arg(1), () => fileNamed(context, context.path(0)));
};

const fstat: Handler = (context) => {
  learn(context, context.arg(1), () => context.open(0)?.file);
};

/** newfstatat(2) and statx(2): of a path, or of the descriptor itself if the path is empty. */
function statAt(context: CallContext, struct: string): void {
  const own = context.arg(1) === '""' || context.arg(1) === 'NULL';
  learn(context, struct, () => (own ? context.open(0)?.file : fileNamed(context, context.pathAt(0))));
}

const newfstatat: Handler = (context) => {
  statAt(context, context.arg(2));
};

const statx: Handler = (context) => {
  statAt(context, context.arg(4));
};

export const NAME_CALLS: Readonly<Record<string, Handler>> = {
  unlink,
  unlinkat,
  link,
  linkat,
  rename,
  renameat,
  renameat2,
  stat,
  lstat: stat,
  fstat,
  newfstatat,
  statx,
};

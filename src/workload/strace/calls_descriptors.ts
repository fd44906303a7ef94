/**
 * Calls that make, copy and close descriptors, or change the current directory.
 */
import type { CallContext, Handler } from './call_context.ts';
import * as C from './constants.ts';
import { argument, decodeFlags, decodeInteger, decodeString, decodeWord, structField } from './decode.ts';
import { OpenFile } from './file_object.ts';
import type { FileObject } from './file_object.ts';
import { PathNotShown, Unusable } from './records.ts';

/** The file object behind a path that was opened with these flags. */
function openedFile(context: CallContext, path: string, flags: number): FileObject {
  const { names } = context.world;
  if ((flags & C.O_TMPFILE_BIT) !== 0) return names.nameless(path, 'yes');
  const exclusive = (flags & C.O_CREAT) !== 0 && (flags & C.O_EXCL) !== 0;
  // The name was free, whatever the log knew of it.
  if (exclusive) names.unlink(path);
  const created = exclusive ? 'yes' : (flags & C.O_CREAT) !== 0 ? 'perhaps' : 'no';
  return names.findOrAdd(path, created);
}

/** O_ACCMODE. */
const ACCESS_MODE = 3;

/** A path argument, or undefined if only its address is printed. */
function asked(path: () => string): string | undefined {
  try {
    return path();
  } catch (error) {
    if (error instanceof PathNotShown) return undefined;
    throw error;
  }
}

/** The file behind an open of which the log has no path, so far. */
function unnamedFile(context: CallContext, flags: number): FileObject {
  if ((flags & (ACCESS_MODE | C.O_CREAT | C.O_TRUNC)) !== 0)
    context.notModelled(`${context.call.name}:path_not_printed`);
  return context.world.names.opened(context.call.startLine, 'no');
}

function openPath(context: CallContext, given: string | undefined, flags: number): void {
  if (!context.ok) return;
  const made = context.newDescriptor();
  const path = made.path ?? context.world.names.knownPath(context.call.startLine) ?? given;
  const file = path === undefined ? unnamedFile(context, flags) : openedFile(context, path, flags);
  const truncated = (flags & C.O_TRUNC) !== 0;
  const usable = (flags & C.O_PATH) === 0;
  file.opened = true;
  if ((flags & C.O_DIRECTORY) !== 0 && (flags & C.O_TMPFILE_BIT) === 0) file.regular = false;
  const open = new OpenFile(file, 0n, (flags & C.O_APPEND) !== 0);
  const anonymous = (flags & C.O_TMPFILE_BIT) !== 0;
  // Before the descriptor is set: another thread may be closing the number's earlier meaning.
  context.thread.files.set(made.fd, open, (flags & C.O_CLOEXEC) !== 0, context.onRelease());
  context.emit({ kind: 'open', open, truncated, anonymous, usable });
  if (usable && file.isModelled) context.thread.files.markModelled(open);
  if (truncated) file.size.set(0n);
}

const open: Handler = (context) => {
  openPath(
    context,
    asked(() => context.path(0)),
    decodeFlags(context.arg(1), C.OPEN_FLAGS),
  );
};

const creat: Handler = (context) => {
  openPath(
    context,
    asked(() => context.path(0)),
    C.O_CREAT | C.O_TRUNC,
  );
};

const openat: Handler = (context) => {
  openPath(
    context,
    asked(() => context.pathAt(0)),
    decodeFlags(context.arg(2), C.OPEN_FLAGS),
  );
};

const openat2: Handler = (context) => {
  const flags = structField(context.arg(2), 'flags');
  if (flags === undefined) throw new Unusable('the flags of openat2 are not printed');
  openPath(
    context,
    asked(() => context.pathAt(0)),
    decodeFlags(flags, C.OPEN_FLAGS),
  );
};

const memfdCreate: Handler = (context) => {
  if (!context.ok) return;
  const made = context.newDescriptor();
  const name = context.arg(0).startsWith('"') ? decodeString(context.arg(0)) : '';
  const file = context.world.names.nameless(made.path ?? `/memfd:${name}`, 'yes');
  file.opened = true;
  const open = new OpenFile(file, 0n, false);
  const flags = decodeFlags(context.arg(1), C.MEMFD_FLAGS);
  context.thread.files.set(made.fd, open, (flags & C.MFD_CLOEXEC) !== 0, context.onRelease());
  context.emit({ kind: 'open', open, truncated: false, anonymous: false, usable: true });
  if (file.isModelled) context.thread.files.markModelled(open);
};

const close: Handler = (context) => {
  const { thread } = context;
  const meant = thread.closing;
  thread.closing = undefined;
  // close(2) gives the number up even where it reports an error of the file system.
  if (!context.ok && (context.call.result.errno === 'EBADF' || context.call.result.value === '?')) return;
  const { fd } = context.descriptor(0);
  const split = context.call.startLine !== context.call.line;
  if (split && thread.files.get(fd) !== meant) return;
  thread.files.remove(fd, context.onRelease());
};

const closeRange: Handler = (context) => {
  if (!context.ok) return;
  const { thread } = context;
  const first = Number(decodeInteger(context.arg(0)));
  const last = Number(decodeInteger(context.arg(1)));
  const flags = decodeFlags(context.arg(2), C.CLOSE_RANGE_FLAGS);
  if ((flags & C.CLOSE_RANGE_UNSHARE) !== 0) context.world.unshareFiles(thread, context.call.startLine);
  for (const fd of thread.files.within(first, last)) {
    if ((flags & C.CLOSE_RANGE_CLOEXEC) !== 0) thread.files.setCloseOnExec(fd, true);
    else thread.files.remove(fd, context.onRelease());
  }
};

/** Lets the returned descriptor share the description of argument 0. */
function duplicate(context: CallContext, closeOnExec: boolean): void {
  if (!context.ok) return;
  const source = context.open(0, true);
  const made = context.newDescriptor();
  if (source === undefined || made.fd === context.descriptor(0).fd) return;
  context.thread.files.set(made.fd, source, closeOnExec, context.onRelease());
}

const dup: Handler = (context) => {
  duplicate(context, false);
};

const dup3: Handler = (context) => {
  duplicate(context, (decodeFlags(context.arg(2), C.OPEN_FLAGS) & C.O_CLOEXEC) !== 0);
};

const fcntl: Handler = (context) => {
  const command = decodeWord(context.arg(1), C.FCNTL_COMMANDS);
  if (command === 'F_DUPFD' || command === 'F_DUPFD_CLOEXEC')
    duplicate(context, command === 'F_DUPFD_CLOEXEC');
  if (!context.ok) return;
  if (command === 'F_SETFD') {
    const flags = decodeFlags(context.arg(2), C.DESCRIPTOR_FLAGS);
    context.thread.files.setCloseOnExec(context.descriptor(0).fd, (flags & C.FD_CLOEXEC) !== 0);
  }
  if (command === 'F_SETFL') {
    const opened = context.open(0);
    if (opened !== undefined) opened.append = (decodeFlags(context.arg(2), C.OPEN_FLAGS) & C.O_APPEND) !== 0;
  }
};

const chdir: Handler = (context) => {
  if (context.ok) context.changeDirectory(context.path(0));
};

const fchdir: Handler = (context) => {
  if (context.ok) context.changeDirectory(context.directory(0));
};

/** Ends the sharing that CLONE_FILES and CLONE_FS began. */
const unshare: Handler = (context) => {
  if (!context.ok) return;
  const flags = decodeFlags(argument(context.call.args, 0), C.CLONE_FLAGS);
  if ((flags & C.CLONE_FILES) !== 0) context.world.unshareFiles(context.thread, context.call.startLine);
  if ((flags & C.CLONE_FS) !== 0) context.thread.directory = { ...context.thread.directory };
};

export const DESCRIPTOR_CALLS: Readonly<Record<string, Handler>> = {
  open,
  openat,
  openat2,
  creat,
  memfd_create: memfdCreate,
  close,
  close_range: closeRange,
  dup,
  dup2: dup,
  dup3,
  fcntl,
  fcntl64: fcntl,
  chdir,
  fchdir,
  unshare,
};

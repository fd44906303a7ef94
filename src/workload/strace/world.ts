/**
 * The state of a log at one point: threads, their address spaces, descriptor tables and directories, and the
 * names of files. What each call does to it is in calls_*.ts.
 */
import { AddressSpace } from './address_space.ts';
import type { PathCounts } from './address_space.ts';
import { CLONE_FILES, CLONE_FS, CLONE_VFORK, CLONE_VM } from './constants.ts';
import type { DescriptorText } from './decode.ts';
import { DescriptorTable, filesOf } from './descriptors.ts';
import type { Released } from './descriptors.ts';
import type { Effect, EffectSource } from './effects.ts';
import { OpenFile } from './file_object.ts';
import type { FileObject } from './file_object.ts';
import type { LogFormat } from './format.ts';
import { Namespace } from './namespace.ts';

/** The current directory, shared between threads that were cloned with CLONE_FS. */
export interface DirectoryState {
  /** Unknown until a call with a `-y` note, or chdir(2) with an absolute path, tells it. */
  cwd: string | undefined;
}

export interface Thread {
  pid: number;
  command: string | undefined;
  /** Index into {@link World.tasks}. */
  task: number;
  mm: AddressSpace;
  files: DescriptorTable;
  directory: DirectoryState;
  /** What the close(2) that is under way meant when it began: the number may be reused before it returns. */
  closing: OpenFile | undefined;
  /** Line of exit(2) or exit_group(2), if it was called. */
  exitLine: number | undefined;
}

/** One incarnation of a pid: from birth, or from execve, to exit or to the next execve. */
export interface TaskRecord {
  readonly pid: number;
  command: string | undefined;
  readonly mm: number;
}

export type EffectSink = (effect: Effect, source: EffectSource) => void;

export interface WorldOptions {
  readonly format: LogFormat;
  readonly dataPrefix: string;
  readonly knownPaths?: ReadonlyMap<number, string>;
}

export class World {
  readonly format: LogFormat;
  readonly names: Namespace;
  /** Live mappings by the path they were made through. */
  readonly mappedPaths: PathCounts = new Map();
  readonly threads = new Map<number, Thread>();
  readonly tasks: TaskRecord[] = [];
  readonly #sink: EffectSink;
  #spaces = 0;

  /** `knownPaths` as in {@link Namespace}. */
  constructor(options: WorldOptions, sink: EffectSink) {
    this.format = options.format;
    this.names = new Namespace(options.dataPrefix, options.knownPaths);
    this.#sink = sink;
  }

  /** The live thread of that pid; one of unknown origin, with nothing inherited, if the log made none. */
  thread(pid: number): Thread {
    const found = this.threads.get(pid);
    if (found !== undefined) return found;
    return this.#add(pid, undefined, this.#newSpace(), new DescriptorTable(), { cwd: undefined });
  }

  /** Reports an effect of something `thread` did on `line`. */
  emit(thread: Thread, line: number, effect: Effect, errno?: string): void {
    this.#sink(effect, { task: thread.task, mm: thread.mm, line, errno });
  }

  /** clone(2) of `parent` made `pid`; `flags` say what the two share. */
  birth(parentPid: number, pid: number, flags: number, line: number): void {
    const parent = this.thread(parentPid);
    // The exit line of an earlier process with this pid is missing.
    if (this.threads.has(pid)) this.exit(pid, line);
    const mm = (flags & CLONE_VM) !== 0 ? parent.mm : this.#newSpace();
    const sharesFiles = (flags & CLONE_FILES) !== 0;
    const files = sharesFiles ? parent.files : parent.files.copy(mm !== parent.mm);
    const directory = (flags & CLONE_FS) !== 0 ? parent.directory : { ...parent.directory };
    const child = this.#add(pid, parent.command, mm, files, directory);
    if (mm === parent.mm) {
      // Two tables in one process, which both keep files open; but a parent in vfork(2) waits until its child has none.
      if (!sharesFiles && (flags & CLONE_VFORK) === 0) this.#openAgain(child, line);
      return;
    }
    parent.mm.copyTo(mm);
    this.#emitFork(parent, child, line);
    if (sharesFiles && files.dataFiles().length > 0)
      this.emit(parent, line, { kind: 'not_modelled', name: 'clone:CLONE_FILES_without_CLONE_VM' });
  }

  /** A child that inherits mappings or open files of data begins as a copy. */
  #emitFork(parent: Thread, child: Thread, line: number): void {
    const files = new Set([...parent.mm.dataFiles(), ...filesOf(parent.files.dataFiles())]);
    if (files.size === 0) return;
    this.emit(parent, line, { kind: 'fork', child: child.task, files: [...files] });
  }

  /** The thread is gone: its descriptors are closed, then its part of the address space goes. */
  exit(pid: number, line: number): void {
    const thread = this.threads.get(pid);
    if (thread === undefined) return;
    this.threads.delete(pid);
    thread.files.leave((open, modelled) => this.emit(thread, line, { kind: 'close', open, modelled }));
    this.emit(thread, line, { kind: 'exit' });
    this.#leaveSpace(thread);
  }

  /** execve(2): a new address space, and a new task, behind the same pid. */
  execute(thread: Thread, command: string | undefined, line: number): void {
    const released: Released = (open, modelled) => this.emit(thread, line, { kind: 'close', open, modelled });
    if (thread.files.users > 1) splitTable(thread);
    thread.files.closeOnExec(released);
    const before = { ...thread };
    thread.mm = this.#newSpace();
    thread.mm.users = 1;
    thread.command = command ?? thread.command;
    thread.task = this.#newTask(thread.pid, thread.command, thread.mm);
    this.#handOn(before, thread, line);
    this.emit(before, line, { kind: 'exit' });
    this.#leaveSpace(before);
  }

  /** The new program has what is still open: it opens it before the old one, which exits, lets go of it. */
  #handOn(before: Thread, thread: Thread, line: number): void {
    const held = thread.files.dataFiles();
    this.#openAgain(thread, line);
    // The process that shared its memory with the caller goes on.
    if (before.mm.users === 1) return;
    for (const { open, modelled } of held)
      if (modelled) this.emit(before, line, { kind: 'close', open, modelled });
  }

  /** The thread's table keeps its data files open by itself. */
  #openAgain(thread: Thread, line: number): void {
    for (const { open } of thread.files.dataFiles()) {
      this.emit(thread, line, { kind: 'found', open });
      thread.files.markModelled(open);
    }
  }

  /** `successor` called execve and took the place of the leader `pid`, whose own thread is gone. */
  supersede(pid: number, successor: number, line: number): void {
    const thread = this.threads.get(successor);
    this.exit(pid, line);
    if (thread === undefined) return;
    this.threads.delete(successor);
    thread.pid = pid;
    this.threads.set(pid, thread);
  }

  /** unshare(CLONE_FILES). */
  unshareFiles(thread: Thread, line: number): void {
    splitTable(thread);
    this.#openAgain(thread, line);
  }

  /**
   * What a descriptor refers to. One that no call of the log made is known by its `-y` path alone, if it has one;
   * `counted` says that the call's meaning depends on the file.
   */
  lookUp(thread: Thread, text: DescriptorText, line: number, counted: boolean): OpenFile | undefined {
    const open = thread.files.get(text.fd);
    if (open?.file.openedOn !== undefined) {
      if (text.path !== undefined) this.names.learn(open.file, text.path);
      return open;
    }
    if (open !== undefined && !this.#contradicts(thread, open, text, line)) return open;
    if (text.path === undefined || text.fd < 0) return undefined;
    const file = this.#fileBehind(text.path, text.deleted);
    const found = new OpenFile(file, undefined, false);
    if (!counted && !file.isModelled) return found;
    file.opened = true;
    thread.files.set(text.fd, found, false, (old, modelled) =>
      this.emit(thread, line, { kind: 'close', open: old, modelled }),
    );
    this.emit(thread, line, { kind: 'found', open: found });
    if (file.isModelled) thread.files.markModelled(found);
    if (counted && text.path.startsWith('/')) this.emit(thread, line, { kind: 'unknown_descriptor' });
    return found;
  }

  /**
   * In logs that leave out some calls (dup, close, rename), a note may name another file than the one the
   * descriptor should refer to. A known other file is believed; a path never seen is more likely a new name.
   */
  #contradicts(thread: Thread, open: OpenFile, text: DescriptorText, line: number): boolean {
    if (text.path === undefined || text.deleted || !text.path.startsWith('/')) return false;
    const named = this.names.find(text.path);
    if (named === open.file || !(open.file.isModelled || named?.isModelled === true)) return false;
    this.emit(thread, line, { kind: 'not_modelled', name: 'descriptor_contradicts_path' });
    return named !== undefined;
  }

  #fileBehind(path: string, deleted: boolean): FileObject {
    if (!path.startsWith('/')) return this.names.nameless(path, 'no');
    return deleted ? this.names.findDeleted(path) : this.names.findOrAdd(path, 'no');
  }

  #add(
    pid: number,
    command: string | undefined,
    mm: AddressSpace,
    files: DescriptorTable,
    directory: DirectoryState,
  ): Thread {
    mm.users++;
    files.users++;
    const task = this.#newTask(pid, command, mm);
    const thread = { pid, command, task, mm, files, directory, closing: undefined, exitLine: undefined };
    this.threads.set(pid, thread);
    return thread;
  }

  #newSpace(): AddressSpace {
    return new AddressSpace(this.#spaces++, this.mappedPaths);
  }

  #newTask(pid: number, command: string | undefined, mm: AddressSpace): number {
    return this.tasks.push({ pid, command, mm: mm.id }) - 1;
  }

  #leaveSpace(thread: Thread): void {
    thread.mm.users--;
    if (thread.mm.users === 0) thread.mm.removeAll();
  }
}

function splitTable(thread: Thread): void {
  thread.files.users--;
  thread.files = thread.files.copy(false);
  thread.files.users = 1;
}
